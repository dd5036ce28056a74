namespace Suite.Cli.Errors;

/// <summary>The command line or the configuration is wrong. The message is shown as it is; nothing was done.</summary>
internal sealed class UsageException(string message, Exception? inner = null) : Exception(message, inner);
