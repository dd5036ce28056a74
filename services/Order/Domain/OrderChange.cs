using Google.Protobuf;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders.Domain;

/// <summary>One thing that happened to an order: a row of its history, and an event for the others.</summary>
/// <param name="Type">What.</param>
/// <param name="State">The state after it.</param>
/// <param name="StateReason">The order's <c>state_reason</c> after it.</param>
/// <param name="PaymentId">The order's payment after it.</param>
/// <param name="Version">The version after it; a step that has only begun makes none.</param>
/// <param name="Time">When.</param>
/// <param name="Actor">By whom, see <see cref="Actors"/>.</param>
internal sealed record OrderChange(
    EventType Type, State State, string StateReason, Guid? PaymentId, long Version, DateTimeOffset Time, string Actor)
{
    /// <summary>Its place among what happened in this version; what made the version is at 0.</summary>
    public short Place { get; init; }

    /// <summary>Why, where that is not the order's <c>state_reason</c>.</summary>
    public string? Note { get; init; }

    /// <summary>What was paid or given back, in minor units.</summary>
    public long? AmountMinor { get; init; }

    /// <summary>The step.</summary>
    public Guid? StepId { get; init; }

    /// <summary>The step, where the payment knows of it: what costs nothing was no step there.</summary>
    public Guid? PaymentStep => AmountMinor > 0 ? StepId : null;

    /// <summary>The trace in which it happened, as it is read; when it is written it is taken from where the writing comes from.</summary>
    public Guid? TraceId { get; init; }

    /// <summary>What the others are told; null as it is read.</summary>
    public IMessage? Event { get; init; }
}
