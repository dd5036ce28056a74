using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NUnit.Framework;
using Suite.Contracts.Payments.V1;
using Suite.Orders.Features;
using Suite.Orders.Storage;
using Suite.Platform.Locking;
using Suite.Platform.Postgres;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.Component.Orders;

internal sealed class SweepTests
{
    private OrderRoom _room = null!;

    [SetUp]
    public async Task OpenAsync() => _room = await OrderRoom.OpenAsync(("SUITE_ORDER_SWEEP_AFTER", "60"), ("SUITE_ORDER_TIMEOUT", "600"));

    [TearDown]
    public async Task CloseAsync()
    {
        if (_room is not null)
        {
            await _room.DisposeAsync();
        }
    }

    [TestCase(Payment.Types.State.Authorized, State.Confirmed, "", "OrderConfirmed")]
    [TestCase(Payment.Types.State.Declined, State.Rejected, "insufficient_funds", "OrderRejected")]
    [TestCase(Payment.Types.State.Voided, State.Cancelled, "payment_voided", "OrderCancelled")]
    [TestCase(Payment.Types.State.RequiresAction, State.Pending, "requires_action", "OrderActionRequired")]
    [TestCase(Payment.Types.State.Captured, State.Confirmed, "", "OrderConfirmed")]
    [TestCase(Payment.Types.State.PartiallyRefunded, State.Confirmed, "", "OrderConfirmed")]
    [TestCase(Payment.Types.State.Refunded, State.Confirmed, "", "OrderConfirmed")]
    public async Task An_overdue_order_gets_the_outcome_of_its_payment(Payment.Types.State payment, State expected, string reason, string happened)
    {
        var order = await OverdueAsync(seconds: 61, payment);

        await SweepAsync();

        var found = await FindAsync(order);
        Assert.That(found.State, Is.EqualTo(expected));
        Assert.That(found.StateReason, Is.EqualTo(reason));
        Assert.That(await _room.EventsAsync(order), Is.EqualTo(new[] { "OrderPlaced", happened }));
    }

    [TestCase(Payment.Types.State.Pending)]
    [TestCase(null)]
    public async Task An_overdue_order_without_an_outcome_is_left_alone_until_its_time_is_up(Payment.Types.State? payment)
    {
        var order = await OverdueAsync(seconds: 590, payment);
        await SweepAsync();
        Assert.That((await FindAsync(order)).State, Is.EqualTo(State.Pending));

        await AgeAsync(order, seconds: 601);
        await SweepAsync();

        Assert.That((await FindAsync(order)).State, Is.EqualTo(State.Cancelled));
        Assert.That((await FindAsync(order)).StateReason, Is.EqualTo("payment_timeout"));
    }

    [Test]
    public async Task An_order_that_waits_for_the_holder_of_the_card_is_not_timed_out_while_its_payment_does()
    {
        var order = await OverdueAsync(seconds: 10_000, Payment.Types.State.RequiresAction);

        await SweepAsync();
        await SweepAsync();

        Assert.That((await FindAsync(order)) is { State: State.Pending, StateReason: "requires_action", Version: 2 });
        _room.Payments.ByOrder[$"orders/{order}"].State = Payment.Types.State.Declined;
        await SweepAsync();
        Assert.That((await FindAsync(order)).State, Is.EqualTo(State.Rejected));
    }

    [Test]
    public async Task An_order_that_is_not_overdue_is_not_touched()
    {
        var order = await OverdueAsync(seconds: 50, Payment.Types.State.Authorized);

        await SweepAsync();

        Assert.That((await FindAsync(order)).State, Is.EqualTo(State.Pending));
    }

    [Test]
    public async Task Nothing_is_decided_while_Payment_does_not_answer()
    {
        var order = await OverdueAsync(seconds: 10_000, payment: null);
        _room.Payments.Failure = StatusCode.Unavailable;

        Assert.That(async () => await SweepAsync(), Throws.InstanceOf<RpcException>());

        Assert.That((await FindAsync(order)).State, Is.EqualTo(State.Pending));
    }

