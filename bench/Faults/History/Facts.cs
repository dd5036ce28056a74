using System.Globalization;
using System.Text.Json.Serialization;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Contracts.Users.V1;

namespace Suite.Faults.History;

/// <summary>What an answer said of an order.</summary>
internal sealed record OrderFacts
{
    public required string Name { get; init; }

    public required Order.Types.State State { get; init; }

    public string StateReason { get; init; } = string.Empty;

    public required Amount Total { get; init; }

    public long RefundedMinor { get; init; }

    public string Payment { get; init; } = string.Empty;

    public required long Version { get; init; }

    public required DateTimeOffset CreateTime { get; init; }

    public required DateTimeOffset UpdateTime { get; init; }

    /// <summary>
    /// What tells one order from another without its name: who bought, and how many of what. A client that takes care never to order the
    /// same twice finds out what became of an order it has no answer for.
    /// </summary>
    public required string Mark { get; init; }

    public static OrderFacts Of(Order order) => new()
    {
        Name = order.Name,
        State = order.State,
        StateReason = order.StateReason,
        Total = Amount.Of(order.Total),
        RefundedMinor = Amount.MinorOf(order.RefundedAmount),
        Payment = order.Payment,
        Version = order.Version,
        CreateTime = order.CreateTime.ToDateTimeOffset(),
        UpdateTime = order.UpdateTime.ToDateTimeOffset(),
        Mark = MarkOf(order),
    };

    /// <summary>The mark of an order that is asked for, or was answered.</summary>
    public static string MarkOf(Order order) =>
        $"{order.Customer}: {string.Join(", ", order.Lines.Select(line => $"{line.Quantity} {line.Product}"))}";
}

/// <summary>What an answer said of a payment.</summary>
internal sealed record PaymentFacts
{
    public required string Name { get; init; }

    public required string Order { get; init; }

    public required Payment.Types.State State { get; init; }

    public required Amount Amount { get; init; }

    public long CapturedMinor { get; init; }

    public long RefundedMinor { get; init; }

    public long ReservedMinor { get; init; }

    public long DisputedMinor { get; init; }

    /// <summary>Its etag, which counts its changes.</summary>
    public required long Version { get; init; }

    public required DateTimeOffset UpdateTime { get; init; }

    /// <summary>Its steps; empty in lists.</summary>
    public IReadOnlyList<StepFacts> Steps { get; init; } = [];

    public static PaymentFacts Of(Payment payment) => new()
    {
        Name = payment.Name,
        Order = payment.Order,
        State = payment.State,
        Amount = Amount.Of(payment.Amount),
        CapturedMinor = Amount.MinorOf(payment.CapturedAmount),
        RefundedMinor = Amount.MinorOf(payment.RefundedAmount),
        ReservedMinor = Amount.MinorOf(payment.ReservedAmount),
        DisputedMinor = Amount.MinorOf(payment.DisputedAmount),
        Version = long.Parse(payment.Etag, CultureInfo.InvariantCulture),
        UpdateTime = payment.UpdateTime.ToDateTimeOffset(),
        Steps = [.. payment.Steps.Select(step => new StepFacts(step.Id, step.Kind, Amount.MinorOf(step.Amount), step.Outcome))],
    };
}

/// <summary>What an answer said of a step of a payment.</summary>
internal sealed record StepFacts(string Id, Payment.Types.Step.Types.Kind Kind, long AmountMinor, Payment.Types.Step.Types.Outcome Outcome);

/// <summary>What an answer said of a user.</summary>
internal sealed record UserFacts
{
    public required string Name { get; init; }

    /// <summary>What tells one user from another without their name: what they are shown as, which a client makes up once.</summary>
    public required string Mark { get; init; }

    public required string Etag { get; init; }

    public required DateTimeOffset UpdateTime { get; init; }

    public static UserFacts Of(User user) => new()
    {
        Name = user.Name,
        Mark = user.DisplayName,
        Etag = user.Etag,
        UpdateTime = user.UpdateTime.ToDateTimeOffset(),
    };
}

/// <summary>What an answer said of an event of an order.</summary>
internal sealed record OrderEventFacts
{
    public required string Order { get; init; }

    public required long Sequence { get; init; }

    public required OrderEvent.Types.Type Type { get; init; }

    public required Order.Types.State State { get; init; }

    public required long Version { get; init; }

    public required DateTimeOffset Time { get; init; }

    public string Actor { get; init; } = string.Empty;

    public string Reason { get; init; } = string.Empty;

    public long AmountMinor { get; init; }

    public string Step { get; init; } = string.Empty;

    /// <summary>Which service told of it: the types of each have a range of their own.</summary>
    [JsonIgnore]
    public string Teller => Type switch
    {
        < OrderEvent.Types.Type.PaymentAuthorized => "order",
        < OrderEvent.Types.Type.CustomerSuspended => "payment",
        _ => "user",
    };

    /// <param name="order">The order, <c>orders/{uuid}</c>.</param>
    /// <param name="of">The event.</param>
    public static OrderEventFacts Of(string order, OrderEvent of) => new()
    {
        Order = order,
        Sequence = of.Sequence,
        Type = of.Type,
        State = of.State,
        Version = of.Version,
        Time = of.EventTime.ToDateTimeOffset(),
        Actor = of.Actor,
        Reason = of.Reason,
        AmountMinor = Amount.MinorOf(of.Amount),
        Step = of.Step,
    };
}
