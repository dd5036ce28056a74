namespace Suite.Cli.Output;

/// <summary>How data is written to standard output.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Table,

    /// <summary>One indented JSON document.</summary>
    Json,

    /// <summary>One JSON object a line.</summary>
    Jsonl,
}
