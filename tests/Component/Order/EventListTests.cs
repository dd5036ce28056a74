using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;
using Suite.Orders.Features;
using Suite.Platform.Errors;
using Suite.Platform.Security;
using Suite.Tests.Component.Security;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;

namespace Suite.Tests.Component.Orders;

internal sealed class EventListTests
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
    public async Task Events_are_walked_page_by_page_in_order_and_numbered_without_a_gap()
    {
        var order = await _room.FulfilOneAsync(_room.Request(("tea", 4)));
        _room.Payments.Refusals.Enqueue(FulfilTests.Refusal(DomainError.ProviderRefused("payments/1", "closed")));
        await FulfilTests.RefusedAsync(() => _room.RefundAsync(order), ErrorReason.ProviderRefused);
        await _room.RefundAsync(order);

        var pages = new List<ListOrderEventsResponse>();
        do
        {
            pages.Add(await ListAsync(order, Callers.Backend, pages.LastOrDefault()?.NextPageToken ?? string.Empty, size: 3));
        }
        while (pages[^1].NextPageToken.Length > 0);

        Assert.That(pages.Select(page => page.Events.Count), Is.EqualTo(new[] { 3, 3, 2 }));
        var events = pages.SelectMany(page => page.Events).ToList();
        Assert.That(events, Is.EqualTo(await _room.ToldAsync(order)), "a page changes nothing of what is told");
        Assert.That(events.Select(e => e.Sequence), Is.EqualTo(Enumerable.Range(1, 8)));
        Assert.That(events.Select(e => (e.Type, e.Version)), Is.EqualTo(new[]
        {
            (EventType.Placed, 1L), (EventType.Confirmed, 2L), (EventType.FulfillmentStarted, 2L), (EventType.Fulfilled, 3L),
            (EventType.RefundStarted, 3L), (EventType.RefundFailed, 3L), (EventType.RefundStarted, 3L), (EventType.Refunded, 4L),
        }));
        Assert.That(events.Zip(events.Skip(1), (a, b) => b.EventTime.ToDateTimeOffset() - a.EventTime.ToDateTimeOffset()), Is.All.GreaterThanOrEqualTo(TimeSpan.Zero));
    }

    [Test]
    public async Task Times_never_run_backwards_whatever_the_clocks_of_replicas_are()
    {
        var clock = new TestClock();
        clock.Advance(TimeSpan.FromMinutes(5));
        await using var ahead = await OrderRoom.JoinAsync(_room, clock);
        var order = await _room.FulfilOneAsync(_room.Request(("tea", 4)));
        _room.Payments.Refusals.Enqueue(FulfilTests.Refusal(DomainError.ProviderRefused("payments/1", "closed")));
        await FulfilTests.RefusedAsync(() => ahead.RefundAsync(order), ErrorReason.ProviderRefused);

        await _room.RefundAsync(order);

        var events = await _room.ToldAsync(order);
        Assert.That(events.Select(e => e.Type), Is.EqualTo(new[]
        {
            EventType.Placed, EventType.Confirmed, EventType.FulfillmentStarted, EventType.Fulfilled,
            EventType.RefundStarted, EventType.RefundFailed, EventType.RefundStarted, EventType.Refunded,
        }));
        var times = events.Select(e => e.EventTime.ToDateTimeOffset()).ToList();
        Assert.That(times[4] - times[3], Is.GreaterThan(TimeSpan.FromMinutes(4)), "the clock of the other is ahead");
        Assert.That(times, Is.Ordered);
    }

    [Test]
    public async Task A_customer_is_told_of_their_own_orders_alone()
    {
        var owner = Callers.User(_room.Customer);
        var order = Guid.Parse((await _room.PlaceAsync(caller: owner)).Name["orders/".Length..]);
        var other = Callers.User($"users/{Guid.CreateVersion7()}");

        Assert.That((await ListAsync(order, owner)).Events.Single() is { Type: EventType.Placed, Sequence: 1 } placed && placed.Actor == owner.Name);
        foreach (var (caller, name) in ((Caller, Guid)[])[(other, order), (owner, Guid.CreateVersion7())])
        {
            await FulfilTests.RefusedAsync(() => ListAsync(name, caller), ErrorReason.ResourceNotFound);
        }
    }

    private Task<ListOrderEventsResponse> ListAsync(Guid order, Caller caller, string token = "", int size = 0) => _room.Get<ListOrderEvents>().RunAsync(
        new ListOrderEventsRequest { Parent = $"orders/{order}", PageSize = size, PageToken = token }, caller, CancellationToken.None);
}
