using Suite.Platform.Errors;

namespace Suite.Platform.Naming;

/// <summary>Resource names such as <c>orders/0197…</c> (AIP-122) and the UUIDs in them.</summary>
public static class ResourceName
{
    /// <summary><c>{collection}/{id}</c>, the UUID in lower case.</summary>
    public static string Format(string collection, Guid id) => string.Create(null, stackalloc char[64], $"{collection}/{id}");

    /// <summary><c>{collection}/{id}</c> for ids that are words.</summary>
    public static string Format(string collection, string id) => $"{collection}/{id}";

    /// <summary>The UUID in a name.</summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT naming <paramref name="field"/> when it is another kind of name.</exception>
    public static Guid ParseGuid(string collection, string name, string field = "name") =>
        TryParseGuid(collection, name, out var id)
            ? id
            : throw DomainError.InvalidArgument(field, $"must have the form {collection}/{{uuid}}.");

    /// <summary>The UUID in a name, when it is one of the collection.</summary>
    public static bool TryParseGuid(string collection, string name, out Guid id)
    {
        id = default;
        return name.Length == collection.Length + 37
            && name.StartsWith(collection, StringComparison.Ordinal)
            && name[collection.Length] == '/'
            && Guid.TryParseExact(name.AsSpan(collection.Length + 1), "D", out id);
    }

    /// <summary>The last segment of a name that was validated already.</summary>
    public static string LastSegment(string name) => name[(name.LastIndexOf('/') + 1)..];

    internal static bool IsUuid(ReadOnlySpan<char> text) => Guid.TryParseExact(text, "D", out _);
}
