using System.Security.Cryptography;
using System.Text;

namespace Suite.Users.Features.SigningKeys;

/// <summary>
/// The one secret of this service (<c>SUITE_MASTER_KEY_FILE</c>: a file with 32 bytes in base64), from which every other is
/// derived (HKDF-SHA256, RFC 5869), each for one purpose.
/// </summary>
internal sealed class MasterKey
{
    public const string FileKey = "SUITE_MASTER_KEY_FILE";

    private const int Bytes = 32;
    private const string Development = "development:";

    private readonly byte[] _secret;

    internal MasterKey(byte[] secret) => _secret = secret;

    /// <exception cref="InvalidOperationException">There is none, it is malformed, or one for development in Production.</exception>
    public static MasterKey Load(IConfiguration configuration, IHostEnvironment environment)
    {
        if (configuration[FileKey] is not { Length: > 0 } path)
        {
            throw new InvalidOperationException(
                $"{FileKey} is not set: give a file with 32 random bytes in base64, for example made by \"openssl rand -base64 32\".");
        }

        string text;
        try
        {
            text = File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"{FileKey} names the file '{path}', which cannot be read: {e.Message}", e);
        }

        if (text.StartsWith(Development, StringComparison.Ordinal))
        {
            if (environment.IsProduction())
            {
                throw new InvalidOperationException(
                    $"{FileKey} names a key for development, which is refused in Production: make one of your own.");
            }

            text = text[Development.Length..];
        }

        var secret = new byte[Bytes];
        // What the file holds is not repeated: it is a secret, even when it is malformed.
        return Convert.TryFromBase64String(text, secret, out var length) && length == Bytes
            ? new MasterKey(secret)
            : throw new InvalidOperationException($"{FileKey} names the file '{path}', which does not hold {Bytes} bytes in base64.");
    }

    /// <summary>32 bytes for one purpose.</summary>
    public byte[] Derive(string purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, _secret, Bytes, info: Encoding.UTF8.GetBytes(purpose));
}
