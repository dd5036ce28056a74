using NUnit.Framework;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Domain;
using Suite.Payments.Providers;
using Suite.Payments.Reconciliation;
using Suite.Platform.Monetary;
using Suite.Tests.Component.Payments.Steps;
using Kind = Suite.Contracts.Payments.V1.Difference.Types.Kind;
using OrderState = Suite.Contracts.Orders.V1.Order.Types.State;
using Payment = Suite.Payments.Domain.Payment;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.Component.Payments.Reconciliation;

/// <summary>Each test looks at the payments made since it began; what those before it tore stays torn.</summary>
[NonParallelizable]
public sealed class ReconciliationTests : StepFixture
{
    private static readonly ReconciliationOptions Quick = new() { Pause = TimeSpan.FromMilliseconds(20), PageSize = 3 };

    private PaymentReplica _replica = null!;
    private PlayedOrders _orders = null!;
    private DateTimeOffset _begin;

    [SetUp]
    public void Begin()
    {
        _begin = DateTimeOffset.UtcNow;
        _orders = new PlayedOrders();
        _replica = Replica().StartWorking();
    }

    [Test]
    public async Task All_records_agree_after_a_life_in_full()
    {
        var names = new List<string>
        {
            await AuthorizedAsync(_replica, 1_000),
            await CapturedAsync(_replica, 2_000),
            await CapturedAsync(_replica, 500, "JPY"),
            await CapturedAsync(_replica, 12_345, "KWD"),
            await AuthorizedAsync(_replica, 0),
        };
        var (part, all, released, disputed) = (
            await CapturedAsync(_replica, 3_000), await CapturedAsync(_replica, 4_000), await AuthorizedAsync(_replica, 5_000), await CapturedAsync(_replica, 700));
        await RefundAsync(_replica, part, Eur(12.34m));
        await RefundAsync(_replica, all);
        await VoidAsync(_replica, released);
        await DisputeAsync(disputed);
        var declined = Guid.CreateVersion7();
        await _replica.HandleAsync(PaymentReplica.Placed(declined, "tok_declined"));
        await UntilStateAsync(declined, State.Declined);
        foreach (var name in (string[])[.. names, part, all, released, disputed, (await PaymentAsync(declined)).Name])
        {
            await OrderOfAsync(name);
        }

        var result = await ReconcileAsync();

        Assert.That(result.Differences, Is.Empty);
        Assert.That((result.Payments, result.DifferenceCount, result.Done), Is.EqualTo((10, 0, true)));
        Assert.That(result.ProviderPayments, Is.EqualTo(9), "All but the one of nothing, which nobody is asked about.");
        Assert.That(
            result.Sums.Select(s => (s.CurrencyCode, s.Held.DecimalValue, s.Captured.DecimalValue, s.Refunded.DecimalValue, s.Disputed.DecimalValue)),
            Is.EqualTo(new[]
            {
                ("EUR", 10.00m, 97.00m, 52.34m, 7.00m),
                ("JPY", 0m, 500m, 0m, 0m),
                ("KWD", 0m, 12.345m, 0m, 0m),
            }));
    }

    // The entries of both sides, so that the books balance as before and only this comparison can tell.
    [TestCase("authorize", "held_amount", "100.00 EUR", "99.99 EUR")]
    [TestCase("capture", "captured_amount", "100.00 EUR", "99.99 EUR")]
    public async Task Entries_that_were_edited_differ_from_their_payment(string template, string field, string expected, string found)
    {
        var name = template == "capture" ? await CapturedAsync(_replica) : await AuthorizedAsync(_replica);
        await OrderOfAsync(name);
        await EditAsync(
            $"""
            UPDATE ledger_entries SET debit_minor = greatest(debit_minor - 1, 0), credit_minor = greatest(credit_minor - 1, 0)
            WHERE transaction_id IN (SELECT id FROM ledger_transactions WHERE template = '{template}' AND source LIKE '{name}/%')
                AND pending = {(template == "authorize" ? "true" : "false")}
            """);

        var differences = (await ReconcileAsync()).Differences;

        Assert.That(differences.Select(d => d.Kind), Is.All.EqualTo(Kind.PaymentLedger));
        Assert.That(differences.Select(d => (d.Resource, d.Field, d.Expected, d.Found)), Does.Contain((name, field, expected, found)));
        Assert.That(differences.Select(d => d.Advice), Is.All.Contains("suite ledger verify"));
    }

