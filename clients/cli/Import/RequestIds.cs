using System.Security.Cryptography;
using System.Text;

namespace Suite.Cli.Import;

/// <summary>
/// Names every line of an import by its own key instead of by chance: the same line gets the same <c>request_id</c> in every run, so
/// that a repeated or resumed import creates nothing twice. The id is a UUIDv5 (RFC 9562, section 5.5), which any language can
/// compute as well.
/// </summary>
/// <remarks>
/// The line's content is left out on purpose: an edited line keeps its id, and the service answers REQUEST_ID_REUSED instead of
/// creating a second order. The line number is left out too: lines may move.
/// </remarks>
internal static class RequestIds
{
    /// <summary>The namespace of all ids of imports.</summary>
    public static readonly Guid Namespace = new("8c1f4a52-6d0b-5e3e-9a77-20b1c4d95e60");

    /// <summary>The id of an order: of <c>orders/LENGTH:SCOPE/REFERENCE</c>, LENGTH being the scope's in bytes.</summary>
    /// <param name="scope">Whose references these are; empty unless several sources share a suite.</param>
    /// <param name="reference">The order's own key in its scope.</param>
    public static Guid Order(string scope, string reference) =>
        // Scope and key may hold any character: the length keeps "a/b" + "c" and "a" + "b/c" apart.
        Derive($"orders/{Encoding.UTF8.GetByteCount(scope)}:{scope}/{reference}");

    /// <summary>The id of a user: of <c>users/EMAIL</c> in lower case, since that is what a suite has once only.</summary>
    public static Guid User(string email) => Derive("users/" + email.ToLowerInvariant());

    /// <summary>The id of a product: of <c>products/SKU</c>.</summary>
    public static Guid Product(string sku) => Derive("products/" + sku);

    private static Guid Derive(string text)
    {
        var name = Encoding.UTF8.GetBytes(text);
        Span<byte> input = stackalloc byte[16];
        Namespace.TryWriteBytes(input, bigEndian: true, out _);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // SHA-1 is what UUIDv5 is made of; nothing here rests on its resistance to collisions.
        SHA1.HashData([.. input, .. name], hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
