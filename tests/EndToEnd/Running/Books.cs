using Suite.Contracts.Payments.V1;
using OrderState = Suite.Contracts.Orders.V1.Order.Types.State;
using PaymentState = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.EndToEnd.Running;

/// <summary>
/// The books of a whole suite: what Order, Payment, the ledger, the provider and both outboxes have on record. They must agree,
/// whatever was done to the processes. Read past the services, in SQL, so that nothing they say of themselves is believed.
/// </summary>
internal static class Books
{
    /// <summary>Waits until nothing is on its way any more, then compares everything with everything.</summary>
    public static async Task SettleAndCheckAsync(TestSuite suite, int seconds = 90)
    {
        await Eventually.That(() => UnsettledAsync(suite), Is.Empty, "Something is stuck.", seconds);
        var orders = await BookRows.OrdersAsync(suite);
        var payments = await BookRows.PaymentsAsync(suite);
        using (Assert.EnterMultipleScope())
        {
            CheckOrders(orders, payments, await BookRows.HistoriesAsync(suite), await BookRows.EventsAsync(suite, "order"));
            CheckPayments(payments, await BookRows.PostingsAsync(suite), await BookRows.EventsAsync(suite, "payment"));
            CheckProvider(payments, await BookRows.AtProviderAsync(suite));
            Assert.That(await suite.ScalarAsync<long>("order", "SELECT count(*) FROM dead_letter"), Is.Zero, "parked in Order");
            Assert.That(await suite.ScalarAsync<long>("payment", "SELECT count(*) FROM dead_letter"), Is.Zero, "parked in Payment");
        }

        CheckTrialBalance(await suite.Ledger.GetTrialBalanceAsync(new GetTrialBalanceRequest()), payments);
    }

    /// <summary>Says of every order what is not over, and of every step.</summary>
    private static async Task<List<string>> UnsettledAsync(TestSuite suite)
    {
        var payments = (await BookRows.PaymentsAsync(suite)).ToLookup(p => p.OrderId);
        return
        [
            .. from order in await BookRows.OrdersAsync(suite)
               let payment = payments[order.Id].FirstOrDefault()
               where payment is null || !Expected(order.State).Contains(payment.State) || payment.Reserved != 0
               select $"order {order.Id} is {order.State}, its payment {payment?.ToString() ?? "not there"}",
            .. await suite.RowsAsync("order", "SELECT order_id FROM order_steps WHERE state = 1", r => $"a step of order {r.GetGuid(0)} is open"),
            .. await suite.RowsAsync(
                "payment", "SELECT payment_id FROM payment_steps WHERE state IN (1, 2)", r => $"a step of payment {r.GetGuid(0)} is open"),
        ];
    }

    private static void CheckOrders(
        List<OrderRow> orders, List<PaymentRow> payments, Dictionary<Guid, HistoryRow> histories, Dictionary<Guid, string[]> events)
    {
        Assert.That(payments.Select(p => p.OrderId), Is.EquivalentTo(orders.Select(o => o.Id)), "one payment an order");
        var byOrder = payments.DistinctBy(p => p.OrderId).ToDictionary(p => p.OrderId);
        foreach (var order in orders)
        {
            var payment = byOrder[order.Id];
            Assert.That((payment.Amount, payment.Currency), Is.EqualTo((order.Total, order.Currency)), $"amount of {order.Id}");
            Assert.That(order.LineTotals, Is.EqualTo(order.Total), $"lines of {order}");
            Assert.That(order.LineRefunds, Is.EqualTo(order.Refunded), $"refunds of the lines of {order}");
            // Of a cancelled order nothing was paid: what a backend captured meanwhile is given back by Payment alone.
            Assert.That(
                order.Refunded,
                Is.EqualTo(order.State == OrderState.Cancelled ? 0 : payment.Refunded),
                $"what was given back of {order} and {payment}");
            if (order.State == OrderState.Rejected)
            {
                Assert.That(order.Reason, Is.EqualTo(payment.Declined), $"reason of {order.Id}");
            }

            if (order.State is not (OrderState.Pending or OrderState.Cancelled))
            {
                Assert.That(order.PaymentId, Is.EqualTo(payment.Id), $"payment named by {order.Id}");
            }

            var history = histories[order.Id];
            Assert.That(history.Versions, Is.EqualTo(Enumerable.Range(1, (int)order.Version).Select(v => (long)v)), $"versions of {order.Id}");
            Assert.That(history.States[^1], Is.EqualTo((short)order.State), $"last state of {order.Id}");
            Assert.That(
                events.GetValueOrDefault(order.Id) ?? [],
                Is.EqualTo(history.Types.Select(EventOf)),
                $"all that happened to {order.Id} is told once and in order");
        }
    }

