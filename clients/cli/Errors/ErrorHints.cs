using Suite.Cli.Session;
using Suite.Client;
using Suite.Contracts.Common.V1;

namespace Suite.Cli.Errors;

/// <summary>Finds out what could help with a failure, where the failure itself does not say.</summary>
internal static class ErrorHints
{
    /// <summary>How calls get credentials.</summary>
    public const string HowToSignIn =
        "Sign in with 'suite login EMAIL', or name the file of an API key: SUITE_TOKEN_FILE or --token-file "
        + "(./build.sh run makes .suite/admin.key).";

    /// <param name="report">What is known.</param>
    /// <param name="exception">Where it comes from.</param>
    /// <param name="context">The command it ended.</param>
    /// <param name="cancellationToken">The caller's own wish to stop.</param>
    public static async Task<ErrorReport> AddAsync(
        ErrorReport report, Exception exception, CommandContext context, CancellationToken cancellationToken)
    {
        if (context.Hopeless is { } reason && !cancellationToken.IsCancellationRequested)
        {
            return new ErrorReport
            {
                Exit = ExitCode.Unavailable,
                Code = "UNAVAILABLE",
                Message = "the service can not be understood.",
                Hint = reason,
                RequestId = (exception as SuiteException)?.RequestId,
            };
        }

        return exception is SuiteException failure && report.Exit == ExitCode.Unavailable && report.Reason.Length == 0
            ? report with { Hint = await ConnectionHintAsync(failure, context.Options, cancellationToken) }
            : exception is SuiteException refused && report.Hint is null ? report with { Hint = CredentialsHint(refused, context) } : report;
    }

    private static string? CredentialsHint(SuiteException failure, CommandContext context) => failure.Reason switch
    {
        ErrorReason.CredentialsMissing => HowToSignIn,
        ErrorReason.CredentialsInvalid =>
            $"the token of {context.TokenSource() ?? "this call"} is not accepted any more, or not by this suite. {HowToSignIn}",
        ErrorReason.RefreshTokenInvalid => "sign in again: 'suite login EMAIL'.",
        ErrorReason.ScopeMissing =>
            $"the scope {failure.Metadata.GetValueOrDefault("scope")} is missing; 'suite whoami' shows what calls are signed with.",
        ErrorReason.RateLimited when failure.RetryAfter is { } wait => string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"try again in {Math.Ceiling(wait.TotalSeconds):0} s."),
        _ => null,
    };

    private static async Task<string?> ConnectionHintAsync(SuiteException failure, SuiteClientOptions options, CancellationToken cancellationToken)
    {
        var address = AddressOf(failure, options);
        return address is null
            ? null
            : await TransportProbe.HintAsync(address, cancellationToken)
                ?? $"is the suite running at {Addresses.Text(address)}? 'suite whoami' shows where addresses come from.";
    }

    private static Uri? AddressOf(SuiteException failure, SuiteClientOptions options) => failure.Method.Split('.') switch
    {
        ["suite", "user", ..] => options.AddressOf(SuiteService.User),
        ["suite", "order", ..] => options.AddressOf(SuiteService.Order),
        ["suite", "payment", ..] => options.AddressOf(SuiteService.Payment),
        // Every service keeps its own dead letters.
        _ => options.Address,
    };
}
