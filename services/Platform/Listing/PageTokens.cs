using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Suite.Contracts.Common.V1;
using Suite.Platform.Errors;

namespace Suite.Platform.Listing;

/// <summary>
/// Page tokens: opaque, sealed, and bound to the query they came from (AIP-158). A token holds where the last page ended, so
/// that a list walks by key and never by offset. It is encrypted, since tokens stand in addresses, addresses in logs, and the
/// place where a page ended may be somebody's e-mail address.
/// </summary>
public sealed class PageTokens
{
    private const int NonceLength = 12;
    private const int TagLength = 16;

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
        var token = new byte[NonceLength + TagLength + position.Length];
        var nonce = token.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = Cipher();
        cipher.Encrypt(
            nonce, position, token.AsSpan(NonceLength + TagLength), token.AsSpan(NonceLength, TagLength), Encoding.UTF8.GetBytes(query));
        return Base64Url.EncodeToString(token);
    }

    /// <summary>The cursor in a token, or null for the first page.</summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT (PAGE_TOKEN_INVALID) for a damaged token or one of another query.</exception>
    public string? Decode(string query, string token)
    {
        if (token.Length == 0)
        {
            return null;
        }

        return Base64Url.IsValid(token) && Open(query, Base64Url.DecodeFromChars(token)) is { } cursor
            ? cursor
            : throw DomainError.InvalidArgument("page_token", "is not a token of this query.", ErrorReason.PageTokenInvalid);
    }

    internal void UseSecret(byte[] secret) => _secret = secret;

    private string? Open(string query, byte[] token)
    {
        if (token.Length <= NonceLength + TagLength)
        {
            return null;
        }

        var position = new byte[token.Length - NonceLength - TagLength];
        using var cipher = Cipher();
        try
        {
            cipher.Decrypt(
                token.AsSpan(0, NonceLength),
                token.AsSpan(NonceLength + TagLength),
                token.AsSpan(NonceLength, TagLength),
                position,
                Encoding.UTF8.GetBytes(query));
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        return Encoding.UTF8.GetString(position);
    }

    private AesGcm Cipher() => new(_secret ?? throw new InvalidOperationException("The page token key was not loaded."), TagLength);
}
