using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Suite.Client;

/// <summary>What all calls of a client share, as it was when the client was made.</summary>
internal sealed class CallEnvironment(SuiteClientOptions options)
{
    public static readonly SuiteCallOptions NoOptions = new();

    public TimeProvider Time { get; } = options.TimeProvider;

    public TimeSpan Timeout { get; } = options.Timeout;

    public SuiteRetryOptions Retry { get; } = options.Retry;

    public Action<SuiteRetry>? OnRetry { get; } = options.OnRetry;

    public ILogger Logger { get; } = options.LoggerFactory?.CreateLogger("Suite.Client") ?? NullLogger.Instance;
}
