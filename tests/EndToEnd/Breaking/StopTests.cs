using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Suite.Contracts.Orders.V1;
using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.Breaking;

/// <summary>SIGTERM under load.</summary>
internal sealed class StopTests
{
    private TestSuite _suite = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _suite = await Suites.BreakableAsync();

    [TearDown]
    public Task MendAsync() => _suite.MendAsync();

    [Test]
    public async Task A_stop_turns_readiness_takes_calls_for_a_while_answers_all_it_took_and_ends_in_time()
    {
        await _suite.RestartAsync(_suite.Local.Order, ("SUITE_STOP_DELAY", "2"));
        var customer = await _suite.NewCustomerAsync();
        await _suite.ProductAsync("tea", 3);
        using var channel = GrpcChannel.ForAddress(_suite.Local.Order.GrpcAddress);
        var bearer = "Bearer " + _suite.AdminKey;
        var orders = new OrderService.OrderServiceClient(channel.Intercept(headers =>
        {
            headers.Add("authorization", bearer);
            return headers;
        }));
        var answered = new ConcurrentDictionary<string, string>();
        var refused = new ConcurrentDictionary<string, StatusCode>();
        var callers = Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            while (refused.IsEmpty)
            {
                var request = await _suite.RequestAsync(customer);
                try
                {
                    answered[request.RequestId] = (await orders.CreateOrderAsync(request, deadline: DateTime.UtcNow.AddSeconds(30))).Name;
                }
                catch (RpcException e)
                {
                    refused[request.RequestId] = e.StatusCode;
                }
            }
        })).ToArray();
        await Eventually.That(() => Task.FromResult(answered.Count), Is.GreaterThan(100));

        var process = _suite.Local.Order.Process!;
        var took = Stopwatch.StartNew();
        var stopping = process.StopAsync();
        await Eventually.That(() => Probe.ReadyAsync(_suite.Local.Order), Is.EqualTo((503, "Unhealthy")));
        var before = answered.Count;
        await Eventually.That(() => Task.FromResult(answered.Count), Is.GreaterThan(before), "Calls are still taken.");

        Assert.That(await stopping, Is.True, "It went by itself.");
        Assert.That(took.Elapsed, Is.LessThan(TimeSpan.FromSeconds(15)));
        Assert.That(await process.Exited, Is.Zero);
        await Task.WhenAll(callers);

        // Whoever was answered has an order, and whoever was not has none: nothing that was begun was left without an answer.
        Assert.That(refused.Values, Is.All.EqualTo(StatusCode.Unavailable));
        var there = await _suite.RowsAsync(
            "order", $"SELECT id FROM orders WHERE customer_id = '{customer["users/".Length..]}'", r => $"orders/{r.GetGuid(0)}");
        Assert.That(there, Is.EquivalentTo(answered.Values));
        await _suite.MendAsync();
        await Books.SettleAndCheckAsync(_suite);
    }

    [Test]
    public async Task A_stopping_replica_ends_its_watches_with_a_reason_and_a_client_goes_on()
    {
        var order = await _suite.DecidedAsync((await _suite.PlaceAsync()).Name);
        using var watch = _suite.Orders().WatchOrder(new WatchOrderRequest { Name = order.Name }, deadline: DateTime.UtcNow.AddSeconds(60));
        Assert.That(await watch.ResponseStream.MoveNext(CancellationToken.None), Is.True);
        await using var client = _suite.Client();
        await using var states = client.Orders.WatchAsync(order.Name).GetAsyncEnumerator();
        Assert.That(await states.MoveNextAsync(), Is.True);
        var next = states.MoveNextAsync();

        Assert.That(await _suite.Local.Order.Process!.StopAsync(), Is.True);

        var ended = Refusal.Of((await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(CancellationToken.None)))!);
        ended.MustBe(StatusCode.Unavailable, "SERVICE_STOPPING");
        await _suite.MendAsync();
        await _suite.Orders().CancelOrderAsync(new CancelOrderRequest { Name = order.Name, RequestId = Guid.NewGuid().ToString() });
        Assert.That(await next, Is.True);
        Assert.That(states.Current.State, Is.EqualTo(Order.Types.State.Cancelled));
    }

    [TestCase("user")]
    [TestCase("payment")]
    public async Task Every_service_ends_by_itself(string service)
    {
        var process = _suite.Local.Service(service).Process!;

        Assert.That(await process.StopAsync(TimeSpan.FromSeconds(15)), Is.True);
        Assert.That(await process.Exited, Is.Zero);
    }
}
