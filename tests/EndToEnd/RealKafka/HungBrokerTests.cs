using System.Diagnostics;
using Suite.Local;
using Suite.Tests.EndToEnd.Running;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.EndToEnd.RealKafka;

/// <summary>Apache Kafka that hangs instead of failing.</summary>
[Category("Alone")]
internal sealed class HungBrokerTests
{
    /// <summary>How long a call may take that needs nothing of what hangs, on a machine that is busy with other tests.</summary>
    private static readonly TimeSpan s_quick = TimeSpan.FromSeconds(10);

    private TestSuite _suite = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _suite = await Suites.OnRealKafkaAsync();

    [Test]
    public async Task Apache_Kafka_that_hangs_delays_news_and_nothing_else()
    {
        var customer = await _suite.NewCustomerAsync();
        var pid = _suite.Local.Kafka!.ProcessId!.Value;
        await SignalAsync(pid, "STOP");
        List<string> placed = [];
        try
        {
            for (var i = 0; i < 20; i++)
            {
                placed.Add((await _suite.Orders().CreateOrderAsync(await _suite.RequestAsync(customer), deadline: DateTime.UtcNow + s_quick)).Name);
            }

            await Eventually.That(() => Probe.ReadyAsync(_suite.Local.Order), Is.EqualTo((200, "Degraded")));
            await _suite.Orders().ListOrdersAsync(new(), deadline: DateTime.UtcNow + s_quick);
        }
        finally
        {
            await SignalAsync(pid, "CONT");
        }

        foreach (var name in placed)
        {
            Assert.That((await _suite.DecidedAsync(name)).State, Is.EqualTo(State.Confirmed));
        }

        await Books.SettleAndCheckAsync(_suite);
    }

    private static async Task SignalAsync(int pid, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{pid}"]);
        await kill.WaitForExitAsync();
        Assert.That(kill.ExitCode, Is.Zero);
    }
}
