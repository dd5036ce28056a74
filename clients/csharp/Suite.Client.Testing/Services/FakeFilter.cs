using System.Globalization;
using System.Text.RegularExpressions;
using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Common.V1;

namespace Suite.Client.Testing;

/// <summary>The part of AIP-160 that lists take: comparisons joined by AND.</summary>
internal static partial class FakeFilter
{
    /// <summary>What a list can be filtered by: names of texts (= and !=) and of times (every comparison).</summary>
    public delegate object? Field<in T>(T item, string name);

    public static Func<T, bool> Parse<T>(string filter, Field<T> field, T sample)
    {
        if (string.IsNullOrWhiteSpace(filter))
        {
            return _ => true;
        }

        var terms = new List<Func<T, bool>>();
        foreach (var text in Conjunction().Split(filter))
        {
            var term = Comparison().Match(text);
            if (!term.Success)
            {
                throw Invalid($"'{text.Trim()}' is no comparison.");
            }

            terms.Add(Term(term.Groups["field"].Value, term.Groups["op"].Value, term.Groups["value"].Value, field, sample));
        }

        return item => terms.TrueForAll(term => term(item));
    }

    private static Func<T, bool> Term<T>(string name, string comparison, string value, Field<T> field, T sample)
    {
        switch (field(sample, name))
        {
            case Timestamp when DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time):
                return item => Holds(comparison, ((Timestamp)field(item, name)!).ToDateTimeOffset().CompareTo(time));
            case string when comparison is "=" or "!=":
                return item => Holds(comparison, string.CompareOrdinal((string)field(item, name)!, value));
            default:
                throw Invalid($"'{name} {comparison} {value}' can not be compared.");
        }
    }

    private static bool Holds(string comparison, int order) => comparison switch
    {
        "=" => order == 0,
        "!=" => order != 0,
        "<" => order < 0,
        "<=" => order <= 0,
        ">" => order > 0,
        _ => order >= 0,
    };

    private static Grpc.Core.RpcException Invalid(string description) => FakeErrors.Invalid("filter", description, ErrorReason.FilterInvalid);

    [GeneratedRegex(@"\s+AND\s+")]
    private static partial Regex Conjunction();

    [GeneratedRegex("""^\s*(?<field>[A-Za-z_.]+)\s*(?<op>=|!=|<=|>=|<|>)\s*(?:"(?<value>[^"]*)"|(?<value>[^\s"()=<>!]+))\s*$""")]
    private static partial Regex Comparison();
}
