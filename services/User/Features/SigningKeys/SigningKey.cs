using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Suite.Users.Features.SigningKeys;

/// <summary>
/// A key pair (ES256: ECDSA on P-256 with SHA-256) and when its turn is: from <paramref name="SignTime"/> until the next key's.
/// </summary>
/// <param name="Kid">Its id: the thumbprint of the public key (RFC 7638).</param>
/// <param name="X">The point's x, 32 bytes, big-endian.</param>
/// <param name="Y">The point's y, 32 bytes, big-endian.</param>
/// <param name="PrivateKey">The private key as <see cref="KeyVault"/> encrypted it.</param>
/// <param name="CreateTime">From when on it is published.</param>
/// <param name="SignTime">From when on it signs.</param>
internal sealed record SigningKey(string Kid, byte[] X, byte[] Y, byte[] PrivateKey, DateTimeOffset CreateTime, DateTimeOffset SignTime)
{
    public static SigningKey Create(KeyVault vault, DateTimeOffset now, DateTimeOffset signTime)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = pair.ExportParameters(includePrivateParameters: false).Q;
        var kid = Thumbprint(point.X!, point.Y!);
        return new SigningKey(kid, point.X!, point.Y!, vault.Encrypt(kid, pair.ExportPkcs8PrivateKey()), now, signTime);
    }

    private static string Thumbprint(byte[] x, byte[] y) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(
        $$"""{"crv":"P-256","kty":"EC","x":"{{Base64Url.EncodeToString(x)}}","y":"{{Base64Url.EncodeToString(y)}}"}""")));
}
