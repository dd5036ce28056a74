using Google.Type;
using NUnit.Framework;
using Suite.Contracts.Orders.V1;
using Suite.Platform.Messaging;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.Component.Payments;

public sealed class OrderEventsHandlerTests : PaymentFixture
{
    private static readonly Money FiveEuros = new() { CurrencyCode = "EUR", Units = 5 };
    private static readonly Money LessThanNothing = new() { CurrencyCode = "EUR", Units = -5 };
    private static readonly Money TenthOfAYen = new() { CurrencyCode = "JPY", Nanos = 100_000_000 };

    private static IEnumerable<TestCaseData> Poison()
    {
        var order = Guid.CreateVersion7();
        yield return Case("no uuid", "malformed_name", new OrderPlaced { Order = "orders/7", Total = FiveEuros });
        yield return Case("another collection", "malformed_name", new OrderPlaced { Order = $"users/{order}", Total = FiveEuros });
        yield return Case("no name", "malformed_name", new OrderCancelled());
        yield return Case("no amount", "malformed_amount", new OrderPlaced { Order = $"orders/{order}" });
        yield return Case("a tenth of a yen", "malformed_amount", new OrderPlaced { Order = $"orders/{order}", Total = TenthOfAYen });
        yield return Case("less than nothing", "negative_amount", new OrderPlaced { Order = $"orders/{order}", Total = LessThanNothing });

        TestCaseData Case(string what, string reason, Google.Protobuf.IMessage body) =>
            new TestCaseData(reason, PaymentReplica.Message(order, body)).SetArgDisplayNames(what, reason);
    }

    [TestCaseSource(nameof(Poison))]
    public Task What_can_never_succeed_is_named_as_such(string reason, IncomingMessage message) => Assert.ThatAsync(
        () => Replica().HandleAsync(message),
        Throws.InstanceOf<PoisonMessageException>().With.Property("Reason").EqualTo(reason));

    [Test]
    public Task A_body_that_is_no_message_is_poison() => Assert.ThatAsync(
        () => Replica().HandleAsync(PaymentReplica.Placed(Guid.NewGuid(), "tok_visa") with { Body = new byte[] { 0xff } }),
        Throws.InstanceOf<PoisonMessageException>().With.Property("Reason").EqualTo("malformed_body"));

    [Test]
    public async Task Other_events_and_cancels_of_orders_without_payment_change_nothing()
    {
        var order = Guid.CreateVersion7();

        await Replica().HandleAsync(
            PaymentReplica.Message(order, new OrderConfirmed { Order = $"orders/{order}" }),
            PaymentReplica.Cancelled(order),
            PaymentReplica.Placed(order, "tok_visa") with { Type = "suite.order.v9.OrderTeleported" });

        Assert.That(await Database.ScalarAsync<long>("SELECT count(*) FROM payments WHERE order_id = $1", order), Is.Zero);
        Assert.That(await EventsAsync(order), Is.Empty);
    }

    [Test]
    public async Task A_batch_that_is_rolled_back_asks_nobody_and_its_repetition_asks_once()
    {
        var order = Guid.CreateVersion7();
        var replica = Replica().StartWorking();
        var message = PaymentReplica.Placed(order, "tok_visa");

        await replica.HandleInVainAsync(message);
        await replica.HandleAsync(message);
        await UntilStateAsync(order, State.Authorized);

        Assert.That(await SimulatorAsync(order), Is.EqualTo((1, 1)));
        Assert.That(
            await Database.ScalarAsync<long>("SELECT count(*) FROM simulator_payments"),
            Is.EqualTo(await Database.ScalarAsync<long>("SELECT count(*) FROM payments WHERE state = 2")));
    }

    [Test]
    public async Task An_intent_that_nobody_started_is_worked_off_when_its_lease_ends([Values] bool byAnotherReplica)
    {
        var order = Guid.CreateVersion7();
        var replica = Replica().StartWorking();

        await replica.HandleWithoutWakeAsync(PaymentReplica.Placed(order, "tok_visa"));
        Assert.That(await Database.ScalarAsync<int>("SELECT attempts FROM payments WHERE order_id = $1", order), Is.EqualTo(1));
        if (byAnotherReplica)
        {
            await replica.StopWorkingAsync();
            Replica().StartWorking();
        }

        await UntilStateAsync(order, State.Authorized);
        Assert.That(await SimulatorAsync(order), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task More_than_the_worker_has_room_for_waits_in_the_table_and_is_done_all_the_same()
    {
        var orders = Enumerable.Range(0, 100).Select(_ => Guid.CreateVersion7()).ToArray();
        var replica = Replica(options: PaymentReplica.Fast with { Concurrency = 4 }).StartWorking();

        await Task.WhenAll(orders.Chunk(25).Select(chunk =>
            replica.HandleAsync([.. chunk.Select(o => PaymentReplica.Placed(o, "tok_visa"))])));

        foreach (var order in orders)
        {
            await UntilStateAsync(order, State.Authorized);
        }

        Assert.That(await SimulatorAsync(orders[99]), Is.EqualTo((1, 1)));
    }
}
