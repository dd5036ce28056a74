using NUnit.Framework;
using Suite.Payments.Features;
using Suite.Payments.Providers;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.Component.Payments;

public sealed class CancellationTests : PaymentFixture
{
    private static readonly string[] AuthorizedAndVoided =
    [
        "authorize providers/simulator/clearing 1250", "authorize holds -1250",
        "release holds 1250", "release providers/simulator/clearing -1250",
    ];

    private static readonly PaymentOptions Patient =
        PaymentReplica.Fast with { ProviderTimeout = TimeSpan.FromSeconds(20), Lease = TimeSpan.FromSeconds(25) };

    [Test]
    public async Task A_cancel_before_anyone_was_asked_closes_the_intent_without_a_call()
    {
        var order = Guid.CreateVersion7();
        var replica = Replica();
        await replica.HandleAsync(PaymentReplica.Placed(order, "tok_visa"));

        await replica.HandleAsync(PaymentReplica.Cancelled(order));
        Assert.That(await StateAsync(order), Is.EqualTo(State.Voided));
        replica.StartWorking();
        await AllIsDoneAsync();

        Assert.That(await SimulatorAsync(order), Is.EqualTo((0, 0)));
        Assert.That(await EventsAsync(order), Is.EqualTo(new[] { "PaymentVoided" }));
        Assert.That(await EntriesAsync(order), Is.Empty);
        Assert.That(await Database.ScalarAsync<string>("SELECT payment_method FROM payments WHERE order_id = $1", order), Is.Empty);
    }

