using Suite.Orders.Features;
using Suite.Platform.Messaging;

namespace Suite.Orders.Events;

/// <summary>Hears of every user's changes, in every replica, and has what is remembered of that customer forgotten.</summary>
internal sealed class CustomerNews(CustomerDirectory customers) : IBroadcastHandler
{
    public void Hear(IncomingMessage message)
    {
        if (Guid.TryParse(message.Key, out var customerId))
        {
            customers.Forget(customerId);
        }
    }
}
