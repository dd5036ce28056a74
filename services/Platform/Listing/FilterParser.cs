using System.Globalization;
using System.Text;
using Suite.Contracts.Common.V1;
using Suite.Platform.Errors;

namespace Suite.Platform.Listing;

/// <summary>
/// Reads the part of AIP-160 that lists need: comparisons joined by AND, values bare or in double quotes with backslash
/// escapes.
/// </summary>
public static class FilterParser
{
    /// <summary>The comparisons of a filter; none for an empty one.</summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT (FILTER_INVALID) with <c>position</c> in its metadata.</exception>
    public static IReadOnlyList<FilterTerm> Parse(string filter)
    {
        var terms = new List<FilterTerm>();
        var at = SkipSpace(filter, 0);
        while (at < filter.Length)
        {
            if (terms.Count > 0)
            {
                at = Expect(filter, at, "AND");
            }

            terms.Add(ReadTerm(filter, ref at));
            at = SkipSpace(filter, at);
        }

        return terms;
    }

    /// <summary>INVALID_ARGUMENT (FILTER_INVALID) with the position in its metadata.</summary>
    public static DomainException Invalid(int position, string description)
    {
        var error = DomainError.InvalidArgument("filter", $"at position {position}: {description}", ErrorReason.FilterInvalid);
        error.Details["position"] = position.ToString(CultureInfo.InvariantCulture);
        return error;
    }

    private static FilterTerm ReadTerm(string filter, ref int at)
    {
        var start = at;
        var field = ReadWhile(filter, ref at, c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.');
        if (field.Length == 0)
        {
            throw Invalid(start, "a field name is expected.");
        }

        at = SkipSpace(filter, at);
        var operatorAt = at;
        var comparison = ReadWhile(filter, ref at, c => c is '=' or '!' or '<' or '>');
        if (comparison is not ("=" or "!=" or "<" or "<=" or ">" or ">="))
        {
            throw Invalid(operatorAt, "one of = != < <= > >= is expected.");
        }

        at = SkipSpace(filter, at);
        var value = at < filter.Length && filter[at] == '"' ? ReadQuoted(filter, ref at) : ReadBare(filter, ref at);
        return new FilterTerm(field, comparison, value, start);
    }

    private static string ReadBare(string filter, ref int at)
    {
        var start = at;
        var value = ReadWhile(filter, ref at, c => !char.IsWhiteSpace(c) && c is not ('"' or '(' or ')' or '=' or '<' or '>' or '!'));
        return value.Length > 0 ? value : throw Invalid(start, "a value is expected.");
    }

    private static string ReadQuoted(string filter, ref int at)
    {
        var start = at++;
        var value = new StringBuilder();
        for (; at < filter.Length; at++)
        {
            switch (filter[at])
            {
                case '"':
                    at++;
                    return value.ToString();
                case '\\' when at + 1 < filter.Length:
                    value.Append(filter[++at]);
                    break;
                default:
                    value.Append(filter[at]);
                    break;
            }
        }

        throw Invalid(start, "the quote is not closed.");
    }

    private static string ReadWhile(string filter, ref int at, Func<char, bool> belongs)
    {
        var start = at;
        while (at < filter.Length && belongs(filter[at]))
        {
            at++;
        }

        return filter[start..at];
    }

    private static int Expect(string filter, int at, string word)
    {
        var end = at + word.Length;
        return string.CompareOrdinal(filter, at, word, 0, word.Length) == 0 && end < filter.Length && char.IsWhiteSpace(filter[end])
            ? SkipSpace(filter, end)
            : throw Invalid(at, $"{word} is expected.");
    }

    private static int SkipSpace(string filter, int at)
    {
        while (at < filter.Length && char.IsWhiteSpace(filter[at]))
        {
            at++;
        }

        return at;
    }
}
