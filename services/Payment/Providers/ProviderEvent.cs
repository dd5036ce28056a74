using Suite.Payments.Domain;
using Suite.Platform.Monetary;

namespace Suite.Payments.Providers;

/// <summary>What a provider tells by itself, by a webhook whose signature was checked.</summary>
/// <param name="Provider">Which provider.</param>
/// <param name="EventId">What the provider calls the event; one that comes again has no effect.</param>
/// <param name="PaymentId">Our payment, as the provider was told of it; null when the event does not say.</param>
/// <param name="Reference">What the provider calls the authorization.</param>
/// <param name="OccurTime">When it happened, by the provider's clock.</param>
internal abstract record ProviderEvent(string Provider, string EventId, Guid? PaymentId, string Reference, DateTimeOffset OccurTime)
{
    /// <summary>What became of a step: the same command as the answer to the call, whichever comes first.</summary>
    internal sealed record StepAnswered(
        string Provider, string EventId, Guid? PaymentId, string Reference, DateTimeOffset OccurTime, string Key, StepKind Kind, ProviderAnswer Answer)
        : ProviderEvent(Provider, EventId, PaymentId, Reference, OccurTime);

    /// <summary>The provider holds the amount no longer, without anybody having asked for it.</summary>
    internal sealed record HoldExpired(string Provider, string EventId, Guid? PaymentId, string Reference, DateTimeOffset OccurTime)
        : ProviderEvent(Provider, EventId, PaymentId, Reference, OccurTime);

    /// <summary>A dispute was opened or decided.</summary>
    internal sealed record DisputeChanged(
        string Provider,
        string EventId,
        Guid? PaymentId,
        string Reference,
        DateTimeOffset OccurTime,
        string DisputeReference,
        MoneyAmount Amount,
        string Reason,
        DisputeState State)
        : ProviderEvent(Provider, EventId, PaymentId, Reference, OccurTime);
}

/// <summary>What became of an event.</summary>
internal enum ProviderEventVerdict
{
    /// <summary>It is taken in: durable, and worked off or to be worked off.</summary>
    Accepted = 0,

    /// <summary>It was taken in before.</summary>
    Repeated = 1,

    /// <summary>It is about a payment that is not known here.</summary>
    UnknownPayment = 2,

    /// <summary>It tells of what is not known here yet. Nothing was remembered: it is to be sent again.</summary>
    TooEarly = 3,
}

/// <summary>Takes in what providers tell by themselves.</summary>
internal interface IProviderEvents
{
    /// <summary>Takes an event in, once. When this returns it is durable.</summary>
    Task<ProviderEventVerdict> TakeAsync(ProviderEvent providerEvent, CancellationToken cancellationToken);
}
