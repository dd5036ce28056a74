using Grpc.Core;
using Grpc.Net.Client;

namespace Suite.Client;

/// <summary>One service as the client sees it: where it is, how to call it, what may be retried, which token it gets.</summary>
internal sealed class ServiceEndpoint : IDisposable
{
    private readonly SuiteClientOptions _options;
    private readonly Lazy<CallInvoker> _invoker;
    private readonly IReadOnlyList<Uri> _addresses;
    private GrpcChannel? _channel;
    private volatile bool _disposed;

    public ServiceEndpoint(SuiteService service, SuiteClientOptions options, TokenSource tokens)
    {
        Service = service;
        Address = options.AddressOf(service);
        Budget = new RetryBudget(options.Retry, options.TimeProvider);
        Tokens = tokens;
        _options = options;
        _invoker = new Lazy<CallInvoker>(Connect);
        _addresses = options.AddressesOf(service);
        MayCarryToken = options.AllowTokenOverPlaintext || options.CallInvokers is not null || _addresses.All(IsSafe);
        ClientTelemetry.Watch(this);
    }

    public SuiteService Service { get; }

    /// <summary>The address, the first of them where there are several.</summary>
    public Uri Address { get; }

    public RetryBudget Budget { get; }

    public TokenSource Tokens { get; }

    /// <summary>Whether a token may be sent there: over TLS, on this machine, or where it was allowed by name.</summary>
    public bool MayCarryToken { get; }

    public CallInvoker Invoker
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(SuiteClient));
            return _invoker.Value;
        }
    }

    public void Dispose()
    {
        _disposed = true;
        ClientTelemetry.Forget(this);
        _channel?.Dispose();
    }

    private static bool IsSafe(Uri address) => address.Scheme == Uri.UriSchemeHttps || address.IsLoopback;

    private CallInvoker Connect()
    {
        if (_options.CallInvokers is { } invokers)
        {
            return invokers(Service);
        }

        _channel = ServiceChannel.Create(Service, _addresses, _options);
        return _channel.CreateCallInvoker();
    }
}
