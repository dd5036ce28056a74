using Suite.Platform.Idempotency;

namespace Suite.Orders.Domain;

/// <summary>What a step does.</summary>
internal enum StepKind
{
    /// <summary>Captures the payment: the order is fulfilled.</summary>
    Fulfil = 1,

    /// <summary>Gives money back.</summary>
    Refund = 2,
}

/// <summary>How far a step has come.</summary>
internal enum StepState
{
    /// <summary>It is durable; what came of it at Payment is not known here yet.</summary>
    Open = 1,

    /// <summary>Payment did it.</summary>
    Done = 2,

    /// <summary>It was refused for good; nothing was done.</summary>
    Refused = 3,
}

/// <summary>What a step gives back of one line.</summary>
/// <param name="Number">The line, from 1.</param>
/// <param name="Quantity">How many units; 0 when the refund is of an amount.</param>
/// <param name="AmountMinor">How much, in minor units.</param>
internal sealed record StepLine(int Number, int Quantity, long AmountMinor);

/// <summary>
/// A step of an order that Payment has a part in. Its intent commits before Payment is asked, and Payment is asked with its id as the
/// request id, so that it happens once, however often that is.
/// </summary>
internal sealed record OrderStep
{
    /// <summary>The request id at Payment, which calls its own step by it.</summary>
    public required Guid Id { get; init; }

    public required Guid OrderId { get; init; }

    public required StepKind Kind { get; init; }

    /// <summary>How much, in minor units of the order's currency.</summary>
    public required long AmountMinor { get; init; }

    /// <summary>What a refund gives back of which lines; the sum of their amounts is the step's.</summary>
    public IReadOnlyList<StepLine> Lines { get; init; } = [];

    public StepState State { get; init; } = StepState.Open;

    /// <summary>The call that began it; null when a backend went to Payment itself.</summary>
    public RequestKey? Request { get; init; }

    /// <summary>Who began it.</summary>
    public required string Actor { get; init; }

    /// <summary>Why, as they typed it.</summary>
    public string Reason { get; init; } = string.Empty;

    /// <summary>How often a worker has taken it up.</summary>
    public int Attempts { get; init; }

    /// <summary>W3C traceparent of the call that began it, or null.</summary>
    public string? TraceParent { get; init; }
}
