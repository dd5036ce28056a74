using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Payments.V1;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Monetary;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.Component.Orders;

internal sealed class FulfilTests
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
    public async Task A_confirmed_order_is_captured_once_and_fulfilled()
    {
        var order = await _room.ConfirmOneAsync(_room.Request(("tea", 3), ("pot", 1)));
        var key = OrderRoom.NewKey();

        var fulfilled = await _room.FulfilAsync(order, key, note: "parcel 7");
        var again = await _room.FulfilAsync(order, key, note: "parcel 7");

        Assert.That((fulfilled.State, fulfilled.Version, fulfilled.StateReason), Is.EqualTo((State.Fulfilled, 3L, string.Empty)));
        Assert.That(again, Is.EqualTo(fulfilled));
        Assert.That(_room.Payments.Done.Values, Is.EqualTo(new[] { 2749 }));
        Assert.That(await _room.EventsAsync(order), Is.EqualTo(new[] { "OrderPlaced", "OrderConfirmed", "OrderStepStarted", "OrderFulfilled" }));
        var told = await _room.ToldAsync(order);
        Assert.That(told.Select(e => (e.Sequence, e.Type)), Is.EqualTo(new[]
        {
            (1L, EventType.Placed), (2L, EventType.Confirmed), (3L, EventType.FulfillmentStarted), (4L, EventType.Fulfilled),
        }));
        Assert.That(told.Skip(2).Select(e => (e.Reason, e.Step, e.Amount)), Is.All.EqualTo(("parcel 7", _room.Payments.Done.Keys.Single(), fulfilled.Total)));
        Assert.That(told.Select(e => e.Actor), Is.EqualTo(new[] { Security.Callers.Backend.Name, "services/payment", Security.Callers.Backend.Name, Security.Callers.Backend.Name }));
    }

    [Test]
    public async Task An_order_that_costs_nothing_is_fulfilled_without_Payment()
    {
        await _room.AddProductAsync("sample", 0);
        var order = await _room.ConfirmOneAsync(_room.Request(("sample", 2)));

        Assert.That((await _room.FulfilAsync(order)).State, Is.EqualTo(State.Fulfilled));
        Assert.That(_room.Payments.Asked, Is.Empty);
        await RefusedAsync(() => _room.RefundAsync(order), ErrorReason.AmountNotAvailable);
    }

    [Test]
    public async Task A_refusal_is_kept_as_the_answer_and_the_order_is_confirmed_as_before()
    {
        var order = await _room.ConfirmOneAsync();
        var key = OrderRoom.NewKey();
        _room.Payments.Refusals.Enqueue(Refusal(DomainError.ProviderRefused("payments/1", "expired")));

        var first = await RefusedAsync(() => _room.FulfilAsync(order, key), ErrorReason.ProviderRefused);
        var second = await RefusedAsync(() => _room.FulfilAsync(order, key), ErrorReason.ProviderRefused);

        Assert.That(first.Details["decline_reason"], Is.EqualTo("expired"));
        Assert.That(second.ToStatus(), Is.EqualTo(first.ToStatus()));
        Assert.That(_room.Payments.Asked, Has.Count.EqualTo(1));
        var found = await _room.FindAsync(order);
        Assert.That((found.State, found.FulfilmentId, found.Version), Is.EqualTo((State.Confirmed, default(Guid?), 2L)));
        Assert.That((await _room.ToldAsync(order))[^1] is { Type: EventType.FulfillmentFailed, Reason: "expired", Actor: "services/payment" });
        Assert.That((await _room.FulfilAsync(order)).State, Is.EqualTo(State.Fulfilled), "another call is another attempt");
        await RefusedAsync(() => _room.FulfilAsync(order, key), ErrorReason.ProviderRefused);
    }

    [Test]
    public async Task What_the_state_forbids_is_refused_and_answered_the_same_when_it_is_asked_again()
    {
        var order = await _room.PlaceOneAsync();
        var key = OrderRoom.NewKey();
        await RefusedAsync(() => _room.FulfilAsync(order, key), ErrorReason.OrderStateConflict);
        await _room.HearAsync(order, new PaymentAuthorized { Order = $"orders/{order}", Payment = $"payments/{Guid.CreateVersion7()}" });

        await RefusedAsync(() => _room.FulfilAsync(order, key), ErrorReason.OrderStateConflict);
        await RefusedAsync(() => _room.FulfilAsync(order, new RequestKey(key.Id, new byte[31])), ErrorReason.RequestIdReused);
        await RefusedAsync(() => _room.FulfilAsync(order, etag: "1"), ErrorReason.EtagMismatch);
        Assert.That((await _room.FulfilAsync(order, etag: "2")).State, Is.EqualTo(State.Fulfilled));
        await RefusedAsync(() => _room.CancelAsync(order), ErrorReason.OrderStateConflict);
        await RefusedAsync(() => _room.FulfilAsync(Guid.CreateVersion7()), ErrorReason.ResourceNotFound);
    }

    // killbill 1015, hyperswitch 3751: an outcome that is not known is neither a success nor a failure, and nothing else is begun.
    [TestCase(StatusCode.Unavailable, true)]
    [TestCase(StatusCode.Unavailable, false)]
    [TestCase(StatusCode.DeadlineExceeded, true)]
    [TestCase(StatusCode.Aborted, false)]
    [TestCase(StatusCode.Internal, true)]
    public async Task An_outcome_that_is_not_known_leaves_the_step_open_until_the_same_id_finds_it(StatusCode code, bool isDone)
    {
        var order = await _room.ConfirmOneAsync();
        var key = OrderRoom.NewKey();
        _room.Payments.Faults.Enqueue((code, isDone));

        var error = await RefusedAsync(() => _room.FulfilAsync(order, key), ErrorReason.RequestInProgress);

        Assert.That(error.RetryAfter, Is.Not.Null);
        Assert.That((await _room.FindAsync(order)).State, Is.EqualTo(State.Confirmed));
        await RefusedAsync(() => _room.CancelAsync(order), ErrorReason.StepInProgress);
        await RefusedAsync(() => _room.FulfilAsync(order), ErrorReason.StepInProgress);
        await RefusedAsync(() => _room.RefundAsync(order), ErrorReason.StepInProgress);
        Assert.That((await _room.FulfilAsync(order, key)).State, Is.EqualTo(State.Fulfilled));
        Assert.That(_room.Payments.Done, Has.Count.EqualTo(1));
        Assert.That(_room.Payments.Asked.Distinct().Count(), Is.EqualTo(1), "asked with one id");
    }

    [Test]
    public async Task A_step_whose_replica_died_is_resumed_by_any_other_with_the_same_id()
    {
        var order = await _room.ConfirmOneAsync();
        var key = OrderRoom.NewKey();
        using var gone = new CancellationTokenSource();
        _room.Payments.Delay = new TaskCompletionSource().Task;
        var call = _room.FulfilAsync(order, key, cancellationToken: gone.Token);
        await Eventually.That(() => Task.FromResult(_room.Payments.Asked.Count), Is.EqualTo(1));
        await gone.CancelAsync();
        Assert.That(async () => await call, Throws.InstanceOf<OperationCanceledException>());
        _room.Payments.Delay = Task.CompletedTask;

        await using var other = await OrderRoom.JoinAsync(_room);
        await other.ResumeAsync();

        Assert.That((await _room.FindAsync(order)).State, Is.EqualTo(State.Fulfilled));
        Assert.That(_room.Payments.Asked, Has.Count.EqualTo(2));
        Assert.That(_room.Payments.Asked.Distinct().Count(), Is.EqualTo(1));
        Assert.That((await _room.FulfilAsync(order, key)).State, Is.EqualTo(State.Fulfilled), "the caller finds its answer");
    }

    // medusa 13301, saleor 14648, hyperswitch 9926: the reply and the event are one command, in any order and number.
    [Test]
    public async Task The_event_and_the_reply_are_one_command_whichever_comes_first()
    {
        var order = await _room.ConfirmOneAsync();
        var key = OrderRoom.NewKey();
        _room.Payments.Faults.Enqueue((StatusCode.Unavailable, true));
        await RefusedAsync(() => _room.FulfilAsync(order, key), ErrorReason.RequestInProgress);
        var captured = Captured(order, Guid.Parse(_room.Payments.Asked.Single()), 250);

        await _room.HearAsync(order, captured, captured);
        await _room.HearAsync(order, captured);
        var answer = await _room.FulfilAsync(order, key);
        await _room.ResumeAsync();

        Assert.That((answer.State, answer.Version), Is.EqualTo((State.Fulfilled, 3L)));
        Assert.That(_room.Payments.Asked, Has.Count.EqualTo(1), "the event had ended it");
        Assert.That(await _room.EventsAsync(order), Is.EqualTo(new[] { "OrderPlaced", "OrderConfirmed", "OrderStepStarted", "OrderFulfilled" }));
        Assert.That((await _room.ToldAsync(order))[^1].Actor, Is.EqualTo(Security.Callers.Backend.Name), "it is still theirs who asked");
    }

    [Test]
    public async Task Fifty_fulfils_and_cancels_at_once_on_two_replicas_end_one_way()
    {
        await using var other = await OrderRoom.JoinAsync(_room);
        for (var round = 0; round < 3; round++)
        {
            var order = await _room.ConfirmOneAsync();
            var asked = _room.Payments.Done.Count;
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(async () =>
            {
                var room = i % 2 == 0 ? _room : other;
                var key = OrderRoom.NewKey();
                try
                {
                    return (await OrderRoom.InsistAsync(() => i % 5 == 0 ? room.CancelAsync(order, key) : room.FulfilAsync(order, key))).State;
                }
                catch (DomainException e) when (e.Reason is ErrorReason.OrderStateConflict or ErrorReason.StepInProgress)
                {
                    return State.Unspecified;
                }
            })));

            var found = await _room.FindAsync(order);
            Assert.That(outcomes.Where(state => state != State.Unspecified), Is.EqualTo(new[] { found.State }), "one of them did it");
            Assert.That(_room.Payments.Done, Has.Count.EqualTo(asked + (found.State == State.Fulfilled ? 1 : 0)));
            Assert.That(found.Version, Is.EqualTo(3));
        }
    }

    [Test]
    public async Task The_same_fulfil_many_times_at_once_is_one()
    {
        await using var other = await OrderRoom.JoinAsync(_room);
        var order = await _room.ConfirmOneAsync();
        var key = OrderRoom.NewKey();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => OrderRoom.InsistAsync(() => (i % 2 == 0 ? _room : other).FulfilAsync(order, key)))));

        Assert.That(answers.Distinct().Count(), Is.EqualTo(1));
        Assert.That(_room.Payments.Done, Has.Count.EqualTo(1));
        Assert.That((await _room.ToldAsync(order)).Select(e => e.Type).Skip(2), Is.EqualTo(new[] { EventType.FulfillmentStarted, EventType.Fulfilled }));
    }

    [Test]
    public async Task A_payment_that_a_backend_captures_itself_moves_the_order_too()
    {
        var order = await _room.ConfirmOneAsync();
        var step = Guid.NewGuid();

        await _room.HearAsync(order, Captured(order, step, 250));

        Assert.That((await _room.FindAsync(order)).State, Is.EqualTo(State.Fulfilled));
        Assert.That((await _room.ToldAsync(order))[^1] is { Type: EventType.Fulfilled, Actor: "services/payment" } told && told.Step == step.ToString());
    }

    [TestCase("authorization_expired", "authorization_expired")]
    [TestCase("what somebody typed", "payment_voided")]
    public async Task A_hold_that_is_released_ends_the_order_and_a_fulfilment_that_was_running(string told, string reason)
    {
        var order = await _room.ConfirmOneAsync();
        var key = OrderRoom.NewKey();
        _room.Payments.Faults.Enqueue((StatusCode.Unavailable, false));
        await RefusedAsync(() => _room.FulfilAsync(order, key), ErrorReason.RequestInProgress);

        await _room.HearAsync(order, new PaymentVoided { Order = $"orders/{order}", Payment = "payments/1", Reason = told });

        var found = await _room.FindAsync(order);
        Assert.That((found.State, found.StateReason, found.FulfilmentId), Is.EqualTo((State.Cancelled, reason, default(Guid?))));
        await RefusedAsync(() => _room.FulfilAsync(order, key), ErrorReason.ProviderRefused);
        Assert.That(await _room.CountAsync("order_steps WHERE state = 3"), Is.EqualTo(1));
    }

    [Test]
    public async Task Several_events_of_one_order_in_a_batch_happen_one_after_the_other()
    {
        var order = await _room.PlaceOneAsync();
        var payment = $"payments/{Guid.CreateVersion7()}";
        var name = $"orders/{order}";

        await _room.HearAsync(
            order,
            new PaymentActionRequired { Order = name, Payment = payment, ExpireTime = new Timestamp() },
            new PaymentAuthorized { Order = name, Payment = payment },
            Captured(order, Guid.NewGuid(), 250),
            Refunded(order, Guid.NewGuid(), 100),
            Refunded(order, Guid.NewGuid(), 150));

        var found = await _room.FindAsync(order);
        Assert.That((found.State, found.Version, found.RefundedMinor), Is.EqualTo((State.Refunded, 6L, 250L)));
        Assert.That(await _room.EventsAsync(order), Is.EqualTo(new[]
        {
            "OrderPlaced", "OrderActionRequired", "OrderConfirmed", "OrderFulfilled", "OrderRefunded", "OrderRefunded",
        }));
        Assert.That((await _room.ToldAsync(order)).Select(e => (e.Version, e.State)), Is.EqualTo(new[]
        {
            (1L, State.Pending), (2L, State.Pending), (3L, State.Confirmed), (4L, State.Fulfilled), (5L, State.PartiallyRefunded), (6L, State.Refunded),
        }));
    }

    internal static PaymentCaptured Captured(Guid order, Guid step, long minor) => new()
    {
        Order = $"orders/{order}",
        Payment = $"payments/{Guid.CreateVersion7()}",
        Step = step.ToString(),
        Amount = new MoneyAmount(minor, "EUR").ToProto(),
        Final = true,
    };

    internal static PaymentRefunded Refunded(Guid order, Guid step, long minor) => new()
    {
        Order = $"orders/{order}",
        Payment = $"payments/{Guid.CreateVersion7()}",
        Step = step.ToString(),
        Amount = new MoneyAmount(minor, "EUR").ToProto(),
    };

    internal static RpcException Refusal(DomainException error) => error.ToRpcException();

    internal static async Task<DomainException> RefusedAsync(Func<Task> call, ErrorReason reason)
    {
        var error = await Assert.ThrowsAsync<DomainException>(() => call());
        Assert.That(error!.Reason, Is.EqualTo(reason));
        return error;
    }
}
