using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Suite.Platform.Postgres;

/// <summary>Short names of statements for their spans: what is done, and to which table first. For example <c>INSERT orders</c>.</summary>
internal static partial class StatementNames
{
    /// <summary>Statements are constants, but for the filters of lists; more than this are not remembered.</summary>
    private const int Remembered = 1000;

    private static readonly ConcurrentDictionary<string, string> s_names = new(StringComparer.Ordinal);

    public static string Of(string sql)
    {
        if (s_names.TryGetValue(sql, out var name))
        {
            return name;
        }

        name = Read(sql);
        if (s_names.Count < Remembered)
        {
            s_names.TryAdd(sql, name);
        }

        return name;
    }

    private static string Read(string sql)
    {
        // What changes something says more of a statement than what it reads for that.
        if (Write().Match(sql) is { Success: true } write)
        {
            var verb = write.Groups[1].Value.Split(' ', 2)[0].ToUpperInvariant();
            return $"{verb} {write.Groups[2].Value}";
        }

        if (From().Match(sql) is { Success: true } from)
        {
            return $"SELECT {from.Groups[1].Value}";
        }

        return FirstWord().Match(sql).Value is { Length: > 0 } word ? word.ToUpperInvariant() : "SQL";
    }

    [GeneratedRegex(@"\b(INSERT\s+INTO|UPDATE(?!\s+SKIP|\s+OF|\s+SET|\s*$)|DELETE\s+FROM)\s+([a-z_][a-z0-9_]*)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Write();

    [GeneratedRegex(@"\bFROM\s+(?!unnest\b|LATERAL\b)([a-z_][a-z0-9_.]*)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex From();

    [GeneratedRegex(@"[a-z]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FirstWord();
}
