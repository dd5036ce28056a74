namespace Suite.Cli.Import;

/// <summary>A line can not be read. The message is the reason as it is shown, without the line's number.</summary>
internal sealed class RowException(string message) : Exception(message);
