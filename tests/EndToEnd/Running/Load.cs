using System.Collections.Concurrent;
using Suite.Client;
using Suite.Contracts.Orders.V1;

namespace Suite.Tests.EndToEnd.Running;

/// <summary>
/// Callers that place orders side by side through the client library, one replica of Order each, and remember what was
/// acknowledged to them.
/// </summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, string> _acknowledged = new();
    private readonly TestSuite _suite;
    private readonly string _customer;
    private readonly List<SuiteClient> _clients = [];
    private readonly List<Task> _callers = [];

    private Load(TestSuite suite, string customer)
    {
        _suite = suite;
        _customer = customer;
    }

    /// <summary>How many orders were acknowledged so far.</summary>
    public int Acknowledged => _acknowledged.Count;

    /// <summary>Starts placing <paramref name="orders"/> orders through each of the replicas, by 8 callers a replica.</summary>
    public static async Task<Load> StartAsync(TestSuite suite, int orders, params int[] replicas)
    {
        var load = new Load(suite, await suite.NewCustomerAsync());
        await suite.ProductAsync("tea", 3);
        foreach (var replica in replicas)
        {
            var client = suite.Client(replica);
            load._clients.Add(client);
            var next = 0;
            load._callers.AddRange(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
            {
                for (var i = Interlocked.Increment(ref next); i <= orders; i = Interlocked.Increment(ref next))
                {
                    await load.PlaceAsync(client, i);
                }
            })));
        }

        return load;
    }

    /// <summary>Waits until so many were acknowledged: the load is in the middle of its work.</summary>
    public Task ReachesAsync(int acknowledged) =>
        Eventually.That(() => Task.FromResult(Acknowledged), Is.GreaterThanOrEqualTo(acknowledged), "The load does not get on.");

    /// <summary>Waits until every caller is through; none may have failed.</summary>
    public Task FinishAsync() => Task.WhenAll(_callers).WaitAsync(TimeSpan.FromSeconds(120));

    /// <summary>Every order that was acknowledged is there, once, and no other.</summary>
    public async Task CheckAsync()
    {
        var there = await _suite.RowsAsync(
            "order", $"SELECT id FROM orders WHERE customer_id = '{_customer["users/".Length..]}'", r => $"orders/{r.GetGuid(0)}");
        Assert.That(there, Is.EquivalentTo(_acknowledged.Values), "acknowledged and kept are the same");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }
    }

    private async Task PlaceAsync(SuiteClient client, int number)
    {
        var token = (number % 20) switch { 0 => "tok_flaky", 7 => "tok_declined", _ => "tok_visa" };
        var request = await _suite.RequestAsync(_customer, token, quantity: 1 + (number % 5));
        var order = await client.Orders.CreateAsync(request);
        _acknowledged[request.RequestId] = order.Name;
    }
}
