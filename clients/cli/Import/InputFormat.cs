namespace Suite.Cli.Import;

/// <summary>How a file of records is written.</summary>
internal enum InputFormat
{
    /// <summary>Comma-separated values with a header, RFC 4180, UTF-8.</summary>
    Csv,

    /// <summary>Newline-delimited JSON: one object a line, UTF-8.</summary>
    Ndjson,
}
