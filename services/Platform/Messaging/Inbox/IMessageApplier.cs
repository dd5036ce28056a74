namespace Suite.Platform.Messaging.Inbox;

/// <summary>What a consumer does with its messages.</summary>
internal interface IMessageApplier
{
    /// <summary>The consumer group.</summary>
    string Consumer { get; }

    /// <summary>What it reads.</summary>
    IReadOnlyList<string> Topics { get; }

    /// <summary>Applies a batch in order, all of it or nothing. What was applied before changes nothing.</summary>
    /// <exception cref="Exception">Whatever stands in the way; nothing has happened then, or nothing that doing it again would change.</exception>
    Task ApplyAsync(IReadOnlyList<ReceivedMessage> batch, CancellationToken cancellationToken);

    /// <summary>Puts one message aside that can not be applied, so that the others go on.</summary>
    Task PutAsideAsync(IncomingMessage message, Exception cause, int attempts, CancellationToken cancellationToken);

    /// <summary>
    /// Is told once a second until when everything is applied that the partitions of this replica hold; null when it has none. It must not take
    /// long.
    /// </summary>
    void Reached(DateTimeOffset? asOf)
    {
    }
}
