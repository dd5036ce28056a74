using System.Collections.Concurrent;
using Grpc.Core;
using Suite.Client;
using Suite.Contracts.Orders.V1;
using Suite.Tests.EndToEnd.Running;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.EndToEnd;

/// <summary>Every process of a suite is replaced under load, one after the other, as a new version is rolled out.</summary>
[Category("Alone")]
internal sealed class RollingRestartTests
{
    private static readonly string[] s_services = ["user", "order", "payment"];

    /// <summary>A caller begins a life of an order at most as often: the load is to be there all the time, and not to be all there is.</summary>
    private static readonly TimeSpan s_pace = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<string> _failures = new();
    private readonly ConcurrentDictionary<string, int> _retries = new();
    private readonly ConcurrentBag<string> _orders = [];
    private volatile bool _enough;
    private int _rounds;

    [Test]
    public async Task Every_replica_is_replaced_in_turn_and_no_call_fails_and_no_event_is_lost()
    {
        await using var suite = await TestSuite.StartAsync(options => options with { Replicas = s_services.ToDictionary(name => name, _ => 2) });
        var customer = await suite.NewCustomerAsync();
        await suite.ProductAsync("tea", 3);
        await using var client = suite.ClientOfAll(retry => _retries.AddOrUpdate($"{retry.Method}: {retry.Code}", 1, (_, n) => n + 1));
        var callers = Enumerable.Range(0, 4).Select(number => Task.Run(() => CallAsync(suite, client, customer, number))).ToArray();
        await ProgressAsync();

        foreach (var service in suite.Local.Services)
        {
            Assert.That(await service.Process!.StopAsync(), Is.True, $"{service.Title} went by itself");
            // With one replica of it away, the work goes on.
            await ProgressAsync();
            await service.StartAsync();
            await ProgressAsync();
        }

        _enough = true;
        await Task.WhenAll(callers).WaitAsync(TimeSpan.FromSeconds(90));

        await TestContext.Progress.WriteLineAsync($"{_rounds} rounds; repeated: {string.Join(", ", _retries)}");
        Assert.That(_failures, Is.Empty);
        var there = await suite.RowsAsync(
            "order", $"SELECT id FROM orders WHERE customer_id = '{customer["users/".Length..]}'", r => $"orders/{r.GetGuid(0)}");
        Assert.That(there, Is.EquivalentTo(_orders), "acknowledged and kept are the same");
        await Books.SettleAndCheckAsync(suite);
    }

    /// <summary>Waits until every caller has been through about once more.</summary>
    private async Task ProgressAsync()
    {
        var before = Volatile.Read(ref _rounds);
        await Eventually.That(
            () => Task.FromResult(!_failures.IsEmpty || Volatile.Read(ref _rounds) >= before + 8), Is.True, "The callers do not get on.");
    }

    /// <summary>What a shop does all day: a life of an order after the other.</summary>
    private async Task CallAsync(TestSuite suite, SuiteClient client, string customer, int number)
    {
        using var pace = new PeriodicTimer(s_pace);
        for (var i = number; !_enough; i++)
        {
            await pace.WaitForNextTickAsync();
            try
            {
                var order = await client.Orders.CreateAsync(await suite.RequestAsync(customer, quantity: 1 + (i % 3)));
                _orders.Add(order.Name);
                await client.Users.GetAsync(customer);
                await client.Orders.GetAsync(order.Name);
                order = await client.Orders.WaitAsync(order.Name);
                Assert.That(order.State, Is.EqualTo(State.Confirmed));
                var step = (i % 3) switch
                {
                    0 => client.Orders.CancelAsync(order.Name),
                    1 => client.Orders.FulfillAsync(order.Name),
                    _ => RefundAsync(client, order.Name),
                };
                await step;
                Interlocked.Increment(ref _rounds);
            }
            catch (Exception e) when (e is SuiteException or RpcException)
            {
                _failures.Enqueue(e.Message);
            }
        }
    }

    private static async Task<Order> RefundAsync(SuiteClient client, string order)
    {
        await client.Orders.FulfillAsync(order);
        return await client.Orders.RefundAsync(new RefundOrderRequest { Name = order, Reason = "damaged", Lines = { new RefundLine { LineNumber = 1, Quantity = 1 } } });
    }
}
