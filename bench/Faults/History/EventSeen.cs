namespace Suite.Faults.History;

/// <summary>A message on one of the topics, as a tap read it.</summary>
internal sealed record EventSeen : Entry
{
    public required string Topic { get; init; }

    public required int Partition { get; init; }

    public required long Offset { get; init; }

    /// <summary>Which life of the broker it was read in, from 1: one that forgets everything when it dies begins the next. Offsets begin again there.</summary>
    public int BrokerLife { get; init; } = 1;

    public required string Key { get; init; }

    /// <summary>The CloudEvents id.</summary>
    public required string Id { get; init; }

    /// <summary>The CloudEvents type, for example <c>suite.order.v1.OrderPlaced</c>.</summary>
    public required string Type { get; init; }

    /// <summary>A digest of the body: what is told twice is told in the same words.</summary>
    public required string Digest { get; init; }

    /// <summary>What it is about: <c>orders/{uuid}</c>, <c>payments/{uuid}</c> or <c>users/{uuid}</c>.</summary>
    public string Subject { get; init; } = string.Empty;

    /// <summary>The order of a payment's event.</summary>
    public string Order { get; init; } = string.Empty;

    /// <summary>The version of the subject, where the event bears one; 0 otherwise.</summary>
    public long Version { get; init; }

    /// <summary>The step of a payment's event; or the dispute.</summary>
    public string Step { get; init; } = string.Empty;

    /// <summary>What it is about, in minor units; 0 where it is about no amount.</summary>
    public long AmountMinor { get; init; }

    /// <summary>What was captured or refunded so far, as it says; 0 where it does not.</summary>
    public long SumMinor { get; init; }

    /// <summary>The dispute's state, or why something was declined, refused or cancelled.</summary>
    public string Reason { get; init; } = string.Empty;

    /// <summary>When it happened, as the body says.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>Why it could not be read; empty when it could.</summary>
    public string Problem { get; init; } = string.Empty;
}
