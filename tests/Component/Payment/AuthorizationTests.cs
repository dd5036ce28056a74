using NUnit.Framework;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Providers;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.Component.Payments;

public sealed class AuthorizationTests : PaymentFixture
{
    [Test]
    public async Task A_placed_order_is_authorized_posted_and_told()
    {
        var order = Guid.CreateVersion7();
        var replica = Replica().StartWorking();

        await replica.HandleAsync(PaymentReplica.Placed(order, "tok_visa"));
        await UntilStateAsync(order, State.Authorized);

        var payment = await PaymentAsync(order);
        Assert.That(payment.ProviderReference, Is.EqualTo($"sim_{payment.Id}"));
        Assert.That(payment.Version, Is.EqualTo(2));
        Assert.That(await EventsAsync(order), Is.EqualTo(new[] { "PaymentAuthorized" }));
        Assert.That(await EntriesAsync(order), Is.EqualTo(new[] { "authorize providers/simulator/clearing 1250", "authorize holds -1250" }));
        Assert.That(replica.TakeWake(), Is.True);
        var told = PaymentAuthorized.Parser.ParseFrom(
            await Database.ScalarAsync<byte[]>("SELECT payload FROM outbox WHERE key = $1", order.ToString()));
        Assert.That(told.AuthorizeTime.ToDateTimeOffset(), Is.EqualTo(payment.UpdateTime));
        Assert.That(told.Order, Is.EqualTo($"orders/{order}"));
    }

    [TestCase("tok_declined", "card_declined")]
    [TestCase("tok_insufficient_funds", "insufficient_funds")]
    [TestCase("tok_unheard_of", "invalid_payment_method")]
    [TestCase("", "invalid_payment_method")]
    [TestCase("tok_visa\0", "invalid_payment_method")]
    public async Task A_refusal_is_told_with_its_reason_and_posts_nothing(string token, string reason)
    {
        var order = Guid.CreateVersion7();

        await Replica().StartWorking().HandleAsync(PaymentReplica.Placed(order, token));
        await UntilStateAsync(order, State.Declined);

        Assert.That((await PaymentAsync(order)).DeclineReason, Is.EqualTo(reason));
        Assert.That(await EventsAsync(order), Is.EqualTo(new[] { "PaymentDeclined" }));
        Assert.That(await EntriesAsync(order), Is.Empty);
    }

    [Test]
    public async Task A_free_order_is_authorized_without_asking_or_posting()
    {
        var order = Guid.CreateVersion7();

        await Replica().StartWorking().HandleAsync(PaymentReplica.Placed(order, "tok_declined", minorUnits: 0));
        await UntilStateAsync(order, State.Authorized);

        Assert.That(await EventsAsync(order), Is.EqualTo(new[] { "PaymentAuthorized" }));
        Assert.That(await EntriesAsync(order), Is.Empty);
        Assert.That(await SimulatorAsync(order), Is.EqualTo((0, 0)));
    }

    [TestCase("tok_visa", State.Authorized)]
    [TestCase("tok_declined", State.Declined)]
    public async Task The_payment_method_is_forgotten_with_the_answer(string token, State state)
    {
        var order = Guid.CreateVersion7();
        var replica = Replica();
        await replica.HandleAsync(PaymentReplica.Placed(order, token));
        Assert.That(await MethodAsync(order), Is.EqualTo(token));

        replica.StartWorking();
        await UntilStateAsync(order, state);

        Assert.That(await MethodAsync(order), Is.Empty);
    }

