using Google.Type;
using Grpc.Core;
using NUnit.Framework;
using Suite.Client;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Event = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using PaymentState = Suite.Contracts.Payments.V1.Payment.Types.State;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.Unit.Client;

/// <summary>The whole life of an order through the client, at the fake.</summary>
internal sealed class OrderLifeTests
{
    private static Money Euros(decimal amount) => new() { CurrencyCode = "EUR", DecimalValue = amount };

    [Test]
    public async Task An_order_is_fulfilled_and_refunded_until_nothing_is_left()
    {
        using var shop = new Shop();
        var orders = shop.Client.Orders;
        var cup = shop.Fake.AddProduct("cup", 3.33m).Name;
        var wanted = shop.Order(quantity: 2);
        wanted.Lines.Add(new OrderLine { Product = cup, Quantity = 3 });
        var order = await orders.CreateAsync(wanted);

        order = await orders.FulfillAsync(order.Name, "parcel 7");
        Assert.That((order.State, order.Total.DecimalValue), Is.EqualTo((State.Fulfilled, 18.99m)));
        order = await orders.RefundAsync(order.Name, [new RefundLine { LineNumber = 2, Quantity = 1 }], "broken");
        Assert.That((order.State, order.Lines[1].RefundedAmount.DecimalValue, order.Lines[1].RefundedQuantity), Is.EqualTo((State.PartiallyRefunded, 3.33m, 1)));
        order = await orders.RefundAsync(order.Name, Euros(5m));
        Assert.That(order.RefundedAmount.DecimalValue, Is.EqualTo(8.33m));
        Assert.That(order.Lines.Sum(l => l.RefundedAmount.DecimalValue), Is.EqualTo(8.33m));
        order = await orders.RefundAllAsync(order.Name);
        Assert.That((order.State, order.RefundedAmount.DecimalValue), Is.EqualTo((State.Refunded, 18.99m)));

        var nothing = await Assert.ThrowsAsync<SuiteException>(() => orders.RefundAllAsync(order.Name));
        Assert.That(nothing!.Reason, Is.EqualTo(ErrorReason.AmountNotAvailable));
        Assert.That(() => orders.RefundAsync(order.Name, []), Throws.ArgumentException, "No lines are not all lines.");
        var events = await orders.ListEvents(order.Name).Select(e => e.Type).ToListAsync();
        Assert.That(events, Is.EqualTo(new[]
        {
            Event.Placed, Event.Confirmed, Event.FulfillmentStarted, Event.Fulfilled, Event.RefundStarted, Event.Refunded,
            Event.RefundStarted, Event.Refunded, Event.RefundStarted, Event.Refunded,
        }));
        var payment = await shop.Client.Payments.GetAsync(order.Payment);
        Assert.That((payment.State, payment.Steps.Count), Is.EqualTo((PaymentState.Refunded, 5)));
        Assert.That((await shop.Client.Ledger.GetTrialBalanceAsync()).Balanced, Is.True);
        Assert.That(
            (await shop.Client.Ledger.GetAccountAsync("accounts/refunds")).Balances.Single().Posted.DecimalValue, Is.EqualTo(18.99m));
    }

    [Test]
    public async Task Adjustments_need_their_scope_and_are_split_to_the_cent()
    {
        using var shop = new Shop();
        shop.Fake.RequiredToken = "everything";
        var wanted = shop.Order(quantity: 1);
        wanted.Lines.Add(wanted.Lines[0].Clone());
        wanted.Lines.Add(wanted.Lines[0].Clone());
        wanted.Adjustments.Add(new OrderAdjustment { Kind = OrderAdjustment.Types.Kind.Shipping, Amount = Euros(4.90m) });
        wanted.Adjustments.Add(new OrderAdjustment { Kind = OrderAdjustment.Types.Kind.Discount, Amount = Euros(-1m) });
        using var poor = shop.Fake.CreateClient(o => o.Credentials = SuiteCredentials.FromToken(shop.Fake.AddApiKey("orders.write")));
        using var rich = shop.Fake.CreateClient(
            o => o.Credentials = SuiteCredentials.FromToken(shop.Fake.AddApiKey("orders.write", "adjustments.write")));

        var refused = await Assert.ThrowsAsync<SuiteException>(() => poor.Orders.CreateAsync(wanted));
        var order = await rich.Orders.CreateAsync(wanted);

        Assert.That((refused!.Reason, refused.Metadata["scope"]), Is.EqualTo((ErrorReason.ScopeMissing, "adjustments.write")));
        Assert.That(order.Total.DecimalValue, Is.EqualTo(17.40m));
        Assert.That(order.Lines.Select(l => l.Total.DecimalValue), Is.EqualTo(new[] { 5.80m, 5.80m, 5.80m }));
    }