    [Test]
    public async Task A_posting_that_is_missing_is_a_difference()
    {
        var name = await CapturedAsync(_replica);
        await RefundAsync(_replica, name, Eur(30m));
        await OrderOfAsync(name);
        await EditAsync(
            $"DELETE FROM ledger_entries WHERE transaction_id IN (SELECT id FROM ledger_transactions WHERE template = 'refund' AND source LIKE '{name}/%')");

        var differences = (await ReconcileAsync()).Differences;

        Assert.That(differences.Select(d => (d.Kind, d.Field, d.Expected, d.Found)), Is.EquivalentTo(new[]
        {
            (Kind.PaymentLedger, "refunded_amount", "30.00 EUR", "0.00 EUR"),
            (Kind.PaymentLedger, "clearing_balance", "70.00 EUR", "100.00 EUR"),
        }));
    }

    [TestCase("UPDATE simulator_payments SET captured_minor = 9000 WHERE payment_id = '{0}'", "captured_amount", "100.00 EUR", "90.00 EUR", "moved money at the provider")]
    [TestCase("UPDATE simulator_payments SET refunded_minor = 100 WHERE payment_id = '{0}'", "refunded_amount", "0.00 EUR", "1.00 EUR", "moved money at the provider")]
    [TestCase("DELETE FROM simulator_payments WHERE payment_id = '{0}'", "provider_reference", "sim_{0}", "(unknown to the provider)", "Look the payment up")]
    [TestCase(
        "INSERT INTO simulator_disputes VALUES ('dp_{0}', '{0}', 'EUR', 10000, now(), null, null)",
        "disputed_amount",
        "0.00 EUR",
        "100.00 EUR",
        "send its events again")]
    public async Task What_the_provider_believes_of_a_captured_payment_is_compared(string edit, string field, string expected, string found, string advice)
    {
        var name = await CapturedAsync(_replica);
        await OrderOfAsync(name);
        var reference = (await PaymentOfAsync(name)).ProviderReference;
        await EditAsync(edit.Replace("{0}", IdOf(name).ToString(), StringComparison.Ordinal));

        var difference = (await ReconcileAsync()).Differences.Single();

        Assert.That((difference.Kind, difference.Resource, difference.Field), Is.EqualTo((Kind.PaymentProvider, name, field)));
        Assert.That((difference.Expected, difference.Found), Is.EqualTo((field == "provider_reference" ? reference : expected, found)));
        Assert.That(difference.Advice, Does.Contain(advice));
    }

    [Test]
    public async Task A_hold_that_ended_at_the_provider_and_one_that_it_forgot_to_release_are_told_apart()
    {
        var (ended, kept) = (await AuthorizedAsync(_replica), await AuthorizedAsync(_replica));
        await VoidAsync(_replica, kept);
        await OrderOfAsync(ended);
        await OrderOfAsync(kept);
        await EditAsync($"UPDATE simulator_payments SET released = true WHERE payment_id = '{IdOf(ended)}'");
        await EditAsync($"UPDATE simulator_payments SET released = false WHERE payment_id = '{IdOf(kept)}'");

        var differences = (await ReconcileAsync()).Differences.ToDictionary(d => d.Resource);

        Assert.That((differences[ended].Field, differences[ended].Expected, differences[ended].Found), Is.EqualTo(("held_amount", "100.00 EUR", "0.00 EUR")));
        Assert.That(differences[ended].Advice, Does.Contain("suite payment void"));
        Assert.That((differences[kept].Field, differences[kept].Expected, differences[kept].Found), Is.EqualTo(("held_amount", "0.00 EUR", "100.00 EUR")));
        Assert.That(differences[kept].Advice, Does.Contain("void it at the provider"));
    }

    [Test]
    public async Task Money_at_the_provider_that_nobody_here_knows_of_is_a_difference()
    {
        var name = await AuthorizedAsync(_replica);
        await OrderOfAsync(name);
        var stranger = new ProviderAuthorization(
            Guid.NewGuid().ToString(), Guid.NewGuid(), Guid.NewGuid(), new MoneyAmount(4_200, "EUR"), "tok_visa");
        await _replica.Provider.AuthorizeAsync(stranger, CancellationToken.None);

        var difference = (await ReconcileAsync()).Differences.Single();

        Assert.That((difference.Kind, difference.Found), Is.EqualTo((Kind.ProviderOnly, "42.00 EUR authorized, 0.00 EUR captured")));
        Assert.That(difference.Resource, Does.Contain(stranger.Key));
        Assert.That(difference.Advice, Does.Contain("find out who made it"));
    }

