using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Suite.Users.Domain;
using Suite.Users.Features.SigningKeys;

namespace Suite.Users.Features.Sessions;

/// <summary>
/// Makes and reads refresh tokens: <c>suite_refresh_</c> and the session, the number in its family, 32 random bytes and a
/// signature (HMAC-SHA256, 16 bytes), in base64url. Only SHA-256 of the newest token is stored. The signature is not what lets somebody
/// in: it proves that an older token was given out by us, so that its return is known as theft however old it is, without a row for
/// each, and so that nobody can end a session with a token they made up.
/// </summary>
internal sealed class RefreshTokens(MasterKey master)
{
    private const string Prefix = "suite_refresh_";
    private const int SessionBytes = 16;
    private const int GenerationBytes = 8;
    private const int RandomBytes = 32;
    private const int SignatureBytes = 16;
    private const int SignedBytes = SessionBytes + GenerationBytes + RandomBytes;

    private readonly byte[] _key = master.Derive("suite refresh tokens v1");

    /// <summary>A new token.</summary>
    /// <returns>The token for the user, and its hash for the record.</returns>
    public (string Token, byte[] Hash) Create(Guid session, long generation)
    {
        var bytes = new byte[SignedBytes + SignatureBytes];
        session.TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(SessionBytes), generation);
        RandomNumberGenerator.Fill(bytes.AsSpan(SessionBytes + GenerationBytes, RandomBytes));
        Sign(bytes.AsSpan(0, SignedBytes)).CopyTo(bytes, SignedBytes);
        return (Prefix + Base64Url.EncodeToString(bytes), SHA256.HashData(bytes));
    }

    /// <summary>Reads a token; null when it was not made here, or not with this master key.</summary>
    public RefreshToken? Read(string token)
    {
        var bytes = new byte[SignedBytes + SignatureBytes];
        if (!token.StartsWith(Prefix, StringComparison.Ordinal)
            || !Base64Url.IsValid(token.AsSpan(Prefix.Length), out var length)
            || length != bytes.Length
            || token.Length != Prefix.Length + Base64Url.GetEncodedLength(length))
        {
            return null;
        }

        Base64Url.DecodeFromChars(token.AsSpan(Prefix.Length), bytes);
        var signed = bytes.AsSpan(0, SignedBytes);
        return CryptographicOperations.FixedTimeEquals(Sign(signed), bytes.AsSpan(SignedBytes))
            ? new RefreshToken(
                new Guid(bytes.AsSpan(0, SessionBytes), bigEndian: true),
                BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(SessionBytes)),
                SHA256.HashData(bytes))
            : null;
    }

    private byte[] Sign(ReadOnlySpan<byte> bytes) => HMACSHA256.HashData(_key, bytes)[..SignatureBytes];
}
