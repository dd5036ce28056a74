using Suite.Contracts.Payments.V1;
using OrderState = Suite.Contracts.Orders.V1.Order.Types.State;
using PaymentState = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.EndToEnd.Running;

/// <summary>
/// The books of a whole suite: what Order, Payment, the ledger, the provider and both outboxes have on record. They must agree,
/// whatever was done to the processes.
/// </summary>
internal static class Books
{
    /// <summary>Waits until nothing is on its way any more, then compares everything with everything.</summary>
    public static async Task SettleAndCheckAsync(TestSuite suite, int seconds = 90)
    {
        await Eventually.That(() => UnsettledAsync(suite), Is.Empty, "Something is stuck.", seconds);
        await CheckAsync(suite);
    }

    /// <summary>Says of every order whose payment is not over what is missing.</summary>
    private static async Task<List<string>> UnsettledAsync(TestSuite suite)
    {
        var payments = (await PaymentsAsync(suite)).ToLookup(p => p.OrderId);
        return
        [
            .. from order in await OrdersAsync(suite)
               let payment = payments[order.Id].FirstOrDefault()
               where order.State == OrderState.Pending
                   || payment is null or { State: PaymentState.Pending }
                   || (order.State == OrderState.Cancelled && payment.State == PaymentState.Authorized)
               select $"order {order.Id} is {order.State}, its payment {payment?.State.ToString() ?? "not there"}",
        ];
    }

    private static async Task CheckAsync(TestSuite suite)
    {
        var orders = await OrdersAsync(suite);
        var payments = await PaymentsAsync(suite);
        var histories = (await suite.RowsAsync(
            "order",
            "SELECT order_id, array_agg(version ORDER BY version), array_agg(state ORDER BY version) FROM order_history GROUP BY 1",
            r => (Id: r.GetGuid(0), Versions: r.GetFieldValue<long[]>(1), States: r.GetFieldValue<short[]>(2)))).ToDictionary(h => h.Id);
        var orderEvents = await EventsAsync(suite, "order");
        var paymentEvents = await EventsAsync(suite, "payment");
        var atProvider = await suite.RowsAsync(
            "payment",
            """
            SELECT idempotency_key, coalesce(reference, ''), coalesce(decline_reason, ''), amount_minor, void_time IS NOT NULL
            FROM simulator_payments
            """,
            r => (
                Key: r.GetString(0), Reference: r.GetString(1), Declined: r.GetString(2), Amount: r.GetInt64(3), IsVoid: r.GetBoolean(4)));
        var posted = await suite.RowsAsync(
            "payment",
            """
            SELECT split_part(t.source, '/', 2)::uuid, t.template, count(*), sum(e.debit_minor)::bigint, sum(e.credit_minor)::bigint
            FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id WHERE t.source LIKE 'payments/%' GROUP BY 1, 2
            """,
            r => (Payment: r.GetGuid(0), Step: r.GetString(1), Entries: r.GetInt64(2), Debit: r.GetInt64(3), Credit: r.GetInt64(4)));
        var postings = posted.ToLookup(p => p.Payment);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(payments.Select(p => p.OrderId), Is.EquivalentTo(orders.Select(o => o.Id)), "one payment an order");
            var byOrder = payments.DistinctBy(p => p.OrderId).ToDictionary(p => p.OrderId);
            foreach (var order in orders)
            {
                var payment = byOrder[order.Id];
                Assert.That((payment.Amount, payment.Currency), Is.EqualTo((order.Total, order.Currency)), $"amount of {order.Id}");
                Assert.That(payment.State, Is.AnyOf(Expected(order.State)), $"payment of {order}");
                if (order.State == OrderState.Rejected)
                {
                    Assert.That(order.Reason, Is.EqualTo(payment.Declined), $"reason of {order.Id}");
                }

                if (order.State is OrderState.Confirmed or OrderState.Rejected)
                {
                    Assert.That(order.PaymentId, Is.EqualTo(payment.Id), $"payment named by {order.Id}");
                }

                var history = histories[order.Id];
                Assert.That(
                    history.Versions, Is.EqualTo(Enumerable.Range(1, (int)order.Version).Select(v => (long)v)), $"versions of {order.Id}");
                Assert.That(history.States[^1], Is.EqualTo((short)order.State), $"last state of {order.Id}");
                Assert.That(
                    orderEvents.GetValueOrDefault(order.Id) ?? [],
                    Is.EqualTo(history.States.Select(s => EventOf((OrderState)s))),
                    $"each state of {order.Id} is told once and in order");
            }

            foreach (var payment in payments)
            {
                Assert.That(paymentEvents.GetValueOrDefault(payment.OrderId) ?? [], Is.EqualTo(EventsOf(payment)), $"events of {payment}");
                Assert.That(
                    postings[payment.Id].OrderBy(p => p.Step).Select(p => (p.Step, p.Entries, p.Debit, p.Credit)),
                    Is.EqualTo(StepsOf(payment).Select(step => (step, 2L, payment.Amount, payment.Amount))),
                    $"postings of {payment}");
            }

            // A key of the provider is the id of a payment, and one key is one authorization.
            Assert.That(
                atProvider.Where(c => c.Reference.Length > 0).Select(c => (c.Key, c.Reference, c.Amount, c.IsVoid)),
                Is.EquivalentTo(payments.Where(p => p.Reference.Length > 0)
                    .Select(p => (p.Id.ToString(), p.Reference, p.Amount, p.State == PaymentState.Voided))),
                "the provider holds what we believe it holds");
            Assert.That(
                atProvider.Where(c => c.Declined.Length > 0).Select(c => (c.Key, c.Declined)),
                Is.EquivalentTo(payments.Where(p => p.State == PaymentState.Declined).Select(p => (p.Id.ToString(), p.Declined))),
                "the provider refused what we believe it refused");
            Assert.That(await suite.ScalarAsync<long>("order", "SELECT count(*) FROM dead_letter"), Is.Zero, "parked in Order");
            Assert.That(await suite.ScalarAsync<long>("payment", "SELECT count(*) FROM dead_letter"), Is.Zero, "parked in Payment");
        }

