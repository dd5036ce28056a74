using Google.Protobuf;
using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Payments.V1;
using Suite.Orders.Events;
using Suite.Orders.Features;
using Suite.Orders.Storage;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Messaging;
using Suite.Platform.Postgres;
using Suite.Tests.Component.Security;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.Component.Orders;

internal sealed class ChangeTests
{
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
    public async Task A_cancel_that_meets_an_authorization_always_ends_cancelled_with_a_history_in_order()
    {
        for (var i = 0; i < 40; i++)
        {
            var order = await _room.PlaceOneAsync();
            await Task.WhenAll(Task.Run(() => CancelAsync(order)), Task.Run(() => HearAsync(Authorized(order))));

            var found = await _room.Get<OrderStore>().FindAsync(order, CancellationToken.None);
            Assert.That(found!.State, Is.EqualTo(State.Cancelled));
            var history = await _room.Get<OrderHistory>().StatesAsync(found, 0, CancellationToken.None);
            Assert.That(history.Select(h => h.Version), Is.EqualTo(Enumerable.Range(1, history.Count)));
            Assert.That(await _room.EventsAsync(order), Is.AnyOf(
                new[] { "OrderPlaced", "OrderCancelled" },
                new[] { "OrderPlaced", "OrderConfirmed", "OrderCancelled" }));
        }
    }

    [Test]
    public async Task More_cancels_at_once_than_there_are_connections_all_finish()
    {
        var orders = await Task.WhenAll(Enumerable.Range(0, 120).Select(_ => _room.PlaceOneAsync()));

        var cancelled = await Task.WhenAll(orders.Select(order => Task.Run(() => CancelAsync(order)))).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.That(cancelled.Select(o => o.State), Is.All.EqualTo(State.Cancelled));
        Assert.That(cancelled.Select(o => o.Lines.Count), Is.All.EqualTo(1));
    }

    [Test]
    public async Task The_same_cancel_twice_happens_once_and_another_one_is_refused()
    {
        var order = await _room.PlaceOneAsync();
        var key = new RequestKey(Guid.NewGuid(), new byte[32]);

        var first = await CancelAsync(order, key);
        var second = await CancelAsync(order, key);
        var error = await Assert.ThrowsAsync<DomainException>(() => CancelAsync(order));

        Assert.That(second, Is.EqualTo(first));
        Assert.That(error!.Reason, Is.EqualTo(ErrorReason.OrderStateConflict));
        Assert.That(await _room.EventsAsync(order), Is.EqualTo(new[] { "OrderPlaced", "OrderCancelled" }));
    }

    [Test]
    public async Task A_cancel_with_an_old_etag_changes_nothing()
    {
        var order = await _room.PlaceOneAsync();
        await HearAsync(Authorized(order));

        var error = await Assert.ThrowsAsync<DomainException>(() => CancelAsync(order, etag: "1"));

        Assert.That(error!.Reason, Is.EqualTo(ErrorReason.EtagMismatch));
        Assert.That((await _room.Get<OrderStore>().FindAsync(order, CancellationToken.None))!.State, Is.EqualTo(State.Confirmed));
        Assert.That((await CancelAsync(order, etag: "2")).State, Is.EqualTo(State.Cancelled));
    }

    [Test]
    public async Task Cancelling_an_order_that_never_was_is_not_found()
    {
        var error = await Assert.ThrowsAsync<DomainException>(() => CancelAsync(Guid.CreateVersion7()));

        Assert.That(error!.Reason, Is.EqualTo(ErrorReason.ResourceNotFound));
    }

    [Test]
    public async Task A_batch_of_outcomes_changes_each_order_once()
    {
        var orders = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => _room.PlaceOneAsync()));
        var messages = orders.Select((order, i) => i % 3 == 0 ? Declined(order) : Authorized(order)).ToArray();

        await HearAsync([.. messages, Authorized(Guid.CreateVersion7()), .. messages]);

        Assert.That(await _room.CountAsync("orders WHERE state = 2 AND payment_id IS NOT NULL AND version = 2"), Is.EqualTo(20));
        Assert.That(await _room.CountAsync("orders WHERE state = 3 AND state_reason = 'card_declined' AND version = 2"), Is.EqualTo(10));
        Assert.That(await _room.CountAsync("outbox"), Is.EqualTo(60));
    }

    [Test]
    public async Task An_event_goes_on_with_the_trace_of_the_message_it_follows_from()
    {
        const string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        var order = await _room.PlaceOneAsync();

        await HearAsync(Authorized(order) with { TraceParent = trace });

        Assert.That(await _room.CountAsync($"outbox WHERE type = 'suite.order.v1.OrderConfirmed' AND traceparent = '{trace}'"), Is.EqualTo(1));
    }

    [Test]
    public async Task An_outcome_with_a_malformed_name_is_poison()
    {
        var order = await _room.PlaceOneAsync();
        var message = Message(order, new PaymentAuthorized { Order = $"orders/{order}", Payment = "payments/nonsense" });

        Assert.That(async () => await HearAsync(message), Throws.TypeOf<PoisonMessageException>());
    }

    private Task<Suite.Contracts.Orders.V1.Order> CancelAsync(Guid order, RequestKey? key = null, string etag = "") =>
        _room.Get<CancelOrder>().RunAsync(key ?? new RequestKey(Guid.NewGuid(), new byte[32]), order, "changed my mind", etag, Callers.Backend, CancellationToken.None);

    private Task HearAsync(params IncomingMessage[] messages) => _room.Database.InTransactionAsync(
        (transaction, token) => _room.Get<PaymentEventsHandler>().HandleAsync(messages, transaction, token), CancellationToken.None);

    private static IncomingMessage Authorized(Guid order) =>
        Message(order, new PaymentAuthorized { Order = $"orders/{order}", Payment = $"payments/{Guid.CreateVersion7()}" });

    private static IncomingMessage Declined(Guid order) =>
        Message(order, new PaymentDeclined { Order = $"orders/{order}", Payment = $"payments/{Guid.CreateVersion7()}", Reason = "card_declined" });

    private static IncomingMessage Message(Guid order, IMessage body) => new()
    {
        Id = Guid.CreateVersion7(),
        Type = body.Descriptor.FullName,
        Topic = "suite.payment.v1",
        Key = order.ToString(),
        Body = body.ToByteArray(),
        Time = DateTimeOffset.UtcNow,
    };
}