    [Test]
    public async Task Two_sweepers_finish_each_of_many_orders_once()
    {
        var orders = new List<Guid>();
        for (var i = 0; i < 250; i++)
        {
            orders.Add(await OverdueAsync(seconds: 61, Payment.Types.State.Authorized));
        }

        await Task.WhenAll(SweepAsync(), SweepAsync());

        Assert.That(await _room.CountAsync("orders WHERE state = 2 AND version = 2"), Is.EqualTo(orders.Count));
        Assert.That(await _room.CountAsync("outbox WHERE type = 'suite.order.v1.OrderConfirmed'"), Is.EqualTo(orders.Count));
    }

    [Test]
    public async Task One_whose_lock_has_a_later_holder_changes_nothing()
    {
        var order = await OverdueAsync(seconds: 61, Payment.Types.State.Authorized);
        var locks = _room.Get<ILocks>();
        var sweeper = _room.Get<IEnumerable<IHostedService>>().OfType<SweepOrders>().Single();
        await using var paused = await locks.TryAcquireAsync($"paused-{Guid.NewGuid():N}", TimeSpan.FromSeconds(5), CancellationToken.None);
        // The later holder has passed the fence already.
        await _room.Database.InTransactionAsync(
            (transaction, token) => Fences.PassAsync(transaction, SweepOrders.LockName, paused!.FencingToken + 1, token), CancellationToken.None);

        Assert.That(async () => await sweeper.SweepAsync(paused, CancellationToken.None), Throws.InstanceOf<FencingException>());
        Assert.That((await FindAsync(order)).State, Is.EqualTo(State.Pending));
    }

    [Test]
    public async Task One_replica_at_a_time_sweeps_and_another_follows_it()
    {
        await using var held = await _room.Get<ILocks>().TryAcquireAsync(SweepOrders.LockName, TimeSpan.FromSeconds(5), CancellationToken.None);
        var order = await OverdueAsync(seconds: 61, Payment.Types.State.Authorized);
        var sweeper = _room.Get<IEnumerable<IHostedService>>().OfType<SweepOrders>().Single();

        await sweeper.TrySweepAsync(CancellationToken.None);
        Assert.That((await FindAsync(order)).State, Is.EqualTo(State.Pending), "another has the lock");

        await held!.DisposeAsync();
        await sweeper.TrySweepAsync(CancellationToken.None);
        Assert.That((await FindAsync(order)).State, Is.EqualTo(State.Confirmed));
        var another = await _room.Get<ILocks>().TryAcquireAsync(SweepOrders.LockName, TimeSpan.FromSeconds(5), CancellationToken.None);
        Assert.That(another, Is.Null, "it goes on sweeping");
        await sweeper.StopAsync(CancellationToken.None);
        await sweeper.GiveUpLockAsync();
    }

    private Task SweepAsync() => _room.Get<IEnumerable<IHostedService>>().OfType<SweepOrders>().Single().SweepAsync(null, CancellationToken.None);

    private async Task<Suite.Orders.Domain.Order> FindAsync(Guid id) => (await _room.Get<OrderStore>().FindAsync(id, CancellationToken.None))!;

    private async Task<Guid> OverdueAsync(int seconds, Payment.Types.State? payment)
    {
        var order = await _room.PlaceOneAsync();
        await AgeAsync(order, seconds);
        if (payment is { } state)
        {
            var declined = state == Payment.Types.State.Declined;
            _room.Payments.ByOrder[$"orders/{order}"] = new Payment
            {
                Name = $"payments/{Guid.CreateVersion7()}",
                Order = $"orders/{order}",
                State = state,
                DeclineReason = declined ? "insufficient_funds" : string.Empty,
            };
        }

        return order;
    }

    private Task AgeAsync(Guid order, int seconds) =>
        _room.ExecuteAsync("UPDATE orders SET create_time = now() - make_interval(secs => $2) WHERE id = $1", order, (double)seconds);
}