        await CheckTrialBalanceAsync(suite, payments);
    }

    private static async Task CheckTrialBalanceAsync(TestSuite suite, List<PaymentRow> payments)
    {
        var trial = await suite.Ledger.GetTrialBalanceAsync(new GetTrialBalanceRequest());
        Assert.That(trial.Balanced, Is.True, trial.ToString());
        var held = payments.Where(p => p.State == PaymentState.Authorized)
            .GroupBy(p => p.Currency)
            .ToDictionary(g => g.Key, g => g.Sum(p => p.Amount));
        foreach (var currency in trial.Currencies)
        {
            Assert.That(currency.Balanced, Is.True, currency.ToString());
            foreach (var kind in currency.Kinds)
            {
                var net = Minor(kind.PendingDebits) - Minor(kind.PendingCredits);
                Assert.That(Math.Abs(net), Is.EqualTo(held.GetValueOrDefault(currency.CurrencyCode)), $"{kind.Kind} in {currency}");
            }
        }

        Assert.That(held.Keys, Is.SubsetOf(trial.Currencies.Select(c => c.CurrencyCode)));

        long Minor(Google.Type.Money money) => money.CurrencyCode == "JPY" ? money.Units : (money.Units * 100) + (money.Nanos / 10_000_000);
    }

    private static PaymentState[] Expected(OrderState state) => state switch
    {
        OrderState.Confirmed => [PaymentState.Authorized],
        OrderState.Rejected => [PaymentState.Declined],
        OrderState.Cancelled => [PaymentState.Voided, PaymentState.Declined],
        _ => [],
    };

    private static string EventOf(OrderState state) => state == OrderState.Pending ? "OrderPlaced" : $"Order{state}";

    private static string[] EventsOf(PaymentRow payment) => payment switch
    {
        { State: PaymentState.Authorized } => ["PaymentAuthorized"],
        { State: PaymentState.Declined } => ["PaymentDeclined"],
        { State: PaymentState.Voided, Reference.Length: > 0 } => ["PaymentAuthorized", "PaymentVoided"],
        _ => ["PaymentVoided"],
    };

    private static string[] StepsOf(PaymentRow payment) => payment switch
    {
        { State: PaymentState.Authorized } => ["authorize"],
        { State: PaymentState.Voided, Reference.Length: > 0 } => ["authorize", "release"],
        _ => [],
    };

    private static Task<List<OrderRow>> OrdersAsync(TestSuite suite) => suite.RowsAsync(
        "order",
        "SELECT id, state, state_reason, payment_id, total_minor, currency, version FROM orders",
        r => new OrderRow(
            r.GetGuid(0),
            (OrderState)r.GetInt16(1),
            r.GetString(2),
            r.IsDBNull(3) ? null : r.GetGuid(3),
            r.GetInt64(4),
            r.GetString(5),
            r.GetInt64(6)));

    private static Task<List<PaymentRow>> PaymentsAsync(TestSuite suite) => suite.RowsAsync(
        "payment",
        "SELECT id, order_id, state, decline_reason, provider_reference, amount_minor, currency FROM payments",
        r => new PaymentRow(
            r.GetGuid(0), r.GetGuid(1), (PaymentState)r.GetInt16(2), r.GetString(3), r.GetString(4), r.GetInt64(5), r.GetString(6)));

    private static async Task<Dictionary<Guid, string[]>> EventsAsync(TestSuite suite, string service) => (await suite.RowsAsync(
        service,
        $"SELECT key, array_agg(split_part(type, '.', 4) ORDER BY id) FROM outbox WHERE topic = 'suite.{service}.v1' GROUP BY key",
        r => (Key: Guid.Parse(r.GetString(0)), Types: r.GetFieldValue<string[]>(1)))).ToDictionary(e => e.Key, e => e.Types);

    private sealed record OrderRow(Guid Id, OrderState State, string Reason, Guid? PaymentId, long Total, string Currency, long Version);

    private sealed record PaymentRow(
        Guid Id, Guid OrderId, PaymentState State, string Declined, string Reference, long Amount, string Currency);
}
