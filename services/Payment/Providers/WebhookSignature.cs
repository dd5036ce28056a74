using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Suite.Payments.Providers;

/// <summary>
/// Signatures as Standard Webhooks has them (standardwebhooks.com): HMAC-SHA256 over id, time and body. Compared in constant time.
/// </summary>
internal static class WebhookSignature
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    private const string Version = "v1,";

    /// <summary>The value of <c>webhook-signature</c>.</summary>
    public static string Sign(byte[] secret, string id, string timestamp, ReadOnlySpan<byte> body) =>
        Version + Convert.ToBase64String(Mac(secret, id, timestamp, body));

    /// <summary>Why a webhook is not to be believed; null when it is.</summary>
    /// <param name="secret">What it has to be signed with.</param>
    /// <param name="headers">Its headers.</param>
    /// <param name="body">Its body as it came.</param>
    /// <param name="now">The present.</param>
    public static string? Refuse(byte[] secret, IHeaderDictionary headers, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        var (id, timestamp) = (headers[IdHeader].ToString(), headers[TimestampHeader].ToString());
        if (id.Length == 0 || timestamp.Length == 0 || headers[SignatureHeader].Count == 0)
        {
            return "it is not signed";
        }

        var expected = Mac(secret, id, timestamp, body);
        if (!headers[SignatureHeader].ToString().Split(' ').Any(signature => IsEqual(signature, expected)))
        {
            return "its signature is wrong";
        }

        // After the signature, so that nobody learns anything by trying times.
        return long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && Math.Abs(now.ToUnixTimeSeconds() - seconds) <= (long)WebhookReading.Tolerance.TotalSeconds
            ? null
            : "it was signed too long ago";
    }

    private static bool IsEqual(string signature, byte[] expected)
    {
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return signature.StartsWith(Version, StringComparison.Ordinal)
            && Convert.TryFromBase64String(signature[Version.Length..], given, out var length)
            && CryptographicOperations.FixedTimeEquals(given[..length], expected);
    }

    private static byte[] Mac(byte[] secret, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        mac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        mac.AppendData(body);
        return mac.GetHashAndReset();
    }
}
