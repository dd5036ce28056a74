using Google.Protobuf;
using NUnit.Framework;
using Suite.Contracts.Users.V1;
using Suite.Orders.Events;
using Suite.Orders.Features;
using Suite.Orders.Storage;
using Suite.Platform.Idempotency;
using Suite.Platform.Messaging;
using Suite.Platform.Postgres;
using Suite.Tests.Component.Security;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.Component.Orders;

internal sealed class DepartureTests
{
    private const string ToldText = "outbox WHERE position('Ada Lane'::bytea IN payload) > 0";

    private OrderRoom _room = null!;

    [SetUp]
    public async Task OpenAsync() => _room = await OrderRoom.OpenAsync();

    [TearDown]
    public async Task CloseAsync()
    {
        if (_room is not null)
        {
            await _room.DisposeAsync();
        }
    }

    [Test]
    public async Task What_a_deleted_customer_left_open_is_cancelled_with_its_event_and_others_are_let_be()
    {
        var pending = await _room.PlaceOneAsync();
        var confirmed = await _room.PlaceOneAsync();
        await _room.ExecuteAsync("UPDATE orders SET state = 2, version = 2, payment_id = $1 WHERE id = $2", Guid.CreateVersion7(), confirmed);
        var other = _room.Request(("tea", 1));
        other.Order.Customer = $"users/{Guid.CreateVersion7()}";
        var kept = await _room.PlaceAsync(other);

        await HearAsync(_room.Customer);
        await HearAsync(_room.Customer);

        foreach (var order in (Guid[])[pending, confirmed])
        {
            var found = await FindAsync(order);
            Assert.That((found.State, found.StateReason), Is.EqualTo((State.Cancelled, "customer_deleted")));
            Assert.That(await _room.EventsAsync(order), Is.EqualTo(new[] { "OrderPlaced", "OrderCancelled" }));
        }

        Assert.That((await FindAsync(Guid.Parse(kept.Name["orders/".Length..]))).State, Is.EqualTo(State.Pending));
        Assert.That(await _room.CountAsync("outbox WHERE type = 'suite.order.v1.OrderCancelled' AND traceparent LIKE '00-4bf9%'"), Is.EqualTo(2));
    }

    [Test]
    public async Task What_people_typed_is_erased_and_what_the_suite_says_stays()
    {
        const string typed = "I am moving to Ada Lane 7";
        var byHand = await _room.PlaceOneAsync();
        var key = new RequestKey(Guid.NewGuid(), new byte[32]);
        await CancelAsync(byHand, typed, key);
        var bySuite = await _room.PlaceOneAsync();
        await _room.Get<OrderWriter>().UpdateAsync(
            bySuite, o => o.CancelFor(CancelReasons.PaymentTimeout, DateTimeOffset.UtcNow), CancellationToken.None);

        await HearAsync(_room.Customer);

        Assert.That((await FindAsync(byHand)).StateReason, Is.Empty);
        Assert.That((await FindAsync(bySuite)).StateReason, Is.EqualTo("payment_timeout"));
        Assert.That(await _room.CountAsync($"order_history WHERE state_reason = '{typed}'"), Is.Zero);
        Assert.That(await _room.CountAsync($"idempotency WHERE position('Ada Lane'::bytea IN response) > 0"), Is.Zero);
        var repeated = await CancelAsync(byHand, typed, key);
        Assert.That((repeated.State, repeated.StateReason, repeated.Version), Is.EqualTo((State.Cancelled, string.Empty, 2L)));
    }