    [Test]
    public async Task An_order_is_compared_with_its_payment()
    {
        var (behind, more, other) = (await CapturedAsync(_replica), await CapturedAsync(_replica), await AuthorizedAsync(_replica));
        (await OrderOfAsync(behind)).State = OrderState.Confirmed;
        (await OrderOfAsync(more)).RefundedAmount = Eur(5m);
        (await OrderOfAsync(other)).Total = Eur(99m);

        var differences = (await ReconcileAsync()).Differences;

        Assert.That(differences.Select(d => d.Kind), Is.All.EqualTo(Kind.OrderPayment));
        Assert.That(differences.Select(d => (d.Field, d.Expected, d.Found)), Is.EquivalentTo(new[]
        {
            ("state", "CONFIRMED", "CAPTURED"),
            ("refunded_amount", "5.00 EUR", "0.00 EUR"),
            ("amount", "99.00 EUR", "100.00 EUR"),
        }));
        Assert.That(differences.Single(d => d.Field == "state").Advice, Does.Contain("dead letters"));
        Assert.That(differences.Single(d => d.Field == "amount").Advice, Does.Contain("PaymentService"));
    }

    [Test]
    public async Task An_order_without_its_payment_and_a_payment_without_its_order_are_differences()
    {
        var lost = await AuthorizedAsync(_replica);
        var alone = _orders.Add(new Order { Name = $"orders/{Guid.CreateVersion7()}", State = OrderState.Fulfilled, Total = Eur(1m) });
        _orders.Add(new Order { Name = $"orders/{Guid.CreateVersion7()}", State = OrderState.Pending, Total = Eur(1m) });

        var differences = (await ReconcileAsync()).Differences;

        Assert.That(differences.Select(d => (d.Kind, d.Resource, d.Field)), Is.EquivalentTo(new[]
        {
            (Kind.OrderOnly, alone.Name, "payment"),
            (Kind.OrderPayment, lost, "order"),
        }));
        Assert.That(differences.Single(d => d.Kind == Kind.OrderOnly).Advice, Does.Contain("OrderPlaced"));
    }

