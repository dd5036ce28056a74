using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;

namespace Suite.Client;

/// <summary>
/// How a <see cref="SuiteClient"/> finds and treats the services. Read once, when the client is made. A new instance has the
/// defaults of a suite on this machine; <see cref="SuiteSettings"/> fills one from the environment, the profile file or
/// a configuration section.
/// </summary>
public sealed class SuiteClientOptions
{
    /// <summary>The one address for all services, such as a gateway's; <c>null</c> for an address a service.</summary>
    public Uri? Address { get; set; }

    /// <summary>Where User listens; <c>null</c> means <see cref="Address"/>, else <c>http://127.0.0.1:9101</c>.</summary>
    public Uri? UserAddress { get; set; }

    /// <summary>Where Order listens; <c>null</c> means <see cref="Address"/>, else <c>http://127.0.0.1:9102</c>.</summary>
    public Uri? OrderAddress { get; set; }

    /// <summary>Where Payment listens; <c>null</c> means <see cref="Address"/>, else <c>http://127.0.0.1:9103</c>.</summary>
    public Uri? PaymentAddress { get; set; }

    /// <summary>
    /// The addresses of a service that several replicas of it listen at, all http or all https: calls go to them in turn, to those with a connection
    /// alone, so that one that goes away is not noticed. Used as long as <see cref="AddressOf"/> is one of them.
    /// </summary>
    public IDictionary<SuiteService, IReadOnlyList<Uri>> Replicas { get; } = new Dictionary<SuiteService, IReadOnlyList<Uri>>();

    /// <summary>
    /// How long a unary call may take, all its attempts and waits together: 30 s unless set, more than zero, or
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for no limit. Streams have none.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>When and how often a failed attempt is repeated.</summary>
    public SuiteRetryOptions Retry { get; set; } = new();

    /// <summary>Told before each wait for another attempt, on the path of the call: be quick, and do not throw.</summary>
    public Action<SuiteRetry>? OnRetry { get; set; }

    /// <summary>Where tokens come from; <c>null</c> for calls without.</summary>
    public ISuiteCredentials? Credentials { get; set; }

    /// <summary>Lets tokens travel unencrypted to hosts other than this one. Anyone on the way can read them then.</summary>
    public bool AllowTokenOverPlaintext { get; set; }

    /// <summary>
    /// Changes the channel of a service after the defaults (keepalive pings, more than one HTTP/2 connection, connections
    /// renewed every five minutes so that DNS changes are seen) were set, so that what is not touched stays.
    /// </summary>
    public Action<SuiteService, GrpcChannelOptions>? ConfigureChannel { get; set; }

    /// <summary>Changes the connections of a service after the defaults were set, for example its TLS certificates.</summary>
    public Action<SuiteService, SocketsHttpHandler>? ConfigureHandler { get; set; }

    /// <summary>Takes the place of channels, for tests and services in the same process. Addresses are not used then.</summary>
    public Func<SuiteService, CallInvoker>? CallInvokers { get; set; }

    /// <summary>Where the client logs: retries as warnings, under the category <c>Suite.Client</c>.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>The clock of deadlines, waits and the retry budget.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>The address calls to a service go to, the first of them where there are several.</summary>
    public Uri AddressOf(SuiteService service) => service switch
    {
        SuiteService.User => UserAddress ?? Address ?? new Uri("http://127.0.0.1:9101"),
        SuiteService.Order => OrderAddress ?? Address ?? new Uri("http://127.0.0.1:9102"),
        SuiteService.Payment => PaymentAddress ?? Address ?? new Uri("http://127.0.0.1:9103"),
        _ => throw new ArgumentOutOfRangeException(nameof(service), service, "There is no such service."),
    };
    /// <summary>Every address calls to a service go to.</summary>
    public IReadOnlyList<Uri> AddressesOf(SuiteService service) =>
        Replicas.TryGetValue(service, out var replicas) && replicas.Contains(AddressOf(service)) ? replicas : [AddressOf(service)];
}
