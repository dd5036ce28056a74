using System.Globalization;
using System.Text;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;
using Suite.Platform.Errors;
using Suite.Platform.Monetary;
using Suite.Platform.Naming;
using Order = Suite.Orders.Domain.Order;

namespace Suite.Orders.Search;

/// <summary>Reads the queries of SearchOrders: words, phrases and comparisons, one after the other. Nothing in them is ever run.</summary>
internal static class QueryParser
{
    private const int MostParts = 32;

    private static readonly Dictionary<string, SearchField> s_fields = new(StringComparer.Ordinal)
    {
        ["state"] = SearchField.State,
        ["customer"] = SearchField.Customer,
        ["payment"] = SearchField.Payment,
        ["product"] = SearchField.Product,
        ["currency"] = SearchField.Currency,
        ["total"] = SearchField.Total,
        ["create_time"] = SearchField.CreateTime,
        ["update_time"] = SearchField.UpdateTime,
    };

    /// <summary>The states, as the contract names them.</summary>
    public static Google.Protobuf.Reflection.EnumDescriptor States { get; } =
        OrderServiceReflection.Descriptor.FindTypeByName<Google.Protobuf.Reflection.MessageDescriptor>("Order").EnumTypes[0];

    /// <summary>The parts of a query; none for an empty one.</summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT (QUERY_INVALID) with <c>position</c> and <c>expected</c> in its metadata.</exception>
    public static IReadOnlyList<QueryPart> Parse(string query)
    {
        var parts = new List<QueryPart>();
        for (var at = SkipSpace(query, 0); at < query.Length; at = SkipSpace(query, at))
        {
            if (parts.Count == MostParts)
            {
                throw Invalid(at, $"the end: a query has at most {MostParts} parts");
            }

            parts.Add(ReadPart(query, ref at));
        }

        return parts;
    }

    /// <summary>INVALID_ARGUMENT (QUERY_INVALID): what was expected, and where.</summary>
    /// <param name="position">The character, from 0.</param>
    /// <param name="expected">What could have stood there.</param>
    public static DomainException Invalid(int position, string expected)
    {
        var error = DomainError.InvalidArgument("query", $"at position {position}: expected {expected}.", ErrorReason.QueryInvalid);
        error.Details["position"] = position.ToString(CultureInfo.InvariantCulture);
        error.Details["expected"] = expected;
        return error;
    }

    private static QueryPart ReadPart(string query, ref int at)
    {
        var isNot = query[at] == '-' && at + 1 < query.Length && !char.IsWhiteSpace(query[at + 1]);
        at += isNot ? 1 : 0;
        var start = at;
        if (query[at] == '"')
        {
            var phrase = ReadQuoted(query, ref at);
            return new WordsPart(WordsOf(phrase, start), IsPrefix: false, isNot);
        }

        while (at < query.Length && (char.IsAsciiLetter(query[at]) || query[at] == '_'))
        {
            at++;
        }

        if (at > start && at < query.Length && query[at] is ':' or '<' or '>' or '=')
        {
            return ReadComparison(query, query[start..at], start, ref at, isNot);
        }

        at = start;
        return ReadWords(ReadBare(query, ref at), start, isNot);
    }

    private static WordsPart ReadWords(string text, int start, bool isNot)
    {
        if (text[0] is '*' or '?')
        {
            throw Invalid(start, "a word that does not begin with a wildcard");
        }

        // After a letter or digit, a star asks for words that begin so. Anywhere else it is a character like any other.
        var trimmed = text.TrimEnd('*');
        var isPrefix = trimmed.Length < text.Length && char.IsLetterOrDigit(trimmed, trimmed.Length - 1);
        return new WordsPart(WordsOf(text, start), isPrefix, isNot);
    }

