using System.Diagnostics;
using Grpc.Core;
using Suite.Bench.Measuring;
using Suite.Contracts.Orders.V1;
using Suite.Local;

namespace Suite.Bench.Load;

/// <summary>A customer who places one order after the other and watches each until it is confirmed, on a connection of its own.</summary>
internal sealed class Probe(LocalSuite suite, Shop shop) : IDisposable
{
    private readonly Connections _connections = new(suite.Order.GrpcAddress, suite.AdminKeyFile, 1);
    private readonly List<long> _create = [];
    private readonly List<long> _confirm = [];

    /// <summary>From the call of CreateOrder to its answer.</summary>
    public Latencies Create => Latencies.OfTimestamps(_create);

    /// <summary>From the answer of CreateOrder, which comes right after the commit, to CONFIRMED through WatchOrder.</summary>
    public Latencies Confirm => Latencies.OfTimestamps(_confirm);

    /// <summary>Places and watches as long as <paramref name="goOn"/> of the number of orders so far says so.</summary>
    public async Task RunAsync(Func<int, bool> goOn, CancellationToken cancellationToken)
    {
        _create.Clear();
        _confirm.Clear();
        var client = _connections.Clients(channel => new OrderService.OrderServiceClient(channel))[0];
        while (goOn(_confirm.Count))
        {
            var began = Stopwatch.GetTimestamp();
            var order = await client.CreateOrderAsync(shop.NextOrder(), cancellationToken: cancellationToken);
            var answered = Stopwatch.GetTimestamp();
            await ConfirmedAsync(client, order.Name, cancellationToken);
            _confirm.Add(Stopwatch.GetTimestamp() - answered);
            _create.Add(answered - began);
        }
    }

    public void Dispose() => _connections.Dispose();

    private static async Task ConfirmedAsync(OrderService.OrderServiceClient client, string name, CancellationToken cancellationToken)
    {
        using var watch = client.WatchOrder(new WatchOrderRequest { Name = name }, cancellationToken: cancellationToken);
        while (await watch.ResponseStream.MoveNext(cancellationToken))
        {
            switch (watch.ResponseStream.Current.Order.State)
            {
                case Order.Types.State.Pending:
                    continue;
                case Order.Types.State.Confirmed:
                    return;
                case var state:
                    throw new SuiteLocalException($"{name} became {state}; all orders of the bench are to be confirmed.");
            }
        }

        throw new SuiteLocalException($"The watch of {name} ended before the order was confirmed.");
    }
}
