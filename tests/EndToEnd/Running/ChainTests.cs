using Google.Type;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;

namespace Suite.Tests.EndToEnd.Running;

/// <summary>The whole way of an order, from the call to its outcome, whatever the broker is.</summary>
/// <param name="start">Gives the suite.</param>
internal abstract class ChainTests(Func<Task<TestSuite>> start)
{
    private TestSuite _suite = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _suite = await start();

    [Test]
    public async Task Every_token_comes_to_its_outcome_and_the_books_agree()
    {
        var customer = await _suite.NewCustomerAsync();
        await _suite.ProductAsync("pot-jp", 1200, "JPY");
        (string Token, Order.Types.State State, string Reason)[] expected =
        [
            ("tok_visa", Order.Types.State.Confirmed, ""),
            ("tok_declined", Order.Types.State.Rejected, "card_declined"),
            ("tok_insufficient_funds", Order.Types.State.Rejected, "insufficient_funds"),
            ("tok_slow", Order.Types.State.Confirmed, ""),
            ("tok_timeout", Order.Types.State.Confirmed, ""),
            ("tok_flaky", Order.Types.State.Confirmed, ""),
            ("tok_nobody_knows", Order.Types.State.Rejected, "invalid_payment_method"),
        ];

        await Task.WhenAll(expected.Select(async (e, i) =>
        {
            var placed = await _suite.Orders().CreateOrderAsync(
                await _suite.RequestAsync(customer, e.Token, i % 2 == 0 ? "tea" : "pot-jp", quantity: i + 1));
            Assert.That(placed.State, Is.EqualTo(Order.Types.State.Pending));
            Assert.That(placed.PaymentMethod, Is.Empty);

            var order = await _suite.DecidedAsync(placed.Name);

            Assert.That((e.Token, order.State, order.StateReason), Is.EqualTo((e.Token, e.State, e.Reason)));
            var (currency, price) = i % 2 == 0 ? ("EUR", 3) : ("JPY", 1200);
            Assert.That(order.Total, Is.EqualTo(new Money { CurrencyCode = currency, Units = price * (i + 1) }));
            var payment = await _suite.Payments().GetPaymentAsync(new GetPaymentRequest { Name = order.Payment });
            Assert.That(payment.Order, Is.EqualTo(order.Name));
            Assert.That(payment.Amount, Is.EqualTo(order.Total));
            Assert.That(payment.DeclineReason, Is.EqualTo(e.Reason));
        }));

        await Books.SettleAndCheckAsync(_suite);
    }
}
