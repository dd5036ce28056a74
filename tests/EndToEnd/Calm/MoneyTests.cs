using Google.Type;
using Grpc.Core;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Tests.EndToEnd.Running;
using OrderState = Suite.Contracts.Orders.V1.Order.Types.State;
using PaymentState = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.EndToEnd.Calm;

/// <summary>The whole life of an order on two replicas of everything.</summary>
internal sealed class MoneyTests
{
    private TestSuite _suite = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _suite = await Suites.CalmAsync();

    [Test]
    public async Task Fifty_fulfilments_cancels_and_refunds_of_one_order_at_once_on_two_replicas_have_one_effect_each()
    {
        var order = await _suite.DecidedAsync((await _suite.PlaceAsync()).Name);
        var calls = Enumerable.Range(0, 50).Select(i => Task.Run(() => TryAsync(() => i switch
        {
            < 20 => FulfillAsync(order, i % 2),
            < 30 => CancelAsync(order, i % 2),
            _ => RefundAsync(order, 1, i % 2),
        })));
        var done = (await Task.WhenAll(calls)).OfType<Order>().ToList();

        var fulfilled = done.Count(o => o.State == OrderState.Fulfilled);
        var cancelled = done.Count(o => o.State == OrderState.Cancelled);
        Assert.That((fulfilled > 0 ? 1 : 0) + (cancelled > 0 ? 1 : 0), Is.EqualTo(1), "It went one way, and not both.");
        Assert.That(fulfilled, Is.LessThanOrEqualTo(1), "One call has fulfilled it; the others were told that it is.");
        Assert.That(cancelled, Is.LessThanOrEqualTo(1));
        var now = await _suite.Orders().GetOrderAsync(new GetOrderRequest { Name = order.Name });
        var refunds = done.Count(o => o.State is OrderState.PartiallyRefunded or OrderState.Refunded);
        Assert.That(now.RefundedAmount?.Units ?? 0, Is.EqualTo(refunds), "Each refund that was acknowledged was made, and no other.");
        Assert.That(refunds, Is.LessThanOrEqualTo(order.Total.Units));
        await Books.SettleAndCheckAsync(_suite);
    }

    /// <summary>Two refunds of 60 of 100: what a refund may use is reserved before the provider hears of it (hyperswitch 13182).</summary>
    [Test]
    public async Task Of_two_refunds_of_sixty_of_a_hundred_at_once_one_is_made()
    {
        await _suite.ProductAsync("hundred", 100);
        var request = await _suite.RequestAsync(await _suite.NewCustomerAsync(), sku: "hundred");
        var order = await _suite.DecidedAsync((await _suite.Orders().CreateOrderAsync(request)).Name);
        await FulfillAsync(order, 0);

        var refunds = await Task.WhenAll(((int[])[0, 1]).Select(replica => TryAsync(() => RefundAsync(order, 60, replica))));

        Assert.That(refunds.OfType<Order>().Count(), Is.EqualTo(1));
        var now = await _suite.Orders().GetOrderAsync(new GetOrderRequest { Name = order.Name });
        Assert.That((now.State, now.RefundedAmount.Units), Is.EqualTo((OrderState.PartiallyRefunded, 60L)));
        await Books.SettleAndCheckAsync(_suite);
    }

    [TestCase("tok_visa")]
    [TestCase("tok_capture_flaky")]
    [TestCase("tok_capture_timeout")]
    [TestCase("tok_refund_flaky")]
    [TestCase("tok_refund_timeout")]
    [TestCase("tok_refund_pending")]
    [TestCase("tok_webhook_doubled")]
    [TestCase("tok_webhook_reordered")]
    [TestCase("tok_webhook_lost")]
    [TestCase("tok_webhook_first")]
    public async Task Whatever_the_provider_does_an_order_is_fulfilled_and_refunded_once(string token)
    {
        var order = await _suite.DecidedAsync((await _suite.PlaceAsync(token)).Name);
        Assert.That((await FulfillAsync(order, 0)).State, Is.EqualTo(OrderState.Fulfilled));
        Assert.That((await RefundAsync(order, 1, 1)).State, Is.EqualTo(OrderState.PartiallyRefunded));
        var all = new RefundOrderRequest { Name = order.Name, RequestId = Guid.NewGuid().ToString() };
        Assert.That((await Asking.UntilAnsweredAsync(() => _suite.Orders().RefundOrderAsync(all).ResponseAsync)).State, Is.EqualTo(OrderState.Refunded));
        await Books.SettleAndCheckAsync(_suite);
    }

    [Test]
    public async Task A_capture_the_provider_refuses_leaves_the_order_as_it_was_and_says_so_again()
    {
        var order = await _suite.DecidedAsync((await _suite.PlaceAsync("tok_capture_declined")).Name);
        var request = new FulfillOrderRequest { Name = order.Name, RequestId = Guid.NewGuid().ToString() };
        for (var i = 0; i < 2; i++)
        {
            var replica = i;
            var refusal = await Assert.ThrowsAsync<RpcException>(
                () => Asking.UntilAnsweredAsync(() => _suite.Orders(replica).FulfillOrderAsync(request).ResponseAsync));
            Refusal.Of(refusal!).MustBe(StatusCode.FailedPrecondition, "PROVIDER_REFUSED");
        }

        var now = await _suite.Orders().GetOrderAsync(new GetOrderRequest { Name = order.Name });
        Assert.That(now.State, Is.EqualTo(OrderState.Confirmed));
        Assert.That((await CancelAsync(now, 0)).State, Is.EqualTo(OrderState.Cancelled));
        await Books.SettleAndCheckAsync(_suite);
    }

