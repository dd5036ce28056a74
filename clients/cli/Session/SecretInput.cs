using Spectre.Console;
using Suite.Cli.Errors;

namespace Suite.Cli.Session;

/// <summary>Secrets come from somebody at the terminal, who does not see them, or from standard input; never from the command line.</summary>
internal static class SecretInput
{
    /// <param name="context">The command.</param>
    /// <param name="what">What is asked for, for example <c>password</c>.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <exception cref="UsageException">Standard input is empty, or has more than one line.</exception>
    public static async Task<string> ReadAsync(CommandContext context, string what, CancellationToken cancellationToken)
    {
        if (context.Host.InputIsTerminal)
        {
            return await new TextPrompt<string>(what + ":").Secret(null).ShowAsync(context.Notices.Console, cancellationToken);
        }

        using var reader = new StreamReader(context.Host.OpenInput());
        var text = (await reader.ReadToEndAsync(cancellationToken)).TrimEnd('\r', '\n');
        return text.Length == 0 ? throw new UsageException($"{what}: standard input is empty.")
            : text.Contains('\n', StringComparison.Ordinal) ? throw new UsageException($"{what}: standard input has more than one line.")
            : text;
    }
}
