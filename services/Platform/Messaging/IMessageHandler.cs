using Npgsql;

namespace Suite.Platform.Messaging;

/// <summary>
/// What a consumer does with messages. Effect and inbox rows commit together: a handler writes through the given transaction
/// only, and set-based where it can, since a batch may hold hundreds of messages.
/// </summary>
public interface IMessageHandler
{
    /// <summary>
    /// Applies messages that were never applied before, in order. A type it does not know is skipped by returning normally.
    /// Throwing rolls the whole batch back: passing faults are retried with backoff, anything else is narrowed down to the
    /// message that fails, which is parked with its key.
    /// </summary>
    Task HandleAsync(IReadOnlyList<IncomingMessage> messages, NpgsqlTransaction transaction, CancellationToken cancellationToken);

    /// <summary>Called after the commit, to wake workers. Losing the call must cost only time.</summary>
    void Committed(IReadOnlyList<IncomingMessage> messages)
    {
    }
}
