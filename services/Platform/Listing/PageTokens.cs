using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Suite.Contracts.Common.V1;
using Suite.Platform.Errors;

namespace Suite.Platform.Listing;

/// <summary>
/// Page tokens: opaque, signed, and bound to the query they came from (AIP-158). A token holds where the last page ended, so
/// that a list walks by key and never by offset.
/// </summary>
public sealed class PageTokens
{
    private const int SignatureLength = 16;

    private byte[]? _secret;

    /// <summary>The page size to use: 50 for 0, at most 1000, since asking for more is no mistake (AIP-158).</summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT for a negative size.</exception>
    public static int Size(int pageSize) => pageSize switch
    {
        < 0 => throw DomainError.InvalidArgument("page_size", "must not be negative."),
        0 => 50,
        _ => Math.Min(pageSize, 1000),
    };

    /// <summary>The token that continues <paramref name="query"/> (method and filter) after <paramref name="cursor"/>.</summary>
    public string Encode(string query, string cursor)
    {
        var position = Encoding.UTF8.GetBytes(cursor);
        return Base64Url.EncodeToString([.. Sign(query, position), .. position]);
    }

    /// <summary>The cursor in a token, or null for the first page.</summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT (PAGE_TOKEN_INVALID) for a damaged token or one of another query.</exception>
    public string? Decode(string query, string token)
    {
        if (token.Length == 0)
        {
            return null;
        }

        if (Base64Url.IsValid(token))
        {
            var bytes = Base64Url.DecodeFromChars(token);
            if (bytes.Length > SignatureLength)
            {
                var position = bytes.AsSpan(SignatureLength);
                if (CryptographicOperations.FixedTimeEquals(Sign(query, position), bytes.AsSpan(0, SignatureLength)))
                {
                    return Encoding.UTF8.GetString(position);
                }
            }
        }

        throw DomainError.InvalidArgument("page_token", "is not a token of this query.", ErrorReason.PageTokenInvalid);
    }

    internal void UseSecret(byte[] secret) => _secret = secret;

    private byte[] Sign(string query, ReadOnlySpan<byte> position)
    {
        using var hash = IncrementalHash.CreateHMAC(
            HashAlgorithmName.SHA256, _secret ?? throw new InvalidOperationException("The page token key was not loaded."));
        hash.AppendData(Encoding.UTF8.GetBytes(query));
        hash.AppendData([0]);
        hash.AppendData(position);
        return hash.GetHashAndReset()[..SignatureLength];
    }
}
