using Suite.Contracts.Payments.V1;
using Suite.Tests.EndToEnd.Running;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.EndToEnd.Breaking;

/// <summary>Orders nobody answers for are finished one way or the other.</summary>
internal sealed class SweepTests
{
    private TestSuite _suite = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _suite = await Suites.BreakableAsync();

    [TearDown]
    public Task MendAsync() => _suite.MendAsync();

    [Test]
    public async Task An_order_without_an_outcome_in_time_is_cancelled_and_what_is_authorized_late_is_released()
    {
        await _suite.RestartAsync(_suite.Local.Payment, ("SUITE_PROVIDER_TIMEOUT", "3"), ("SUITE_PAYMENT_LEASE", "4"));
        await _suite.RestartAsync(_suite.Local.Order, ("SUITE_ORDER_SWEEP_AFTER", "1"), ("SUITE_ORDER_TIMEOUT", "2"));

        // The provider does not answer twice for three seconds each, and then has authorized.
        var placed = await _suite.PlaceAsync("tok_timeout");
        var order = await _suite.DecidedAsync(placed.Name);

        Assert.That((order.State, order.StateReason), Is.EqualTo((State.Cancelled, "payment_timeout")));
        await Eventually.That(async () => (await _suite.PaymentOfAsync(placed.Name))?.State, Is.EqualTo(Payment.Types.State.Voided));
        await Books.SettleAndCheckAsync(_suite);
    }

    [TestCase("tok_visa", State.Confirmed, "")]
    [TestCase("tok_insufficient_funds", State.Rejected, "insufficient_funds")]
    public async Task An_order_whose_outcome_is_never_told_is_given_it(string token, State state, string reason)
    {
        // Its consumer keeps failing on the key, as after a message that had to be parked: the sweeper asks Payment itself.
        await _suite.RestartAsync(_suite.Local.Order, ("SUITE_ORDER_SWEEP_AFTER", "1"));
        await _suite.Local.Payment.StopAsync();
        var placed = await _suite.PlaceAsync(token);
        var key = placed.Name["orders/".Length..];
        await _suite.ExecuteAsync(
            "order",
            $"""
            INSERT INTO dead_letter (consumer, topic, key, message_id, type, event_time, body, kind, reason, attempts)
            VALUES ('order.payment-events', 'suite.payment.v1', '{key}', '{Guid.CreateVersion7()}', 'test', now(), '', 1, 'by a test', 1)
            """);
        await _suite.Local.Payment.StartAsync();

        var order = await _suite.DecidedAsync(placed.Name);

        Assert.That((order.State, order.StateReason), Is.EqualTo((state, reason)));
        var parked = $"SELECT count(*) FROM dead_letter WHERE key = '{key}'";
        await Eventually.That(() => _suite.ScalarAsync<long>("order", parked), Is.EqualTo(2));
        await _suite.ExecuteAsync("order", "DELETE FROM dead_letter");
        await Books.SettleAndCheckAsync(_suite);
    }
}
