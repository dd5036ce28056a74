namespace Suite.Payments.Domain;

/// <summary>How far a step has come, as <c>Payment.Step.Outcome</c> numbers it.</summary>
internal enum StepState
{
    /// <summary>It is durable; nobody was asked yet.</summary>
    Intended = 1,

    /// <summary>The provider was asked, and what it did is not known yet.</summary>
    Unknown = 2,

    /// <summary>The provider did it.</summary>
    Done = 3,

    /// <summary>The provider refused for good.</summary>
    Refused = 4,
}

/// <summary>A capture, void or refund. Its id is the key the provider sees.</summary>
internal sealed record PaymentStep
{
    public required Guid Id { get; init; }

    public required Guid PaymentId { get; init; }

    public required StepPlan Plan { get; init; }

    public required StepState State { get; init; }

    public string DeclineReason { get; init; } = string.Empty;

    public string ProviderReference { get; init; } = string.Empty;

    /// <summary>The fingerprint of the call that began it; null when the service did by itself.</summary>
    public byte[]? RequestHash { get; init; }

    /// <summary>Who began it; empty when the service did by itself.</summary>
    public string Caller { get; init; } = string.Empty;

    /// <summary>What somebody typed. Personal: never in events or logs.</summary>
    public string Reason { get; init; } = string.Empty;

    public int Attempts { get; init; }

    public required DateTimeOffset CreateTime { get; init; }

    public DateTimeOffset? OutcomeTime { get; init; }

    /// <summary>Whether its outcome is still to come.</summary>
    public bool IsOpen => State is StepState.Intended or StepState.Unknown;

    public override string ToString() => Id.ToString();
}
