using Grpc.Core;
using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Platform.Errors;
using Suite.Platform.Monetary;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.Component.Orders;

internal sealed class RefundTests
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
    public async Task Money_is_given_back_by_amount_by_units_and_whole_until_nothing_is_left()
    {
        var order = await _room.FulfilOneAsync(_room.Request(("tea", 3), ("pot", 1)));

        var some = await _room.RefundAsync(order, Amount(1000));
        Assert.That((some.State, some.RefundedAmount.Units, some.Lines.Select(l => l.RefundedAmount).Sum(Minor)), Is.EqualTo((State.PartiallyRefunded, 10L, 1000L)));
        // 1000 of 750 and 1999: 272.8 and 727.2.
        Assert.That(some.Lines.Select(l => Minor(l.RefundedAmount)), Is.EqualTo(new[] { 273, 727 }));
        var units = await _room.RefundAsync(order, new RefundOrderRequest { Lines = { new RefundLine { LineNumber = 1, Quantity = 1 } }, Reason = "broken" });
        Assert.That(units.Lines.Select(l => (Minor(l.RefundedAmount), l.RefundedQuantity)), Is.EqualTo(new[] { (523L, 1), (727L, 0) }));
        var rest = await _room.RefundAsync(order);

        Assert.That((rest.State, Minor(rest.RefundedAmount), rest.Version), Is.EqualTo((State.Refunded, 2749L, 6L)));
        Assert.That(_room.Payments.Done.Values, Is.EqualTo(new[] { 2749, 1000, 250, 1499 }));
        await RefusedAsync(() => _room.RefundAsync(order), ErrorReason.AmountNotAvailable);
        Assert.That((await _room.FindAsync(order)).ToProto(), Is.EqualTo(rest), "what was answered is what is read");
        var told = await _room.ToldAsync(order);
        Assert.That(told.Skip(4).Select(e => e.Type), Is.EqualTo(Enumerable.Repeat(new[] { EventType.RefundStarted, EventType.Refunded }, 3).SelectMany(t => t)));
        Assert.That(told[6].Reason, Is.EqualTo("broken"));
    }

    [Test]
    public async Task What_is_wrong_with_a_refund_has_its_status_and_changes_nothing()
    {
        var order = await _room.FulfilOneAsync(_room.Request(("tea", 2)));
        var before = await _room.FindAsync(order);

        await RefusedAsync(() => _room.RefundAsync(order, Amount(501)), ErrorReason.AmountNotAvailable);
        await RefusedAsync(() => _room.RefundAsync(order, Amount(long.MaxValue)), ErrorReason.AmountNotAvailable);
        await RefusedAsync(() => _room.RefundAsync(order, Amount(100, "USD")), ErrorReason.CurrencyMismatch);
        await RefusedAsync(() => _room.RefundAsync(order, Amount(0)), ErrorReason.InvalidRequest);
        await RefusedAsync(() => _room.RefundAsync(order, Amount(-5)), ErrorReason.InvalidRequest);
        await RefusedAsync(() => _room.RefundAsync(order, Lines((1, 3))), ErrorReason.QuantityNotAvailable);
        await RefusedAsync(() => _room.RefundAsync(order, Lines((2, 1))), ErrorReason.InvalidRequest);
        await RefusedAsync(() => _room.RefundAsync(order, Lines((1, 1), (1, 1))), ErrorReason.InvalidRequest);
        var both = Lines((1, 1));
        both.Amount = Amount(1).Amount;
        await RefusedAsync(() => _room.RefundAsync(order, both), ErrorReason.InvalidRequest);
        var digits = new RefundOrderRequest { Amount = new Google.Type.Money { CurrencyCode = "EUR", Nanos = 1_000_000 } };
        await RefusedAsync(() => _room.RefundAsync(order, digits), ErrorReason.AmountOutOfRange);
        var stale = Amount(1);
        stale.Etag = "1";
        await RefusedAsync(() => _room.RefundAsync(order, stale), ErrorReason.EtagMismatch);
        await RefusedAsync(async () => await _room.RefundAsync(await _room.ConfirmOneAsync()), ErrorReason.OrderStateConflict);

        Assert.That((await _room.FindAsync(order)).ToProto(), Is.EqualTo(before.ToProto()));
        Assert.That(await _room.CountAsync("order_steps WHERE kind = 2"), Is.Zero);
        Assert.That(_room.Payments.Asked, Has.Count.EqualTo(1), "the capture alone");
    }

    [Test]
    public async Task The_same_refund_gets_the_same_answer_also_when_it_was_an_error()
    {
        var order = await _room.FulfilOneAsync(_room.Request(("tea", 2)));
        var (tooMuch, refused, done) = (OrderRoom.NewKey(), OrderRoom.NewKey(), OrderRoom.NewKey());
        await RefusedAsync(() => _room.RefundAsync(order, Amount(501), tooMuch), ErrorReason.AmountNotAvailable);
        _room.Payments.Refusals.Enqueue(FulfilTests.Refusal(DomainError.FailedPrecondition(ErrorReason.PaymentDisputed, "payments/1", "disputed")));
        await RefusedAsync(() => _room.RefundAsync(order, Amount(200), refused), ErrorReason.PaymentDisputed);
        var first = await _room.RefundAsync(order, Amount(500), done);

        var error = await RefusedAsync(() => _room.RefundAsync(order, Amount(501), tooMuch), ErrorReason.AmountNotAvailable);
        Assert.That(error.Details["available"], Is.EqualTo("500"), "as it was then");
        await RefusedAsync(() => _room.RefundAsync(order, Amount(200), refused), ErrorReason.PaymentDisputed);
        Assert.That(await _room.RefundAsync(order, Amount(500), done), Is.EqualTo(first));
        Assert.That(_room.Payments.Asked, Has.Count.EqualTo(3));
        Assert.That((await _room.ToldAsync(order)).Single(e => e.Type == EventType.RefundFailed) is { Reason: "payment_disputed", State: State.Fulfilled });
    }

    // hyperswitch 13182: two refunds of 60 on 100 at once, one fails, before the provider hears of it.
    [Test]
    public async Task Of_two_refunds_of_sixty_on_a_hundred_at_once_one_fails()
    {
        await _room.AddProductAsync("hundred", 100);
        await using var other = await OrderRoom.JoinAsync(_room);
        for (var round = 0; round < 5; round++)
        {
            var order = await _room.FulfilOneAsync(_room.Request(("hundred", 1)));
            var asked = _room.Payments.Asked.Count;
            var outcomes = await Task.WhenAll(new[] { _room, other }.Select(room => Task.Run(async () =>
            {
                var key = OrderRoom.NewKey();
                try
                {
                    await OrderRoom.InsistAsync(() => room.RefundAsync(order, Amount(60), key));
                    return ErrorReason.Unspecified;
                }
                catch (DomainException e)
                {
                    return e.Reason;
                }
            })));

            Assert.That(outcomes, Is.EquivalentTo(new[] { ErrorReason.Unspecified, ErrorReason.AmountNotAvailable }));
            Assert.That(_room.Payments.Asked, Has.Count.EqualTo(asked + 1), "the provider heard of one");
            Assert.That((await _room.FindAsync(order)).RefundedMinor, Is.EqualTo(60));
        }
    }

    [Test]
    public async Task Fifty_refunds_at_once_on_two_replicas_give_back_no_more_than_was_paid()
    {
        await using var other = await OrderRoom.JoinAsync(_room);
        var order = await _room.FulfilOneAsync(_room.Request(("tea", 4), ("pot", 1)));

        var given = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(async () =>
        {
            var key = OrderRoom.NewKey();
            try
            {
                await OrderRoom.InsistAsync(() => (i % 2 == 0 ? _room : other).RefundAsync(order, i % 3 == 0 ? Lines((1, 1)) : Amount(130), key));
                return 1;
            }
            catch (DomainException e) when (e.Reason is ErrorReason.AmountNotAvailable or ErrorReason.QuantityNotAvailable)
            {
                return 0;
            }
        })));

        var found = await _room.FindAsync(order);
        var done = _room.Payments.Done.Values.Skip(1).ToArray();
        Assert.That(done, Has.Length.EqualTo(given.Sum()));
        Assert.That(found.RefundedMinor, Is.EqualTo(done.Sum()).And.LessThanOrEqualTo(2999).And.GreaterThan(2999 - 130));
        Assert.That(found.Lines.Sum(line => line.RefundedMinor), Is.EqualTo(found.RefundedMinor));
        Assert.That(found.Version, Is.EqualTo(3 + given.Sum()));
        Assert.That(await _room.CountAsync("order_steps WHERE state = 1"), Is.Zero);
    }

    [Test]
    public async Task What_an_open_refund_has_reserved_stays_reserved_until_it_ends()
    {
        var order = await _room.FulfilOneAsync(_room.Request(("tea", 2)));
        _room.Payments.Faults.Enqueue((StatusCode.Unavailable, true));
        await RefusedAsync(() => _room.RefundAsync(order, Lines((1, 1))), ErrorReason.RequestInProgress);

        await RefusedAsync(() => _room.RefundAsync(order, Amount(251)), ErrorReason.AmountNotAvailable);
        await RefusedAsync(() => _room.RefundAsync(order, Lines((1, 2))), ErrorReason.QuantityNotAvailable);
        Assert.That((await _room.FindAsync(order)).RefundedMinor, Is.Zero, "what is not known is not told");
        await _room.ResumeAsync();

        Assert.That((await _room.FindAsync(order)).Lines[0] is { RefundedMinor: 250, RefundedQuantity: 1 });
        Assert.That(_room.Payments.Done, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_refused_step_that_is_told_by_its_event_frees_what_it_had_reserved()
    {
        var order = await _room.FulfilOneAsync(_room.Request(("tea", 2)));
        var key = OrderRoom.NewKey();
        _room.Payments.Faults.Enqueue((StatusCode.Unavailable, false));
        await RefusedAsync(() => _room.RefundAsync(order, Amount(400), key), ErrorReason.RequestInProgress);
        var step = _room.Payments.Asked[^1];

        await _room.HearAsync(order, new PaymentStepRefused { Order = $"orders/{order}", Payment = "payments/1", Step = step, Reason = "expired" });

        await RefusedAsync(() => _room.RefundAsync(order, Amount(400), key), ErrorReason.ProviderRefused);
        Assert.That((await _room.RefundAsync(order, Amount(500))).State, Is.EqualTo(State.Refunded));
    }

    [Test]
    public async Task A_refund_that_a_backend_makes_itself_is_split_over_the_lines_once()
    {
        var order = await _room.FulfilOneAsync(_room.Request(("tea", 2), ("pot", 1)));
        var refunded = FulfilTests.Refunded(order, Guid.NewGuid(), 2000);

        await _room.HearAsync(order, refunded);
        await _room.HearAsync(order, refunded);

        var found = await _room.FindAsync(order);
        Assert.That(found.Lines.Select(line => line.RefundedMinor), Is.EqualTo(new[] { 400, 1600 }));
        Assert.That((await _room.ToldAsync(order))[^1] is { Type: EventType.Refunded, Actor: "services/payment", Version: 4 });
        Assert.That(
            async () => await _room.HearAsync(order, FulfilTests.Refunded(order, Guid.NewGuid(), 500)),
            Throws.InvalidOperationException,
            "more than was paid is for people to look at");
    }

    [Test]
    public async Task A_watch_tells_each_version_with_what_had_been_given_back_by_then()
    {
        var order = await _room.FulfilOneAsync(_room.Request(("tea", 2)));
        await _room.RefundAsync(order, Lines((1, 1)));
        await _room.RefundAsync(order, Amount(100));
        await _room.RefundAsync(order);

        var seen = new List<Suite.Contracts.Orders.V1.Order>();
        await foreach (var state in _room.Get<Suite.Orders.Features.WatchOrder>().RunAsync(order, 1, Security.Callers.Backend, CancellationToken.None))
        {
            seen.Add(state);
        }

        Assert.That(seen.Select(s => (s.State, Minor(s.RefundedAmount), s.Lines[0].RefundedQuantity)), Is.EqualTo(new[]
        {
            (State.Confirmed, 0L, 0), (State.Fulfilled, 0L, 0), (State.PartiallyRefunded, 250L, 1), (State.PartiallyRefunded, 350L, 1), (State.Refunded, 500L, 1),
        }));
    }

    private static long Minor(Google.Type.Money? money) => money is null ? 0 : MoneyAmount.FromProto(money, "m").MinorUnits;

    private static RefundOrderRequest Amount(long minor, string currency = "EUR") => new() { Amount = new MoneyAmount(minor, currency).ToProto() };

    private static RefundOrderRequest Lines(params (int Number, int Quantity)[] lines) =>
        new() { Lines = { lines.Select(line => new RefundLine { LineNumber = line.Number, Quantity = line.Quantity }) } };

    private static Task<DomainException> RefusedAsync(Func<Task> call, ErrorReason reason) => FulfilTests.RefusedAsync(call, reason);
}
