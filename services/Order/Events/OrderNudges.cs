using Suite.Orders.Features;
using Suite.Platform.Messaging;

namespace Suite.Orders.Events;

/// <summary>Hears of every order's changes, whichever replica made them, and wakes the watchers of this one.</summary>
internal sealed class OrderNudges(OrderChanges changes) : IBroadcastHandler
{
    public void Hear(string topic, string key)
    {
        if (Guid.TryParse(key, out var orderId))
        {
            changes.Changed(orderId);
        }
    }
}
