using Suite.Contracts.Orders.V1;
using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.Breaking;

/// <summary>Health really looks at the stores.</summary>
internal sealed class HealthTests
{
    private TestSuite _suite = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _suite = await Suites.BreakableAsync();

    [TearDown]
    public Task MendAsync() => _suite.MendAsync();

    [Test]
    public async Task Without_PostgreSQL_a_service_lives_and_does_not_serve_until_it_is_back()
    {
        foreach (var service in _suite.Local.Services)
        {
            await Eventually.That(() => Probe.GrpcAsync(service), Is.EqualTo(Probe.Serving));
        }

        await _suite.Local.Postgres!.KillAsync();
        foreach (var service in _suite.Local.Services)
        {
            await Eventually.That(() => Probe.GrpcAsync(service), Is.EqualTo(Probe.NotServing));
            await Eventually.That(() => Probe.ReadyAsync(service), Is.EqualTo((503, "Unhealthy")));
            Assert.That(await Probe.LiveAsync(service), Is.EqualTo(200));
        }

        await _suite.Local.StartPostgresAsync();
        foreach (var service in _suite.Local.Services)
        {
            await Eventually.That(() => Probe.GrpcAsync(service), Is.EqualTo(Probe.Serving));
            await Eventually.That(() => Probe.ReadyAsync(service), Is.EqualTo((200, "Healthy")));
        }
    }

    [Test]
    public async Task Without_Kafka_a_service_is_degraded_and_takes_orders_that_are_told_later()
    {
        await _suite.Local.Kafka!.KillAsync();
        await Eventually.That(() => Probe.ReadyAsync(_suite.Local.Order), Is.EqualTo((200, "Degraded")));
        await Eventually.That(() => Probe.GrpcAsync(_suite.Local.Order), Is.EqualTo(Probe.Serving));

        var placed = await _suite.PlaceAsync();

        Assert.That(placed.State, Is.EqualTo(Order.Types.State.Pending));
        await _suite.Local.StartKafkaAsync();
        await Task.WhenAll(_suite.Local.Services.Select(s => s.RestartAsync()));
        Assert.That((await _suite.DecidedAsync(placed.Name)).State, Is.EqualTo(Order.Types.State.Confirmed));
        await Eventually.That(() => Probe.ReadyAsync(_suite.Local.Order), Is.EqualTo((200, "Healthy")));
        await Books.SettleAndCheckAsync(_suite);
    }
}
