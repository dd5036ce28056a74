using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Suite.Contracts.Ops.V1;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Contracts.Users.V1;

namespace Suite.Faults.Load;

/// <summary>
/// One client's connections to every replica, with the generated clients: nothing is retried, so that each attempt is seen as it ended.
/// </summary>
/// <param name="addressOf">Where a replica is called, by its name.</param>
/// <param name="key">The API key that every call sends.</param>
internal sealed class Lines(Func<string, string> addressOf, string key) : IDisposable
{
    private readonly Dictionary<string, GrpcChannel> _channels = [];

    public UserService.UserServiceClient Users(int replica) => new(To("user", replica));

    public ProductService.ProductServiceClient Products(int replica) => new(To("order", replica));

    public OrderService.OrderServiceClient Orders(int replica) => new(To("order", replica));

    public PaymentService.PaymentServiceClient Payments(int replica) => new(To("payment", replica));

    public LedgerService.LedgerServiceClient Ledger(int replica) => new(To("payment", replica));

    public ReconciliationService.ReconciliationServiceClient Reconciliation(int replica) => new(To("payment", replica));

    public ProjectionService.ProjectionServiceClient Projections(int replica) => new(To("order", replica));

    public void Dispose()
    {
        foreach (var channel in _channels.Values)
        {
            channel.Dispose();
        }
    }

    private CallInvoker To(string service, int replica)
    {
        var name = $"{service}-{replica + 1}";
        lock (_channels)
        {
            if (!_channels.TryGetValue(name, out var channel))
            {
                channel = _channels[name] = GrpcChannel.ForAddress(addressOf(name), new GrpcChannelOptions
                {
                    MaxReceiveMessageSize = null,
                    // What was away for a second is asked for again at once.
                    InitialReconnectBackoff = TimeSpan.FromMilliseconds(200),
                    MaxReconnectBackoff = TimeSpan.FromMilliseconds(500),
                    HttpHandler = new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) },
                    DisposeHttpClient = true,
                });
            }

            return channel.Intercept(headers =>
            {
                headers.Add("authorization", "Bearer " + key);
                return headers;
            });
        }
    }
}
