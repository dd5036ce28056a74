using Grpc.Core;

namespace Suite.Client;

/// <summary>What one call does differently from the client's <see cref="SuiteClientOptions"/>.</summary>
public sealed record SuiteCallOptions
{
    /// <summary>
    /// How long the call may take, attempts and waits together; more than zero, or
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>. <c>null</c> means the client's default for unary calls and no limit for streams.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// The UUID that makes a write happen once however often it is sent; <c>null</c> lets the client make one. Ignored by reads.
    /// </summary>
    public string? RequestId { get; init; }

    /// <summary>In whose name the call is made, for example a <see cref="SuiteSession"/>; <c>null</c> for the client's own credentials.</summary>
    public ISuiteCredentials? Credentials { get; init; }

    /// <summary>Metadata to send along; copied before use.</summary>
    public Metadata? Headers { get; init; }

    /// <summary>How this call is repeated; <c>null</c> means as the client says.</summary>
    public SuiteRetryOptions? Retry { get; init; }

    /// <summary>Told before each wait for another attempt, after the client's own <see cref="SuiteClientOptions.OnRetry"/>.</summary>
    public Action<SuiteRetry>? OnRetry { get; init; }
}
