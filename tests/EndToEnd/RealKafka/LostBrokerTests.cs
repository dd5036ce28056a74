using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.RealKafka;

/// <summary>Apache Kafka that forgets, and that dies.</summary>
internal sealed class LostBrokerTests
{
    private TestSuite _suite = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _suite = await Suites.OnRealKafkaAsync();

    [TearDown]
    public Task MendAsync() => _suite.MendAsync();

    [Test]
    public async Task Apache_Kafka_that_is_wiped_under_running_services_is_filled_from_the_outbox()
    {
        var orders = await Unread.PublishAsync(_suite);
        await _suite.Local.Kafka!.KillAsync();
        Directory.Delete(Path.Combine(Path.GetDirectoryName(_suite.Local.Postgres!.DataDirectory)!, "kafka", "data"), recursive: true);
        await _suite.Local.StartKafkaAsync();

        await _suite.Local.Payment.StartAsync();

        await Unread.ConfirmedAsync(_suite, orders);
    }

    [Test]
    public async Task Apache_Kafka_that_is_killed_under_load_and_comes_back_costs_nothing()
    {
        await using var load = await Load.StartAsync(_suite, orders: 200, 0);
        await load.ReachesAsync(50);
        await _suite.Local.Kafka!.KillAsync();
        await load.FinishAsync();
        await _suite.Local.StartKafkaAsync();

        await load.CheckAsync();
        await Books.SettleAndCheckAsync(_suite);
    }
}
