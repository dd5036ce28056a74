namespace Suite.Cli.Import;

/// <summary>A file can not be read at all: it is missing, is no text of the format, or lacks a column.</summary>
internal sealed class InputFileException(string message, Exception? inner = null) : Exception(message, inner);