    private static void CheckPayments(
        List<PaymentRow> payments, Dictionary<Guid, PostingRow> postings, Dictionary<Guid, string[]> events)
    {
        foreach (var payment in payments)
        {
            var told = events.GetValueOrDefault(payment.OrderId) ?? [];
            Assert.That(
                told.Where(type => type is not ("PaymentDisputed" or "PaymentActionRequired")).Order(),
                Is.EqualTo(EventsOf(payment).Order()),
                $"events of {payment}");
            if (payment.WasHeld)
            {
                Assert.That(told.First(type => type != "PaymentActionRequired"), Is.EqualTo("PaymentAuthorized"), $"first event of {payment}");
            }

            var posted = postings.GetValueOrDefault(payment.Id) ?? PostingRow.None;
            Assert.That(
                (posted.Held, posted.Revenue, posted.Refunds),
                Is.EqualTo((payment.Held, payment.Captured, payment.Refunded)),
                $"held, captured and refunded in the ledger of {payment}");
            Assert.That(posted.Owed, Is.Zero, $"what the customer owes for {payment}");
            Assert.That(
                (posted.Authorizations, posted.Captures, posted.Refundings, posted.Releases),
                Is.EqualTo((payment is { WasHeld: true, Amount: > 0 } ? 1L : 0L, payment.Captures, payment.Refundings, payment.Voids)),
                $"each step is posted once: {payment}");
        }
    }

    private static void CheckProvider(List<PaymentRow> payments, List<ProviderRow> atProvider)
    {
        // A key of the provider is the id of a payment, and one key is one authorization.
        Assert.That(
            atProvider.Where(c => c.Reference.Length > 0 && c.ActionState is 0 or 2)
                .Select(c => (c.Key, c.Reference, c.Amount, c.Captured, c.Refunded, IsOver: c.Released || c.Captured == c.Amount)),
            Is.EquivalentTo(payments.Where(p => p.WasHeld && p.Amount > 0)
                .Select(p => (p.Id.ToString(), p.Reference, p.Amount, p.Captured, p.Refunded, IsOver: p.Held == 0))),
            "the provider holds, took and gave back what we believe it did");
        Assert.That(
            atProvider.Where(c => c.Declined.Length > 0 && c.ActionState == 0).Select(c => (c.Key, c.Declined)),
            Is.EquivalentTo(payments.Where(p => p.State == PaymentState.Declined && p.Reference.Length == 0).Select(p => (p.Id.ToString(), p.Declined))),
            "the provider refused what we believe it refused");
    }

    private static void CheckTrialBalance(GetTrialBalanceResponse trial, List<PaymentRow> payments)
    {
        Assert.That(trial.Balanced, Is.True, trial.ToString());
        foreach (var currency in trial.Currencies)
        {
            Assert.That(currency.Balanced, Is.True, currency.ToString());
            var ours = payments.Where(p => p.Currency == currency.CurrencyCode).ToList();
            var kinds = currency.Kinds.ToDictionary(k => k.Kind);
            Assert.That(Pending("holds"), Is.EqualTo(ours.Sum(p => p.Held)), currency.ToString());
            Assert.That(Posted("revenue"), Is.EqualTo(ours.Sum(p => p.Captured)), currency.ToString());
            Assert.That(Posted("refunds"), Is.EqualTo(-ours.Sum(p => p.Refunded)), currency.ToString());
            Assert.That(Posted("customers/receivable"), Is.Zero, currency.ToString());

            long Pending(string kind) => kinds.TryGetValue(kind, out var sums) ? Minor(sums.PendingCredits) - Minor(sums.PendingDebits) : 0;

            long Posted(string kind) => kinds.TryGetValue(kind, out var sums) ? Minor(sums.Credits) - Minor(sums.Debits) : 0;
        }

        long Minor(Google.Type.Money? money) => money is null
            ? 0
            : money.CurrencyCode == "JPY" ? money.Units : (money.Units * 100) + (money.Nanos / 10_000_000);
    }

    private static PaymentState[] Expected(OrderState state) => state switch
    {
        OrderState.Pending => [PaymentState.RequiresAction],
        OrderState.Confirmed => [PaymentState.Authorized],
        OrderState.Rejected => [PaymentState.Declined],
        OrderState.Cancelled => [PaymentState.Voided, PaymentState.Declined, PaymentState.Refunded],
        OrderState.Fulfilled => [PaymentState.Captured],
        OrderState.PartiallyRefunded => [PaymentState.PartiallyRefunded],
        OrderState.Refunded => [PaymentState.Refunded],
        _ => [],
    };

    private static string EventOf(short type) => type switch
    {
        1 => "OrderPlaced",
        2 => "OrderConfirmed",
        3 => "OrderRejected",
        4 => "OrderCancelled",
        5 => "OrderFulfilled",
        6 => "OrderRefunded",
        7 => "OrderActionRequired",
        8 or 10 => "OrderStepStarted",
        9 or 11 => "OrderStepFailed",
        _ => $"no event tells of {type}",
    };

    private static IEnumerable<string> EventsOf(PaymentRow payment) =>
    [
        .. payment.WasHeld ? ["PaymentAuthorized"] : Array.Empty<string>(),
        .. payment.State == PaymentState.Declined ? ["PaymentDeclined"] : Array.Empty<string>(),
        .. payment.State == PaymentState.Voided ? ["PaymentVoided"] : Array.Empty<string>(),
        .. Enumerable.Repeat("PaymentCaptured", (int)payment.Captures),
        .. Enumerable.Repeat("PaymentRefunded", (int)payment.Refundings),
        .. Enumerable.Repeat("PaymentStepRefused", (int)payment.Refusals),
    ];
}