    [Test]
    public async Task What_people_typed_with_a_fulfilment_or_a_refund_is_erased_too_and_not_kept_once_the_customer_is_gone()
    {
        const string typed = "left at Ada Lane 7";
        var order = await _room.ConfirmOneAsync(_room.Request(("tea", 2)));
        await _room.FulfilAsync(order, note: typed);
        await _room.RefundAsync(order, new Suite.Contracts.Orders.V1.RefundOrderRequest { Amount = new() { CurrencyCode = "EUR", Units = 1 }, Reason = typed });
        var refused = await _room.ConfirmOneAsync();
        _room.Payments.Refusals.Enqueue(FulfilTests.Refusal(Suite.Platform.Errors.DomainError.ProviderRefused("payments/1", "expired")));
        await FulfilTests.RefusedAsync(() => _room.FulfilAsync(refused, note: typed), Suite.Contracts.Common.V1.ErrorReason.ProviderRefused);

        await HearAsync(_room.Customer);
        var told = await _room.CountAsync(ToldText);
        await _room.RefundAsync(order, new Suite.Contracts.Orders.V1.RefundOrderRequest { Reason = typed });

        Assert.That(await _room.CountAsync("order_history WHERE note LIKE '%Ada%'"), Is.Zero);
        Assert.That(await _room.CountAsync("order_steps WHERE reason LIKE '%Ada%'"), Is.Zero);
        Assert.That(await _room.CountAsync(ToldText), Is.EqualTo(told), "nobody is told of it any more");
        Assert.That((await _room.ToldAsync(refused)).Select(e => e.Reason), Does.Contain("expired"), "a word of the provider's stays");
        Assert.That((await FindAsync(order)).State, Is.EqualTo(State.Refunded), "money is given back all the same");
    }

    [Test]
    public async Task An_order_that_is_being_fulfilled_when_its_customer_goes_is_finished_first()
    {
        var order = await _room.ConfirmOneAsync();
        _room.Payments.Faults.Enqueue((Grpc.Core.StatusCode.Unavailable, true));
        await FulfilTests.RefusedAsync(() => _room.FulfilAsync(order), Suite.Contracts.Common.V1.ErrorReason.RequestInProgress);

        await HearAsync(_room.Customer);
        await _room.Get<IEnumerable<Microsoft.Extensions.Hosting.IHostedService>>().OfType<SweepDepartures>().Single().SweepAsync(CancellationToken.None);
        Assert.That((await FindAsync(order)).State, Is.EqualTo(State.Confirmed));
        await _room.ResumeAsync();

        Assert.That((await FindAsync(order)).State, Is.EqualTo(State.Fulfilled));
    }

    [Test]
    public async Task An_order_that_slipped_in_after_the_deletion_was_heard_is_cancelled_by_the_sweep()
    {
        await HearAsync(_room.Customer);
        var late = await _room.PlaceOneAsync();
        var sweep = _room.Get<IEnumerable<Microsoft.Extensions.Hosting.IHostedService>>().OfType<SweepDepartures>().Single();

        await sweep.SweepAsync(CancellationToken.None);
        await sweep.SweepAsync(CancellationToken.None);

        Assert.That((await FindAsync(late)).StateReason, Is.EqualTo("customer_deleted"));
        Assert.That(await _room.EventsAsync(late), Is.EqualTo(new[] { "OrderPlaced", "OrderCancelled" }));
    }

    [Test]
    public void A_deletion_with_a_malformed_name_is_poison() =>
        Assert.That(() => HearAsync("users/7"), Throws.TypeOf<PoisonMessageException>());

    private async Task<Suite.Orders.Domain.Order> FindAsync(Guid order) =>
        (await _room.Get<OrderStore>().FindAsync(order, CancellationToken.None))!;

    private Task<Suite.Contracts.Orders.V1.Order> CancelAsync(Guid order, string reason, RequestKey key) =>
        _room.Get<CancelOrder>().RunAsync(key, order, reason, string.Empty, Callers.Backend, CancellationToken.None);

    private Task HearAsync(string user)
    {
        var message = new IncomingMessage
        {
            Id = Guid.CreateVersion7(),
            Type = UserDeleted.Descriptor.FullName,
            Topic = "suite.user.v1",
            Key = user,
            Body = new UserDeleted { User = user, Version = 2 }.ToByteArray(),
            Time = DateTimeOffset.UtcNow,
            TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        };
        return _room.Database.InTransactionAsync(
            (transaction, token) => _room.Get<UserEventsHandler>().HandleAsync([message], transaction, token), CancellationToken.None);
    }
}
