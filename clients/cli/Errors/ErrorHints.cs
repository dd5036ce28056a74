using Suite.Cli.Session;
using Suite.Client;

namespace Suite.Cli.Errors;

/// <summary>Finds out what could help with a failure, where the failure itself does not say.</summary>
internal static class ErrorHints
{
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
            : report;
    }

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
