using Suite.Contracts.Orders.V1;
using Suite.Tests.EndToEnd.Running;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.EndToEnd;

/// <summary>Brokers that forget, a database that dies, and the machine that loses power.</summary>
internal sealed class LostStoreTests
{
    private TestSuite? _suite;

    [TearDown]
    public Task MendAsync() => _suite?.MendAsync() ?? Task.CompletedTask;

    [Test]
    public async Task A_broker_in_memory_that_is_started_again_is_filled_from_the_outbox()
    {
        _suite = await Suites.BreakableAsync();
        var orders = await PublishedToNobodyAsync(_suite);
        await _suite.Local.Kafka!.KillAsync();
        await _suite.Local.StartKafkaAsync();

        // It has another address, so the services are started again, as the launcher does.
        await Task.WhenAll(_suite.Local.Services.Select(s => s.RestartAsync()));

        await ConfirmedAsync(_suite, orders);
    }

    [Test]
    public async Task Apache_Kafka_that_is_wiped_under_running_services_is_filled_from_the_outbox()
    {
        _suite = await Suites.OnRealKafkaAsync();
        var orders = await PublishedToNobodyAsync(_suite);
        await _suite.Local.Kafka!.KillAsync();
        Directory.Delete(Path.Combine(Path.GetDirectoryName(_suite.Local.Postgres!.DataDirectory)!, "kafka", "data"), recursive: true);
        await _suite.Local.StartKafkaAsync();

        await _suite.Local.Payment.StartAsync();

        await ConfirmedAsync(_suite, orders);
    }

    [Test]
    public async Task Apache_Kafka_that_is_killed_under_load_and_comes_back_costs_nothing()
    {
        _suite = await Suites.OnRealKafkaAsync();
        await using var load = await Load.StartAsync(_suite, orders: 200, 0);
        await load.ReachesAsync(50);
        await _suite.Local.Kafka!.KillAsync();
        await load.FinishAsync();
        await _suite.Local.StartKafkaAsync();

        await load.CheckAsync();
        await Books.SettleAndCheckAsync(_suite);
    }

    [Test]
    public async Task PostgreSQL_that_is_killed_under_load_costs_nothing_that_was_acknowledged()
    {
        _suite = await Suites.BreakableAsync();
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
        _suite = await Suites.BreakableAsync();
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
        _suite = await Suites.BreakableAsync();
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

    /// <summary>Orders whose events the broker has and nobody has read.</summary>
    private static async Task<List<string>> PublishedToNobodyAsync(TestSuite suite)
    {
        await suite.Local.Payment.StopAsync();
        var customer = await suite.NewCustomerAsync();
        List<string> names = [];
        for (var i = 0; i < 20; i++)
        {
            names.Add((await suite.Orders().CreateOrderAsync(await suite.RequestAsync(customer))).Name);
        }

        await Eventually.That(
            () => Task.FromResult(Topic.Read(suite, "suite.order.v1").Select(e => "orders/" + e.Key).ToHashSet()), Is.SupersetOf(names));
        return names;
    }

    private static async Task ConfirmedAsync(TestSuite suite, IEnumerable<string> orders)
    {
        foreach (var name in orders)
        {
            Assert.That((await suite.DecidedAsync(name)).State, Is.EqualTo(State.Confirmed));
        }

        await Books.SettleAndCheckAsync(suite);
    }
}
