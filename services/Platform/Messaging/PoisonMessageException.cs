namespace Suite.Platform.Messaging;

/// <summary>Thrown by a handler for a message that can never succeed: it is parked at once, without retries.</summary>
/// <param name="reason">A short fixed text such as <c>malformed_body</c>; it is stored and published, so no personal data.</param>
/// <param name="inner">The cause, for the log.</param>
public sealed class PoisonMessageException(string reason, Exception? inner = null)
    : Exception($"The message can never be processed: {reason}", inner)
{
    /// <summary>The short fixed text.</summary>
    public string Reason { get; } = reason;
}