    [Test]
    public async Task A_payment_whose_order_lives_elsewhere_is_no_difference()
    {
        var request = new AuthorizePaymentRequest
        {
            Order = $"orders/{Guid.NewGuid()}",
            Amount = Eur(10m),
            PaymentMethod = "tok_visa",
            RequestId = NewId(),
        };
        await CallAsync(request, _replica.Service.AuthorizePayment);

        Assert.That((await ReconcileAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task What_is_in_flight_is_no_difference()
    {
        // The provider has captured, and its answer is not here yet.
        var asked = await AuthorizedAsync(_replica);
        await _replica.StopWorkingAsync();
        await _replica.Provider.CaptureAsync(
            new ProviderCapture("key", IdOf(asked), (await PaymentOfAsync(asked)).ProviderReference, new MoneyAmount(6_000, "EUR"), true),
            CancellationToken.None);
        await Database.ExecuteAsync(
            $"""
            UPDATE payments SET capturing_minor = 6000 WHERE id = '{IdOf(asked)}';
            INSERT INTO payment_steps (id, payment_id, kind, amount_minor, is_final, state, next_attempt_time, create_time)
            VALUES (gen_random_uuid(), '{IdOf(asked)}', 2, 6000, true, 2, now() + interval '1 day', now())
            """);
        await OrderOfAsync(asked);
        // The order hears of its payment between the first look and the second.
        var heard = Guid.CreateVersion7();
        await _replica.HandleAsync(PaymentReplica.Placed(heard, "tok_visa"));
        var order = _orders.Add(await PaymentAsync(heard));
        order.State = OrderState.Confirmed;
        _orders.OnFind = () => order.State = OrderState.Pending;

        var result = await ReconcileAsync();

        Assert.That(result.Differences, Is.Empty);
        Assert.That(order.State, Is.EqualTo(OrderState.Pending), "There was a second look.");
        Assert.That(result.Sums.Single().Captured.DecimalValue, Is.Zero);
    }

    [Test]
    public async Task What_a_provider_did_beyond_the_step_that_is_running_is_a_difference()
    {
        var name = await AuthorizedAsync(_replica);
        await _replica.StopWorkingAsync();
        await OrderOfAsync(name);
        await Database.ExecuteAsync(
            $"""
            UPDATE payments SET capturing_minor = 6000 WHERE id = '{IdOf(name)}';
            INSERT INTO payment_steps (id, payment_id, kind, amount_minor, is_final, state, next_attempt_time, create_time)
            VALUES (gen_random_uuid(), '{IdOf(name)}', 2, 6000, true, 2, now() + interval '1 day', now());
            UPDATE simulator_payments SET captured_minor = 7000 WHERE payment_id = '{IdOf(name)}'
            """);

        var difference = (await ReconcileAsync()).Differences.Single();

        Assert.That((difference.Field, difference.Expected, difference.Found), Is.EqualTo(("captured_amount", "0.00 EUR", "70.00 EUR")));
    }

    [Test]
    public async Task Each_difference_is_told_once_over_many_pages()
    {
        var names = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            names.Add(await AuthorizedAsync(_replica, 100 + i));
            await OrderOfAsync(names[^1]);
        }

        // Told of a little later than the payments were made: in other steps of the provider's time than their pages.
        await EditAsync($"UPDATE simulator_payments SET create_time = create_time + interval '20 milliseconds' WHERE create_time >= '{_begin:O}'");
        await EditAsync($"UPDATE simulator_payments SET released = true WHERE payment_id IN ('{IdOf(names[0])}', '{IdOf(names[7])}')");

        var result = await ReconcileAsync();

        Assert.That(result.Differences.Select(d => (d.Resource, d.Field)), Is.EquivalentTo(new[] { (names[0], "held_amount"), (names[7], "held_amount") }));
        Assert.That((result.Payments, result.DifferenceCount), Is.EqualTo((8, 2)));
    }

    private async Task<Contracts.Payments.V1.ReconcilePaymentsResponse> ReconcileAsync()
    {
        var reconcile = new ReconcilePayments(new PaymentFactsStore(Database.DataSource), _replica.Provider, _orders, Quick, TimeProvider.System);
        var all = new ReconcilePaymentsResponse();
        await foreach (var part in reconcile.RunAsync(_begin, null, CancellationToken.None))
        {
            Assert.That(all.Done, Is.False, "The last message is the last.");
            all.Differences.Add(part.Differences);
            all.Sums.Add(part.Sums);
            (all.Payments, all.ProviderPayments, all.DifferenceCount, all.Done) =
                (part.Payments, part.ProviderPayments, part.DifferenceCount, part.Done);
        }

        Assert.That(all.DifferenceCount, Is.EqualTo(all.Differences.Count));
        Assert.That(all.Done, Is.True);
        return all;
    }

    private async Task<Order> OrderOfAsync(string name) => _orders.Add(await PaymentOfAsync(name));

    private async Task<Payment> PaymentOfAsync(string name) => (await Store.FindAsync(IdOf(name), CancellationToken.None))!;

    /// <summary>A dispute, as the provider keeps it and as its webhook tells it.</summary>
    private async Task DisputeAsync(string name)
    {
        var payment = await PaymentOfAsync(name);
        await Database.ExecuteAsync(
            $"INSERT INTO simulator_disputes VALUES ('dp_{payment.Id}', '{payment.Id}', 'EUR', {payment.CapturedMinor}, now(), null, null)");
        var opened = new ProviderEvent.DisputeChanged(
            "simulator",
            $"evt_{payment.Id}",
            payment.Id,
            payment.ProviderReference,
            DateTimeOffset.UtcNow,
            $"dp_{payment.Id}",
            new MoneyAmount(payment.CapturedMinor, "EUR"),
            "fraudulent",
            DisputeState.Open);
        Assert.That(await _replica.Events.TakeAsync(opened, CancellationToken.None), Is.EqualTo(ProviderEventVerdict.Accepted));
    }

    /// <summary>What only the owner of the database can do: its triggers and constraints between tables look away.</summary>
    private Task EditAsync(string sql) => Database.ExecuteAsync($"SET session_replication_role = replica; {sql}; SET session_replication_role = DEFAULT");
}
