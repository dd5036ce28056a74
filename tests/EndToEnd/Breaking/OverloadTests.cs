using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;
using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.Breaking;

/// <summary>Many times more callers than an Order does well with. How much it still does is measured by <c>bench --only overload</c>.</summary>
[Category("Alone")]
internal sealed class OverloadTests
{
    private const int Callers = 96;
    private const long MostBytes = 600L * 1024 * 1024;

    private readonly ConcurrentBag<string> _placed = [];
    private readonly ConcurrentBag<Refusal> _refused = [];
    private TestSuite _suite = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _suite = await Suites.BreakableAsync();

    [OneTimeTearDown]
    public Task MendAsync() => _suite.MendAsync();

    [Test]
    public async Task Whoever_is_too_many_is_told_to_come_back_others_are_served_and_nothing_is_half_done()
    {
        await _suite.RestartAsync(_suite.Local.Order, ("SUITE_MAX_CALLS_PER_METHOD", "4"));
        var customer = await _suite.NewCustomerAsync();
        await _suite.ProductAsync("tea", 3);
        using var ending = new CancellationTokenSource();
        var callers = Enumerable.Range(0, Callers).Select(_ => Task.Run(() => CallAsync(customer, ending.Token))).ToArray();

        await Eventually.That(() => Task.FromResult((_placed.Count > 200, _refused.Count > 200)), Is.EqualTo((true, true)), "useful work, and refusals");
        Assert.That(await Probe.GrpcAsync(_suite.Local.Order), Is.EqualTo(Probe.Serving));
        Assert.That((await Probe.ReadyAsync(_suite.Local.Order)).Code, Is.EqualTo(200));
        using (var process = Process.GetProcessById(_suite.Local.Order.Process!.ProcessId))
        {
            Assert.That(process.WorkingSet64, Is.LessThan(MostBytes));
        }

        await ending.CancelAsync();
        await Task.WhenAll(callers).WaitAsync(TimeSpan.FromSeconds(60));

        foreach (var refusal in _refused)
        {
            refusal.MustBe(StatusCode.ResourceExhausted, "OVERLOADED");
            Assert.That(refusal.Retry?.RetryDelay.ToTimeSpan(), Is.GreaterThan(TimeSpan.Zero));
        }

        // The load is over, and the first call of the next caller passes.
        _placed.Add((await _suite.Orders().CreateOrderAsync(await _suite.RequestAsync(customer))).Name);
        var there = await _suite.RowsAsync(
            "order", $"SELECT id FROM orders WHERE customer_id = '{customer["users/".Length..]}'", r => $"orders/{r.GetGuid(0)}");
        Assert.That(there, Is.EquivalentTo(_placed), "who was refused has no order");
        await Books.SettleAndCheckAsync(_suite);
    }

    private async Task CallAsync(string customer, CancellationToken ending)
    {
        while (!ending.IsCancellationRequested)
        {
            var request = await _suite.RequestAsync(customer);
            try
            {
                // What a busy machine has no answer for in time is asked again; a refusal is an answer.
                _placed.Add((await Asking.UntilAnsweredAsync(() => _suite.Orders().CreateOrderAsync(request).ResponseAsync)).Name);
            }
            catch (RpcException e)
            {
                var refusal = Refusal.Of(e);
                _refused.Add(refusal);
                // As it is told to, and no sooner.
                var delay = refusal.Retry?.RetryDelay.ToTimeSpan() ?? TimeSpan.Zero;
                await Task.Delay(delay, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
