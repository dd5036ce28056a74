using Suite.Orders.Features;
using Suite.Platform.Messaging;
using Suite.Platform.Telemetry;

namespace Suite.Orders.Events;

/// <summary>Hears of every order's changes, whichever replica made them, and wakes the watchers of this one.</summary>
internal sealed class OrderNudges(OrderChanges changes) : IBroadcastHandler
{
    public void Hear(IncomingMessage message)
    {
        if (Guid.TryParse(message.Key, out var orderId))
        {
            changes.Changed(orderId, TraceContext.Of(message));
        }
    }
}
