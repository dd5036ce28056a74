using NUnit.Framework;
using Suite.Contracts.Orders.V1;
using Suite.Orders.Events;
using Suite.Orders.Features;
using Suite.Platform.Messaging;

namespace Suite.Tests.Unit.Orders;

internal sealed class OrderChangesTests
{
    private readonly OrderChanges _changes = new();
    private readonly Guid _order = Guid.CreateVersion7();

    [Test]
    public void A_change_wakes_everybody_who_waits_for_that_order_and_nobody_else()
    {
        var first = _changes.NextAsync(_order);
        var second = _changes.NextAsync(_order);
        var other = _changes.NextAsync(Guid.CreateVersion7());

        _changes.Changed(_order);

        Assert.That((first.IsCompleted, second.IsCompleted, other.IsCompleted), Is.EqualTo((true, true, false)));
    }

    [Test]
    public void Whoever_waits_after_a_change_waits_for_the_next_one()
    {
        _changes.Changed(_order);
        var next = _changes.NextAsync(_order);
        Assert.That(next.IsCompleted, Is.False);

        _changes.Changed(_order);
        Assert.That(next.IsCompleted, Is.True);
    }

    [Test]
    public void Nothing_is_kept_for_orders_nobody_waits_for()
    {
        var changes = new OrderChanges();
        for (var i = 0; i < 1000; i++)
        {
            var order = Guid.CreateVersion7();
            changes.Changed(order);
            _ = changes.NextAsync(order);
            changes.Forget(order);
        }

        Assert.That(changes.Count, Is.Zero);
    }

    [Test]
    public void A_nudge_is_a_change_and_a_key_that_is_no_order_is_not()
    {
        var nudges = new OrderNudges(_changes);
        var next = _changes.NextAsync(_order);

        nudges.Hear(Message("nonsense"));
        Assert.That(next.IsCompleted, Is.False);

        nudges.Hear(Message(_order.ToString()));
        Assert.That(next.IsCompleted, Is.True);
    }

    private static IncomingMessage Message(string key) => new()
    {
        Id = Guid.CreateVersion7(),
        Type = OrderPlaced.Descriptor.FullName,
        Topic = "suite.order.v1",
        Key = key,
        Body = ReadOnlyMemory<byte>.Empty,
        Time = DateTimeOffset.UtcNow,
    };
}
