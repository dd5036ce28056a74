using Suite.Platform.Errors;

namespace Suite.Platform.Listing;

/// <summary>Which orders a list can be asked for by <c>order_by</c> (AIP-132): one field, with <c>desc</c> behind it or nothing.</summary>
/// <param name="otherwise">The order of a list that is not asked for one.</param>
/// <param name="fields">The fields a list can be ordered by.</param>
public sealed class OrderSchema(SortOrder otherwise, params string[] fields)
{
    private const int MostCharacters = 50;

    /// <summary>Reads <c>order_by</c>; spaces do not matter.</summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT naming <c>order_by</c>.</exception>
    public SortOrder Parse(string orderBy)
    {
        var words = orderBy.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
        {
            return otherwise;
        }

        if (orderBy.Contains(',', StringComparison.Ordinal))
        {
            throw Invalid("takes one field.");
        }

        if (!fields.Contains(words[0], StringComparer.Ordinal))
        {
            throw Invalid($"'{Cut(words[0])}' is none of {string.Join(", ", fields)}.");
        }

        return words switch
        {
            [var field] => new SortOrder(field, Descending: false),
            [var field, "desc"] => new SortOrder(field, Descending: true),
            _ => throw Invalid($"'{Cut(words[1])}' is out of place: a field is followed by desc or nothing."),
        };
    }

    private static DomainException Invalid(string description) => DomainError.InvalidArgument("order_by", description);

    private static string Cut(string word) => word.Length > MostCharacters ? word[..MostCharacters] : word;
}