    [Test]
    public async Task The_same_request_id_gets_the_same_answer_also_when_it_was_a_refusal()
    {
        using var shop = new Shop();
        var order = await shop.Client.Orders.CreateAsync(shop.Order());
        var options = new SuiteCallOptions { RequestId = Guid.NewGuid().ToString() };
        var early = new RefundOrderRequest { Name = order.Name };

        var first = await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Orders.RefundAsync(early, options));
        await shop.Client.Orders.FulfillAsync(order.Name);
        var second = await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Orders.RefundAsync(early, options));

        Assert.That(first!.Reason, Is.EqualTo(ErrorReason.OrderStateConflict));
        Assert.That((second!.Reason, second.Message), Is.EqualTo((first.Reason, first.Message)));
        Assert.That(shop.Fake.Orders.Single().State, Is.EqualTo(State.Fulfilled));
    }

    [Test]
    public async Task A_provider_that_refuses_leaves_the_order_confirmed()
    {
        using var shop = new Shop();
        var order = await shop.Client.Orders.CreateAsync(shop.Order(paymentMethod: "tok_capture_declined"));

        var refused = await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Orders.FulfillAsync(order.Name));

        Assert.That((refused!.Reason, refused.Metadata["decline_reason"]), Is.EqualTo((ErrorReason.ProviderRefused, "expired")));
        Assert.That((await shop.Client.Orders.GetAsync(order.Name)).State, Is.EqualTo(State.Confirmed));
        Assert.That(await shop.Client.Orders.ListEvents(order.Name).Select(e => e.Type).LastAsync(), Is.EqualTo(Event.FulfillmentFailed));
    }

    [Test]
    public async Task A_dispute_is_listed_posted_and_keeps_refunds_away()
    {
        using var shop = new Shop();
        var order = await shop.Client.Orders.CreateAsync(shop.Order(paymentMethod: "tok_dispute"));
        await shop.Client.Orders.FulfillAsync(order.Name);

        var dispute = await shop.Client.Payments.ListDisputes("state = OPEN").SingleAsync();
        var refused = await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Orders.RefundAllAsync(order.Name));
        shop.Fake.DecideDispute(dispute.Name, isWon: true);
        var refunded = await shop.Client.Orders.RefundAllAsync(order.Name);

        Assert.That((dispute.Order, dispute.Amount.DecimalValue), Is.EqualTo((order.Name, 4.50m)));
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.PaymentDisputed));
        Assert.That(refunded.State, Is.EqualTo(State.Refunded));
        var postings = await shop.Client.Ledger.ListPostings($"source = \"{dispute.Name}\"").Select(p => p.Template).Distinct().ToListAsync();
        Assert.That(postings, Is.EquivalentTo(new[] { "dispute-opened", "dispute-won" }));
    }

    [Test]
    public async Task A_watch_goes_on_behind_the_fulfilment()
    {
        using var shop = new Shop();
        var order = await shop.Client.Orders.CreateAsync(shop.Order());
        await shop.Client.Orders.FulfillAsync(order.Name);
        var states = new List<State>();

        await foreach (var state in shop.Client.Orders.WatchAsync(order.Name, cancellationToken: shop.Soon))
        {
            states.Add(state.State);
            if (state.State == State.Fulfilled)
            {
                await shop.Client.Orders.RefundAllAsync(order.Name);
            }
        }

        Assert.That(states, Is.EqualTo(new[] { State.Fulfilled, State.Refunded }));
    }

    [Test]
    public async Task Payments_of_orders_elsewhere_are_worked_by_calls()
    {
        using var shop = new Shop();
        var payments = shop.Client.Payments;
        var request = new AuthorizePaymentRequest { Order = $"orders/{Guid.NewGuid()}", Amount = Euros(100m), PaymentMethod = "tok_visa" };

        var payment = await payments.AuthorizeAsync(request);
        var again = await Assert.ThrowsAsync<SuiteException>(() => payments.AuthorizeAsync(request));
        var tooMuch = await Assert.ThrowsAsync<SuiteException>(() => payments.CaptureAsync(payment.Name, Euros(100.01m)));
        var captured = await payments.CaptureAsync(payment.Name, Euros(60m));
        var refunded = await payments.RefundAsync(payment.Name, Euros(20m), "late");
        var tooLate = await Assert.ThrowsAsync<SuiteException>(() => payments.VoidAsync(payment.Name));

        Assert.That(again!.Code, Is.EqualTo(StatusCode.AlreadyExists));
        Assert.That(tooMuch!.Reason, Is.EqualTo(ErrorReason.AmountNotAvailable));
        Assert.That((captured.State, captured.CapturedAmount.DecimalValue), Is.EqualTo((PaymentState.Captured, 60m)));
        Assert.That((refunded.State, refunded.RefundedAmount.DecimalValue), Is.EqualTo((PaymentState.PartiallyRefunded, 20m)));
        Assert.That(tooLate!.Reason, Is.EqualTo(ErrorReason.PaymentStateConflict));
        var holds = await shop.Client.Ledger.GetAccountAsync("accounts/holds");
        Assert.That(holds.Balances.Single().Pending.DecimalValue, Is.Zero, "What is not captured is released.");
    }

    [Test]
    public async Task What_is_posted_by_hand_balances_and_is_reversed_once()
    {
        using var shop = new Shop();
        var ledger = shop.Client.Ledger;
        Posting Entry(string account, Account.Types.Side side, decimal amount) => new() { Account = account, Side = side, Amount = Euros(amount) };

        var crooked = await Assert.ThrowsAsync<SuiteException>(() => ledger.PostAsync(new Transaction
        {
            Postings = { Entry("accounts/cash", Account.Types.Side.Debit, 10m), Entry("accounts/equity", Account.Types.Side.Credit, 9m) },
        }));
        var posted = await ledger.PostAsync(new Transaction
        {
            Postings = { Entry("accounts/cash", Account.Types.Side.Debit, 10m), Entry("accounts/equity", Account.Types.Side.Credit, 10m) },
        });
        var reversal = await ledger.ReverseAsync(posted.Name, DateTimeOffset.UtcNow);
        var twice = await Assert.ThrowsAsync<SuiteException>(() => ledger.ReverseAsync(posted.Name, DateTimeOffset.UtcNow));

        Assert.That(crooked!.Reason, Is.EqualTo(ErrorReason.LedgerUnbalanced));
        Assert.That((reversal.Reverses, (await ledger.GetTransactionAsync(posted.Name)).ReversedBy), Is.EqualTo((posted.Name, reversal.Name)));
        Assert.That(twice!.Reason, Is.EqualTo(ErrorReason.TransactionReversed));
        Assert.That((await ledger.ListAccounts().ToListAsync()).SelectMany(a => a.Balances).Select(b => b.Posted.DecimalValue), Is.All.Zero);
        Assert.That(await ledger.ExportAsync().CountAsync(), Is.EqualTo(2));
        Assert.That((await ledger.VerifyAsync().LastAsync()).Done, Is.True);
    }

    [Test]
    public async Task A_step_that_is_running_is_waited_for_when_the_service_says_how_long()
    {
        using var shop = new Shop();
        var order = await shop.Client.Orders.CreateAsync(shop.Order());
        shop.Fake.FailNext("FulfillOrder", StatusCode.Aborted, times: 2, reason: ErrorReason.StepInProgress, retryAfter: TimeSpan.FromMilliseconds(1));

        var fulfilled = await shop.Client.Orders.FulfillAsync(order.Name);
        shop.Fake.FailNext("RefundOrder", StatusCode.Aborted, reason: ErrorReason.StepInProgress);
        var unsaid = await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Orders.RefundAllAsync(order.Name));

        Assert.That((fulfilled.State, shop.CallsOf("FulfillOrder").Count()), Is.EqualTo((State.Fulfilled, 3)));
        Assert.That((unsaid!.Reason, unsaid.Attempts), Is.EqualTo((ErrorReason.StepInProgress, 1)));
    }

    [Test]
    public async Task A_walk_is_begun_again_before_its_first_message_and_fails_after_it()
    {
        using var shop = new Shop();
        await shop.Client.Orders.CreateAsync(shop.Order());
        await shop.Client.Orders.CreateAsync(shop.Order());
        shop.Fake.FailNext("ExportTransactions", StatusCode.Unavailable);

        Assert.That(await shop.Client.Ledger.ExportAsync().CountAsync(), Is.EqualTo(2));
        Assert.That(shop.CallsOf("ExportTransactions").Count(), Is.EqualTo(2));

        shop.Fake.BreakNext("ExportTransactions", afterMessages: 1);
        var seen = 0;
        var broken = await Assert.ThrowsAsync<SuiteException>(async () =>
        {
            await foreach (var transaction in shop.Client.Ledger.ExportAsync())
            {
                seen++;
            }
        });
        Assert.That((seen, broken!.Code), Is.EqualTo((1, StatusCode.Unavailable)));
    }
}
