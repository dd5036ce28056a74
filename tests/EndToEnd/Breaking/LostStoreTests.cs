using Suite.Contracts.Orders.V1;
using Suite.Tests.EndToEnd.Running;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.EndToEnd.Breaking;

/// <summary>A broker that forgets, a database that dies, and the machine that loses power.</summary>
internal sealed class LostStoreTests
{
    private TestSuite _suite = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _suite = await Suites.BreakableAsync();

    [TearDown]
    public Task MendAsync() => _suite.MendAsync();

    [Test]
    public async Task A_broker_in_memory_that_is_started_again_is_filled_from_the_outbox()
    {
        var orders = await Unread.PublishAsync(_suite);
        await _suite.Local.Kafka!.KillAsync();
        await _suite.Local.StartKafkaAsync();

        // It has another address, so the services are started again, as the launcher does.
        await Task.WhenAll(_suite.Local.Services.Select(s => s.RestartAsync()));

        await Unread.ConfirmedAsync(_suite, orders);
    }

    [Test]
    public async Task PostgreSQL_that_is_killed_under_load_costs_nothing_that_was_acknowledged()
    {
        await using var load = await Load.StartAsync(_suite, orders: 250, 0);
        await load.ReachesAsync(80);
        await _suite.Local.Postgres!.KillAsync();
        await _suite.Local.StartPostgresAsync();

        await load.FinishAsync();
        await load.CheckAsync();
        await Books.SettleAndCheckAsync(_suite);
    }

    [Test]
    public async Task Redis_that_is_killed_under_load_changes_nothing()
    {
        await using var load = await Load.StartAsync(_suite, orders: 200, 0);
        await load.ReachesAsync(60);
        await _suite.Local.Redis!.KillAsync();
        await load.ReachesAsync(130);
        await _suite.Local.StartRedisAsync();

        await load.FinishAsync();
        await load.CheckAsync();
        await Books.SettleAndCheckAsync(_suite);
    }

    [Test]
    public async Task Everything_is_killed_at_once_and_the_second_start_picks_up_where_it_was()
    {
        var customer = await _suite.NewCustomerAsync();
        string[] tokens = ["tok_slow", "tok_visa", "tok_flaky", "tok_timeout", "tok_declined"];
        List<Order> placed = [];
        for (var i = 0; i < 30; i++)
        {
            placed.Add(await _suite.Orders().CreateOrderAsync(await _suite.RequestAsync(customer, tokens[i % tokens.Length])));
        }

        await _suite.KillEverythingAndStartAgainAsync();

        for (var i = 0; i < placed.Count; i++)
        {
            var order = await _suite.DecidedAsync(placed[i].Name);
            Assert.That(order.State, Is.EqualTo(i % tokens.Length == 4 ? State.Rejected : State.Confirmed));
        }

        await Books.SettleAndCheckAsync(_suite);
    }
}
