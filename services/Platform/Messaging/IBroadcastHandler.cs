namespace Suite.Platform.Messaging;

/// <summary>
/// Hears of every message on its topics in every replica, from now on, without inbox and without guarantee: for live views
/// that heal themselves by reading again.
/// </summary>
public interface IBroadcastHandler
{
    /// <summary>Called for each message, on the consumer's thread; must not block or throw.</summary>
    void Hear(IncomingMessage message);
}