    [Test]
    public async Task The_same_message_twice_makes_one_payment()
    {
        var order = Guid.CreateVersion7();
        var replica = Replica();
        var message = PaymentReplica.Placed(order, "tok_visa");

        await replica.HandleAsync(message, message);
        await replica.HandleAsync(message);
        replica.StartWorking();
        await UntilStateAsync(order, State.Authorized);

        Assert.That(await Database.ScalarAsync<long>("SELECT count(*) FROM payments WHERE order_id = $1", order), Is.EqualTo(1));
        Assert.That(await SimulatorAsync(order), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task Two_replicas_authorize_every_payment_exactly_once()
    {
        var orders = Enumerable.Range(0, 400).Select(_ => Guid.CreateVersion7()).ToArray();
        var (one, two) = (Replica().StartWorking(), Replica().StartWorking());

        await Task.WhenAll(orders.Chunk(50).Select((chunk, i) =>
            (i % 2 == 0 ? one : two).HandleAsync([.. chunk.Select(order => PaymentReplica.Placed(order, "tok_visa"))])));
        foreach (var order in orders)
        {
            await UntilStateAsync(order, State.Authorized);
        }

        var ids = orders.Select(o => o.ToString()).ToArray();
        Assert.That(
            await Database.ScalarAsync<long>("SELECT count(*) FROM outbox WHERE key = ANY($1)", (object)ids), Is.EqualTo(orders.Length));
        Assert.That(
            await Database.ScalarAsync<long>("SELECT count(DISTINCT key) FROM outbox WHERE key = ANY($1)", (object)ids),
            Is.EqualTo(orders.Length));
        Assert.That(
            await Database.ScalarAsync<long>(
                """
                SELECT sum(calls)::bigint FROM simulator_payments s JOIN payments p ON s.idempotency_key = p.id::text
                WHERE p.order_id = ANY($1)
                """,
                (object)orders),
            Is.EqualTo(orders.Length));
        Assert.That(
            await Database.ScalarAsync<long>(
                """
                SELECT count(*) FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.transaction_id
                JOIN payments p ON p.id::text = split_part(t.source, '/', 2) WHERE p.order_id = ANY($1)
                """,
                (object)orders),
            Is.EqualTo(2 * orders.Length));
    }

    [Test]
    public async Task A_provider_that_stalls_for_some_does_not_hold_up_the_others()
    {
        var never = new TaskCompletionSource<ProviderAnswer>();
        var provider = new ScriptedProvider((key, token, cancellationToken) => token == "stall"
            ? never.Task // Not even the time limit moves it.
            : Task.FromResult<ProviderAnswer>(new ProviderAnswer.Approved($"ref_{key}")));
        var options = PaymentReplica.Fast with { ProviderTimeout = TimeSpan.FromSeconds(60), Lease = TimeSpan.FromSeconds(65) };
        var replica = Replica(provider, options).StartWorking();
        var stalled = Enumerable.Range(0, 150).Select(_ => Guid.CreateVersion7()).ToArray();
        var others = Enumerable.Range(0, 150).Select(_ => Guid.CreateVersion7()).ToArray();

        await replica.HandleAsync([.. stalled.Select(order => PaymentReplica.Placed(order, "stall"))]);
        await UntilAsync(() => Task.FromResult(provider.Authorizations.Count == stalled.Length), "all stalled calls run");
        await replica.HandleAsync([.. others.Select(order => PaymentReplica.Placed(order, "go"))]);

        foreach (var order in others)
        {
            await UntilStateAsync(order, State.Authorized);
        }

        Assert.That(await StateAsync(stalled[0]), Is.EqualTo(State.Pending));
        never.SetCanceled();
    }

    [Test]
    public async Task The_trace_of_the_order_goes_on_in_the_event()
    {
        var order = Guid.CreateVersion7();
        var message = PaymentReplica.Placed(order, "tok_visa") with
        {
            TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            TraceState = "vendor=1",
        };

        await Replica().StartWorking().HandleAsync(message);
        await UntilStateAsync(order, State.Authorized);

        Assert.That(
            await Database.ScalarAsync<string>("SELECT traceparent || ' ' || tracestate FROM outbox WHERE key = $1", order.ToString()),
            Does.Match("^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01 vendor=1$"));
    }

    private Task<string> MethodAsync(Guid order) =>
        Database.ScalarAsync<string>("SELECT payment_method FROM payments WHERE order_id = $1", order);
}
