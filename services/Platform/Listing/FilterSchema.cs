using System.Globalization;
using System.Text;
using Google.Protobuf.Reflection;
using Npgsql;
using Suite.Platform.Naming;

namespace Suite.Platform.Listing;

/// <summary>Which fields a list can be filtered by, and the columns behind them.</summary>
public sealed class FilterSchema
{
    private const string Plain = "{0}";

    private delegate object ReadValue(FilterTerm term);

    // The value is a format of the parameter: "{0}", or what is done to it in SQL.
    private readonly Dictionary<string, (string Column, string Value, bool Ordered, ReadValue Read)> _fields = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<FilterTerm, NpgsqlParameterCollection, string>> _equalities = new(StringComparer.Ordinal);

    /// <summary>A field that names a resource with a UUID: equality only.</summary>
    public FilterSchema Resource(string field, string collection, string column)
    {
        _fields.Add(field, (column, Plain, false, term => ResourceName.TryParseGuid(collection, term.Value, out var id)
            ? id
            : throw FilterParser.Invalid(term.Position, $"{field} is compared with a name such as {collection}/{{uuid}}.")));
        return this;
    }

    /// <summary>A field of an enum, stored as its number: equality only.</summary>
    public FilterSchema Enum(string field, EnumDescriptor type, string column)
    {
        _fields.Add(field, (column, Plain, false, term => type.FindValueByName(term.Value) is { Number: > 0 } value
            ? (short)value.Number
            : throw FilterParser.Invalid(
                term.Position, $"{field} is one of {string.Join(", ", type.Values.Where(v => v.Number > 0).Select(v => v.Name))}.")));
        return this;
    }

    /// <summary>A field of text: equality only. An empty text is what nothing has.</summary>
    public FilterSchema Text(string field, string column)
    {
        _fields.Add(field, (column, Plain, false, term => term.Value.Length > 0 && !term.Value.Contains('\0', StringComparison.Ordinal)
            ? term.Value
            : throw FilterParser.Invalid(term.Position, $"{field} is compared with a text that is not empty, without the character NUL.")));
        return this;
    }

    /// <summary>A field of text that compares without regard to case: equality only.</summary>
    public FilterSchema TextIgnoringCase(string field, string column)
    {
        _fields.Add(field, ($"lower({column})", "lower({0})", false, term => !term.Value.Contains('\0', StringComparison.Ordinal)
            ? term.Value
            : throw FilterParser.Invalid(term.Position, $"{field} is compared with a text without the character NUL.")));
        return this;
    }

    /// <summary>
    /// A field that takes more than a column to compare: equality only, without its opposite. <paramref name="toSql"/> adds its value to the
    /// parameters and returns the condition.
    /// </summary>
    public FilterSchema Equality(string field, Func<FilterTerm, NpgsqlParameterCollection, string> toSql)
    {
        _equalities.Add(field, toSql);
        return this;
    }

    /// <summary>A field of time: every comparison.</summary>
    public FilterSchema Time(string field, string column)
    {
        _fields.Add(field, (column, Plain, true, term =>
            DateTimeOffset.TryParse(term.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? time.ToUniversalTime()
                : throw FilterParser.Invalid(term.Position, $"{field} is compared with a time such as \"2026-01-31T12:00:00Z\".")));
        return this;
    }

    /// <summary>
    /// The filter as SQL: each comparison led by <c> AND </c>, its value added to <paramref name="parameters"/>. Columns come
    /// from this schema and values travel as parameters, so nothing a caller writes becomes SQL.
    /// </summary>
    /// <exception cref="Errors.DomainException">INVALID_ARGUMENT (FILTER_INVALID) with the position.</exception>
    public string ToSql(string filter, NpgsqlParameterCollection parameters)
    {
        var sql = new StringBuilder();
        foreach (var term in FilterParser.Parse(filter))
        {
            if (_equalities.TryGetValue(term.Field, out var toSql))
            {
                sql.Append(CultureInfo.InvariantCulture, $" AND {Equality(term, toSql, parameters)}");
                continue;
            }

            if (!_fields.TryGetValue(term.Field, out var field))
            {
                throw FilterParser.Invalid(term.Position, $"'{term.Field}' is none of {string.Join(", ", _fields.Keys.Concat(_equalities.Keys))}.");
            }

            if (!field.Ordered && term.Operator is not ("=" or "!="))
            {
                throw FilterParser.Invalid(term.Position, $"{term.Field} is compared with = or != only.");
            }

            parameters.Add(new NpgsqlParameter { Value = field.Read(term) });
            var comparison = term.Operator == "!=" ? "<>" : term.Operator;
            var value = string.Format(CultureInfo.InvariantCulture, field.Value, $"${parameters.Count}");
            sql.Append(CultureInfo.InvariantCulture, $" AND {field.Column} {comparison} {value}");
        }

        return sql.ToString();
    }

    private static string Equality(
        FilterTerm term, Func<FilterTerm, NpgsqlParameterCollection, string> toSql, NpgsqlParameterCollection parameters) =>
        term.Operator == "=" ? toSql(term, parameters) : throw FilterParser.Invalid(term.Position, $"{term.Field} is compared with = only.");
}