    [TestCase("tok_dispute_won", Dispute.Types.State.Won)]
    [TestCase("tok_dispute_lost", Dispute.Types.State.Lost)]
    public async Task A_dispute_is_recorded_posted_and_decided(string token, Dispute.Types.State state)
    {
        var order = await _suite.DecidedAsync((await _suite.PlaceAsync(token)).Name);
        await FulfillAsync(order, 0);
        await Eventually.That(
            async () => (await _suite.Payments().ListDisputesAsync(new ListDisputesRequest { Filter = $"order = \"{order.Name}\"" }))
                .Disputes.SingleOrDefault()?.State,
            Is.EqualTo(state));
        await Books.SettleAndCheckAsync(_suite);
    }

    [TestCase("approve", OrderState.Confirmed)]
    [TestCase("decline", OrderState.Rejected)]
    public async Task A_card_that_wants_its_holder_is_decided_on_their_banks_page(string outcome, OrderState state)
    {
        var placed = await _suite.PlaceAsync("tok_requires_action");
        await Eventually.That(async () => (await _suite.PaymentOfAsync(placed.Name))?.State, Is.EqualTo(PaymentState.RequiresAction));
        await Eventually.That(
            async () => (await _suite.Orders().GetOrderAsync(new GetOrderRequest { Name = placed.Name })).StateReason, Is.EqualTo("requires_action"));
        var action = (await _suite.PaymentOfAsync(placed.Name))!.NextAction;

        using var browser = new HttpClient();
        Assert.That(await browser.GetStringAsync(new Uri(action.RedirectUri)), Does.Contain("button"));
        using var form = new FormUrlEncodedContent([new("outcome", outcome)]);
        using var decided = await browser.PostAsync(new Uri(action.RedirectUri), form);

        Assert.That(decided.IsSuccessStatusCode, Is.True, decided.ToString());
        await Eventually.That(
            async () => (await _suite.Orders(1).GetOrderAsync(new GetOrderRequest { Name = placed.Name })).State, Is.EqualTo(state));
        await Eventually.That(
            async () => (await _suite.Orders().ListOrderEventsAsync(new ListOrderEventsRequest { Parent = placed.Name })).Events.Select(e => e.Type.ToString()),
            Is.EqualTo(new[] { "Placed", "PaymentActionRequired", "ActionRequired", state == Order.Types.State.Confirmed ? "PaymentAuthorized" : "PaymentDeclined", state.ToString() }));
        await Books.SettleAndCheckAsync(_suite);
    }

    [Test]
    public async Task Suite_its_provider_and_its_ledger_agree_on_every_payment()
    {
        using var call = _suite.Reconciliation.ReconcilePayments(new ReconcilePaymentsRequest());
        ReconcilePaymentsResponse? last = null;
        var differences = new List<Difference>();
        await foreach (var response in call.ResponseStream.ReadAllAsync())
        {
            last = response;
            differences.AddRange(response.Differences);
        }

        Assert.That(differences, Is.Empty);
        Assert.That((last!.Done, last.DifferenceCount), Is.EqualTo((true, 0L)));
        Assert.That(last.Payments, Is.EqualTo(await _suite.ScalarAsync<long>("payment", "SELECT count(*) FROM payments")));
    }

    private Task<Order> FulfillAsync(Order order, int replica)
    {
        var request = new FulfillOrderRequest { Name = order.Name, RequestId = Guid.NewGuid().ToString() };
        return Asking.UntilAnsweredAsync(() => _suite.Orders(replica).FulfillOrderAsync(request).ResponseAsync);
    }

    private Task<Order> CancelAsync(Order order, int replica)
    {
        var request = new CancelOrderRequest { Name = order.Name, RequestId = Guid.NewGuid().ToString() };
        return Asking.UntilAnsweredAsync(() => _suite.Orders(replica).CancelOrderAsync(request).ResponseAsync);
    }

    private Task<Order> RefundAsync(Order order, long units, int replica)
    {
        var request = new RefundOrderRequest
        {
            Name = order.Name,
            Amount = new Money { CurrencyCode = order.Total.CurrencyCode, Units = units },
            RequestId = Guid.NewGuid().ToString(),
        };
        return Asking.UntilAnsweredAsync(() => _suite.Orders(replica).RefundOrderAsync(request).ResponseAsync);
    }

    /// <summary>What a call was answered, or null when it was refused for good: by the order's state, or for want of an amount.</summary>
    private static async Task<Order?> TryAsync(Func<Task<Order>> call)
    {
        try
        {
            return await call();
        }
        catch (RpcException e)
        {
            Assert.That(Refusal.Of(e).Reason, Is.AnyOf("ORDER_STATE_CONFLICT", "AMOUNT_NOT_AVAILABLE"), e.Message);
            return null;
        }
    }
}
