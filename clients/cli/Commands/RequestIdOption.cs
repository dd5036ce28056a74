using System.CommandLine;
using Suite.Cli.Session;
using Suite.Client;

namespace Suite.Cli.Commands;

/// <summary>The option of writing commands that makes them repeatable by hand.</summary>
internal static class RequestIdOption
{
    public static Option<string?> New() => new("--request-id")
    {
        Description = "The UUID of this write; the same command with the same UUID happens once. One is made unless given.",
        HelpName = "UUID",
        Validators =
        {
            result =>
            {
                if (result.Tokens.Count == 1 && !Guid.TryParseExact(result.Tokens[0].Value, "D", out _))
                {
                    result.AddError($"--request-id: '{result.Tokens[0].Value}' is no UUID such as 0197c1f0-5b3e-7c3a-9d1e-2f4a6b8c0d1e.");
                }
            },
        },
    };

    public static SuiteCallOptions CallOptions(this CommandContext context, Option<string?> requestId) =>
        new() { RequestId = context.Parsed.GetValue(requestId) };
}
