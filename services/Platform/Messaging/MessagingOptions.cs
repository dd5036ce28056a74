namespace Suite.Platform.Messaging;

/// <summary>What the messaging of one service is told once.</summary>
internal sealed class MessagingOptions
{
    /// <summary>The CloudEvents source, for example <c>suite/order</c>.</summary>
    public required string Source { get; init; }

    /// <summary>The topics this service publishes to.</summary>
    public required IReadOnlyList<string> Topics { get; init; }

    /// <summary>Kafka's bootstrap servers.</summary>
    public required string Bootstrap { get; init; }

    /// <summary>Settings for every Kafka client, such as <c>security.protocol</c>, from <c>SUITE_KAFKA_OPTIONS</c>.</summary>
    public required IReadOnlyDictionary<string, string> ClientSettings { get; init; }

    /// <summary>Partitions of topics that have to be created.</summary>
    public int Partitions { get; init; } = 12;

    /// <summary>For how long published rows are kept, so that a broker that lost them can be filled again.</summary>
    public TimeSpan OutboxRetention { get; init; } = TimeSpan.FromDays(2);

    /// <summary>For how long applied ids are kept; longer than any broker or outbox keeps a message.</summary>
    public TimeSpan InboxRetention { get; init; } = TimeSpan.FromDays(28);

    /// <summary>
    /// How long to wait for the next answer of a producer that has something on the way. It gives each message up after 10 s by itself; one
    /// that does not is stuck, and another takes its place.
    /// </summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a lease of a shard lasts without being renewed.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(6);
}