    [Test]
    public async Task Placed_and_cancelled_in_one_batch_is_closed_without_a_call()
    {
        var order = Guid.CreateVersion7();

        await Replica().StartWorking().HandleAsync(PaymentReplica.Placed(order, "tok_visa"), PaymentReplica.Cancelled(order));
        await AllIsDoneAsync();

        Assert.That(await StateAsync(order), Is.EqualTo(State.Voided));
        Assert.That(await SimulatorAsync(order), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task A_cancel_that_meets_an_authorization_in_flight_is_authorized_and_then_voided()
    {
        var order = Guid.CreateVersion7();
        var answer = new TaskCompletionSource<ProviderAnswer>();
        var provider = new ScriptedProvider((_, _, _) => answer.Task);
        var replica = Replica(provider, Patient);
        replica.StartWorking();
        await replica.HandleAsync(PaymentReplica.Placed(order, "tok_visa"));
        await UntilAsync(() => Task.FromResult(!provider.Authorizations.IsEmpty), "the call runs");

        await replica.HandleAsync(PaymentReplica.Cancelled(order));
        Assert.That(await StateAsync(order), Is.EqualTo(State.Pending));
        answer.SetResult(new ProviderAnswer.Approved("ref-1"));
        await UntilStateAsync(order, State.Voided);

        var payment = await PaymentAsync(order);
        var step = await Database.ScalarAsync<Guid>("SELECT id FROM payment_steps WHERE payment_id = $1", payment.Id);
        Assert.That(provider.Voids, Is.EqualTo(new[] { (step.ToString(), "ref-1") }));
        Assert.That(await EventsAsync(order), Is.EqualTo(new[] { "PaymentAuthorized", "PaymentVoided" }));
        Assert.That(await EntriesAsync(order), Is.EqualTo(AuthorizedAndVoided));
    }

    [Test]
    public async Task A_cancel_that_meets_a_refusal_leaves_it_a_refusal()
    {
        var order = Guid.CreateVersion7();
        var answer = new TaskCompletionSource<ProviderAnswer>();
        var provider = new ScriptedProvider((_, _, _) => answer.Task);
        var replica = Replica(provider, Patient);
        replica.StartWorking();
        await replica.HandleAsync(PaymentReplica.Placed(order, "tok_declined"));
        await UntilAsync(() => Task.FromResult(!provider.Authorizations.IsEmpty), "the call runs");

        await replica.HandleAsync(PaymentReplica.Cancelled(order));
        answer.SetResult(new ProviderAnswer.Declined("card_declined"));
        await UntilStateAsync(order, State.Declined);
        await AllIsDoneAsync();

        Assert.That(provider.Voids, Is.Empty);
        Assert.That(await EventsAsync(order), Is.EqualTo(new[] { "PaymentDeclined" }));
    }

    [Test]
    public async Task A_cancel_during_timeouts_is_settled_once_the_provider_answers()
    {
        var order = Guid.CreateVersion7();
        var replica = Replica(options: PaymentReplica.Impatient).StartWorking();
        await replica.HandleAsync(PaymentReplica.Placed(order, "tok_timeout"));
        await UntilAsync(async () => (await SimulatorAsync(order)).Calls > 0, "the first call runs");

        await replica.HandleAsync(PaymentReplica.Cancelled(order));
        await UntilStateAsync(order, State.Voided);

        Assert.That((await SimulatorAsync(order)).Authorizations, Is.EqualTo(1));
        Assert.That(await EventsAsync(order), Is.EqualTo(new[] { "PaymentAuthorized", "PaymentVoided" }));
        Assert.That(await EntriesAsync(order), Is.EqualTo(AuthorizedAndVoided));
        Assert.That(await VoidsAtSimulatorAsync(order), Is.EqualTo(1));
    }

    [Test]
    public async Task A_cancel_after_the_authorization_releases_what_is_held()
    {
        var order = Guid.CreateVersion7();
        var replica = Replica().StartWorking();
        await replica.HandleAsync(PaymentReplica.Placed(order, "tok_visa"));
        await UntilStateAsync(order, State.Authorized);

        await replica.HandleAsync(PaymentReplica.Cancelled(order));
        await replica.HandleAsync(PaymentReplica.Cancelled(order));
        await UntilStateAsync(order, State.Voided);
        await replica.HandleAsync(PaymentReplica.Cancelled(order));
        await AllIsDoneAsync();

        Assert.That(await EventsAsync(order), Is.EqualTo(new[] { "PaymentAuthorized", "PaymentVoided" }));
        Assert.That(await EntriesAsync(order), Is.EqualTo(AuthorizedAndVoided));
        Assert.That(await VoidsAtSimulatorAsync(order), Is.EqualTo(1));
    }

    [Test]
    public async Task A_void_that_fails_is_tried_again_with_the_same_key()
    {
        var order = Guid.CreateVersion7();
        var provider = new ScriptedProvider((_, _, _) => Task.FromResult<ProviderAnswer>(new ProviderAnswer.Approved("ref-2")))
        {
            VoidFailures = 2,
        };
        var replica = Replica(provider).StartWorking();
        await replica.HandleAsync(PaymentReplica.Placed(order, "tok_visa"));
        await UntilStateAsync(order, State.Authorized);

        await replica.HandleAsync(PaymentReplica.Cancelled(order));
        await UntilStateAsync(order, State.Voided);

        Assert.That(provider.Voids, Has.Count.EqualTo(3));
        Assert.That(provider.Voids.Distinct().ToList(), Has.Count.EqualTo(1));
        Assert.That(await EntriesAsync(order), Is.EqualTo(AuthorizedAndVoided));
    }

    [Test]
    public async Task A_cancelled_free_order_is_voided_without_a_call()
    {
        var order = Guid.CreateVersion7();
        var replica = Replica().StartWorking();
        await replica.HandleAsync(PaymentReplica.Placed(order, "tok_visa", minorUnits: 0));
        await UntilStateAsync(order, State.Authorized);

        await replica.HandleAsync(PaymentReplica.Cancelled(order));
        await UntilStateAsync(order, State.Voided);

        Assert.That(await EntriesAsync(order), Is.Empty);
    }

    [Test]
    public async Task Cancels_and_answers_that_cross_at_random_leave_nothing_held()
    {
        var orders = Enumerable.Range(0, 200).Select(_ => Guid.CreateVersion7()).ToArray();
        var (one, two) = (Replica().StartWorking(), Replica().StartWorking());

        await Task.WhenAll(orders.Chunk(10).Select(async (chunk, i) =>
        {
            await one.HandleAsync([.. chunk.Select((order, n) => PaymentReplica.Placed(order, n % 5 == 0 ? "tok_flaky" : "tok_visa"))]);
            await (i % 2 == 0 ? one : two).HandleAsync([.. chunk.Select(PaymentReplica.Cancelled)]);
        }));
        foreach (var order in orders)
        {
            await UntilStateAsync(order, State.Voided);
        }

        Assert.That(
            await Database.ScalarAsync<long>(
                """
                SELECT count(*) FROM simulator_payments s JOIN payments p ON p.id::text = s.idempotency_key
                WHERE p.order_id = ANY($1) AND void_time IS NULL
                """,
                (object)orders),
            Is.Zero);
        Assert.That(
            await Database.ColumnAsync<decimal>(
                """
                SELECT sum(debit_minor - credit_minor) FROM ledger_entries e
                JOIN ledger_transactions t ON t.id = e.transaction_id JOIN payments p ON p.id::text = split_part(t.source, '/', 2)
                WHERE p.order_id = ANY($1) GROUP BY account
                """,
                (object)orders),
            Has.All.Zero);
        foreach (var order in orders)
        {
            Assert.That(
                await EventsAsync(order), Is.EqualTo(new[] { "PaymentAuthorized", "PaymentVoided" }).Or.EqualTo(new[] { "PaymentVoided" }));
        }
    }

    private Task AllIsDoneAsync() => UntilAsync(
        async () =>
            await Database.ScalarAsync<long>("SELECT count(*) FROM payments WHERE state = 1 OR (state = 2 AND void_requested)") == 0,
        "nothing is left to do");

    private async Task<int> VoidsAtSimulatorAsync(Guid order) => await Database.ScalarAsync<int>(
        "SELECT void_calls FROM simulator_payments WHERE idempotency_key = $1", (await PaymentAsync(order)).Id.ToString());
}
