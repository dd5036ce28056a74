namespace Suite.Cli.Commands;

/// <summary>Resource names on the command line: the whole name, or its UUID alone.</summary>
internal static class Names
{
    public static string Of(string collection, string text) =>
        text.StartsWith(collection + "/", StringComparison.Ordinal) ? text : $"{collection}/{text}";
}
