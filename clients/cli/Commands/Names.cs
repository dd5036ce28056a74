namespace Suite.Cli.Commands;

/// <summary>Resource names on the command line: the whole name, or what follows its collection alone.</summary>
internal static class Names
{
    public static string Of(string collection, string text) =>
        text.StartsWith(collection + "/", StringComparison.Ordinal) ? text : $"{collection}/{text}";

    /// <summary>The conditions that were given, joined by AND.</summary>
    public static string Filter(params string?[] conditions) => string.Join(" AND ", conditions.Where(c => !string.IsNullOrWhiteSpace(c)));
}
