using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Suite.Client;

/// <summary>What the client says in a log.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(1, LogLevel.Warning, "{Method} failed with {Code} in attempt {Attempt}; the next follows in {Milliseconds:F0} ms. request_id {RequestId}")]
    public static partial void Retrying(ILogger logger, string method, StatusCode code, int attempt, double milliseconds, string? requestId);

    [LoggerMessage(2, LogLevel.Warning, "{Method} is not repeated: the retry budget of {Address} is spent")]
    public static partial void BudgetSpent(ILogger logger, string method, Uri address);

    [LoggerMessage(3, LogLevel.Information, "{Method} had its token refused and renews it")]
    public static partial void RenewingToken(ILogger logger, string method);
}