    private static QueryPart ReadComparison(string query, string name, int start, ref int at, bool isNot)
    {
        if (!s_fields.TryGetValue(name, out var field))
        {
            throw Invalid(start, $"one of {string.Join(", ", s_fields.Keys)} before '{query[at]}', or the text in quotes");
        }

        var operatorAt = at;
        var comparison = query[at++] switch
        {
            ':' => ":",
            '<' when at < query.Length && query[at] == '=' => "<=",
            '>' when at < query.Length && query[at] == '=' => ">=",
            '<' => "<",
            '>' => ">",
            _ => throw Invalid(operatorAt, "one of : < <= > >="),
        };
        at += comparison.Length - 1;
        if (comparison != ":" && field < SearchField.Total)
        {
            throw Invalid(operatorAt, $"':', since {name} is the same or not");
        }

        var valueAt = at;
        var value = at < query.Length && query[at] == '"' ? ReadQuoted(query, ref at) : at < query.Length && !char.IsWhiteSpace(query[at]) ? ReadBare(query, ref at) : string.Empty;
        return field switch
        {
            SearchField.State => new ValuePart(field, StateOf(value, valueAt), isNot),
            SearchField.Customer => new ValuePart(field, IdOf(Order.Customers, value, valueAt), isNot),
            SearchField.Payment => new ValuePart(field, IdOf(Order.Payments, value, valueAt), isNot),
            SearchField.Product => new ValuePart(field, SkuOf(value, valueAt), isNot),
            SearchField.Currency => new ValuePart(field, CurrencyOf(value, valueAt), isNot),
            SearchField.Total => Range(field, comparison, AmountOf(value, valueAt), 0, isNot),
            _ => TimeRange(field, comparison, value, valueAt, isNot),
        };
    }

    private static RangePart TimeRange(SearchField field, string comparison, string value, int at, bool isNot)
    {
        if (DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return Range(field, comparison, Micros.Of(new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero)), Micros.PerDay, isNot);
        }

        return DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && value.Contains('T', StringComparison.Ordinal)
            ? Range(field, comparison, Micros.Of(time), 0, isNot)
            : throw Invalid(at, "a time such as 2026-01-31T12:00:00Z or a day such as 2026-01-31");
    }

    /// <summary>The range of a comparison with what begins at a value and is <paramref name="length"/> long: a day is as long as it is.</summary>
    private static RangePart Range(SearchField field, string comparison, object value, long length, bool isNot)
    {
        object end = length == 0 ? value : (long)value + length;
        return comparison switch
        {
            ":" => new RangePart(field, value, true, end, length == 0, isNot),
            ">" => new RangePart(field, end, length > 0, null, false, isNot),
            ">=" => new RangePart(field, value, true, null, false, isNot),
            "<" => new RangePart(field, null, false, value, false, isNot),
            _ => new RangePart(field, null, false, end, length == 0, isNot),
        };
    }

    private static short StateOf(string value, int at) => States.FindValueByName(value) is { Number: > 0 } state
        ? (short)state.Number
        : throw Invalid(at, $"one of {string.Join(", ", States.Values.Where(v => v.Number > 0).Select(v => v.Name))}");

    private static Guid IdOf(string collection, string value, int at) =>
        ResourceName.TryParseGuid(collection, value, out var id) || Guid.TryParseExact(value, "D", out id) ? id : throw Invalid(at, $"a name such as {collection}/{{uuid}}");

    private static string SkuOf(string value, int at)
    {
        var sku = value.StartsWith("products/", StringComparison.Ordinal) ? value["products/".Length..] : value;
        return sku.Length > 0 ? sku : throw Invalid(at, "a SKU such as tea-100");
    }

    private static string CurrencyOf(string value, int at) =>
        Currency.TryGetExponent(value, out _) ? value : throw Invalid(at, "an ISO 4217 code such as EUR");

    private static decimal AmountOf(string value, int at) =>
        decimal.TryParse(value, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var amount)
            ? amount
            : throw Invalid(at, "an amount such as 99.5");

    private static List<string> WordsOf(string text, int at)
    {
        var words = Words.Of(text).Select(word => word.Text).ToList();
        return words.Count > 0 ? words : throw Invalid(at, "a word, a phrase in quotes or field:value");
    }

    private static string ReadBare(string query, ref int at)
    {
        var start = at;
        while (at < query.Length && !char.IsWhiteSpace(query[at]))
        {
            if (query[at] == '"')
            {
                throw Invalid(at, "a space before a quote");
            }

            Check(query, at++);
        }

        return query[start..at];
    }

    private static string ReadQuoted(string query, ref int at)
    {
        var start = at++;
        var value = new StringBuilder();
        for (; at < query.Length; at++)
        {
            switch (query[at])
            {
                case '"':
                    at++;
                    return value.ToString();
                case '\\' when at + 1 < query.Length:
                    value.Append(query[++at]);
                    break;
                default:
                    Check(query, at);
                    value.Append(query[at]);
                    break;
            }
        }

        throw Invalid(start, "a quote that is closed");
    }

    private static void Check(string query, int at)
    {
        if (char.IsControl(query[at]) && !char.IsWhiteSpace(query[at]))
        {
            throw Invalid(at, "no control character");
        }
    }

    private static int SkipSpace(string query, int at)
    {
        while (at < query.Length && char.IsWhiteSpace(query[at]))
        {
            at++;
        }

        return at;
    }
}
