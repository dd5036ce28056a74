using System.Globalization;
using Suite.Orders.Domain;
using Suite.Orders.Features;
using Suite.Orders.Storage;
using Suite.Platform.Monetary;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders.Timelines;

/// <summary>Whose history an entry is from; each counts versions of its own.</summary>
internal enum TimelineChain
{
    /// <summary>The order's.</summary>
    Order = 1,

    /// <summary>That of its payment.</summary>
    Payment = 2,

    /// <summary>That of its customer.</summary>
    Customer = 3,
}

/// <summary>One thing in the story of an order, as an event told it.</summary>
/// <param name="Chain">Whose history it is from.</param>
/// <param name="Version">The version of the order, the payment or the customer after it.</param>
/// <param name="Type">What happened.</param>
/// <param name="Time">When, by the clock of who did it.</param>
internal sealed record TimelineEntry(TimelineChain Chain, long Version, EventType Type, DateTimeOffset Time)
{
    /// <summary>How many versions of a chain share a bucket.</summary>
    public const int BucketSize = 256;

    /// <summary>Of an order: its place among what happened in its version; what made the version is at 0.</summary>
    public int Place { get; init; }

    /// <summary>By whom.</summary>
    public string Actor { get; init; } = string.Empty;

    /// <summary>Why.</summary>
    public string Reason { get; init; } = string.Empty;

    /// <summary>The amount it is about.</summary>
    public MoneyAmount? Amount { get; init; }

    /// <summary>The step at the payment.</summary>
    public Guid? Step { get; init; }

    /// <summary>The trace it happened in.</summary>
    public Guid? TraceId { get; init; }

    /// <summary>The state of the order after it, where it made a version of the order.</summary>
    public State? State { get; init; }

    /// <summary>Whether somebody may have typed its reason; what the suite and providers say are words of theirs.</summary>
    public bool HasTypedReason => Reason.Length > 0 && Type switch
    {
        EventType.Cancelled => !CancelReasons.All.Contains(Reason),
        EventType.Fulfilled or EventType.Refunded => true,
        _ => IsStart(Type),
    };

    /// <summary>
    /// What it is called in its document: made of what happened, so that whoever tells of it again, from a topic or from the record, says
    /// the same.
    /// </summary>
    public string Key => string.Create(CultureInfo.InvariantCulture, $"{Letter}{Version}-{(Chain == TimelineChain.Order ? Place : (int)Type)}");

    /// <summary>Which bucket of its document it stands in, from 0.</summary>
    public long Bucket => (Version - 1) / BucketSize;

    private char Letter => Chain switch { TimelineChain.Order => 'o', TimelineChain.Payment => 'p', _ => 'u' };

    /// <summary>An event as the order's own record has it.</summary>
    public static TimelineEntry Of(Order order, HistoryEvent found)
    {
        var change = found.Change;
        return new TimelineEntry(TimelineChain.Order, found.At.Version, change.Type, change.Time)
        {
            Place = found.At.Place,
            Actor = change.Actor,
            Reason = change.Note ?? change.StateReason,
            Amount = change.AmountMinor is { } minor ? order.Total with { MinorUnits = minor } : null,
            Step = change.PaymentStep,
            TraceId = change.TraceId,
            State = change.State,
        };
    }

    /// <summary>Whether a step of the order begins with it.</summary>
    public static bool IsStart(EventType type) => type is EventType.FulfillmentStarted or EventType.RefundStarted;
}
