using Suite.Payments.Domain;
using Suite.Platform.Monetary;

namespace Suite.Payments.Providers;

/// <summary>What to hold.</summary>
/// <param name="Key">The idempotency key.</param>
/// <param name="PaymentId">Our payment, for the provider's record.</param>
/// <param name="OrderId">Its order, for the provider's record.</param>
/// <param name="Amount">More than 0.</param>
/// <param name="PaymentMethod">The provider's token. Not to be logged.</param>
internal sealed record ProviderAuthorization(string Key, Guid PaymentId, Guid OrderId, MoneyAmount Amount, string PaymentMethod)
{
    public override string ToString() => Key;
}

/// <summary>What to take.</summary>
/// <param name="Key">The idempotency key.</param>
/// <param name="PaymentId">Our payment.</param>
/// <param name="Reference">What the provider calls the authorization.</param>
/// <param name="Amount">More than 0.</param>
/// <param name="IsFinal">Whether the rest is to be released.</param>
internal sealed record ProviderCapture(string Key, Guid PaymentId, string Reference, MoneyAmount Amount, bool IsFinal);

/// <summary>What to release.</summary>
/// <param name="Key">The idempotency key.</param>
/// <param name="PaymentId">Our payment.</param>
/// <param name="Reference">What the provider calls the authorization.</param>
internal sealed record ProviderVoid(string Key, Guid PaymentId, string Reference);

/// <summary>What to give back.</summary>
/// <param name="Key">The idempotency key.</param>
/// <param name="PaymentId">Our payment.</param>
/// <param name="Reference">What the provider calls the authorization.</param>
/// <param name="Amount">More than 0.</param>
internal sealed record ProviderRefund(string Key, Guid PaymentId, string Reference, MoneyAmount Amount);

/// <summary>Which step's outcome is asked for.</summary>
/// <param name="Key">The idempotency key the step was asked for with.</param>
/// <param name="Kind">The kind of the step.</param>
/// <param name="PaymentId">Our payment.</param>
/// <param name="Reference">What the provider calls the authorization; empty where that is what is asked for.</param>
internal sealed record ProviderQuery(string Key, StepKind Kind, Guid PaymentId, string Reference);

/// <summary>What the provider believes of a payment, in minor units of its currency.</summary>
/// <param name="PaymentId">Our payment as the provider was told of it; null when it was not.</param>
/// <param name="Reference">What the provider calls it.</param>
/// <param name="Authorized">What was held at first; 0 when nothing was.</param>
/// <param name="HeldMinor">What is held now.</param>
/// <param name="CapturedMinor">What was taken.</param>
/// <param name="RefundedMinor">What was given back.</param>
/// <param name="DisputedMinor">What is taken back by disputes that are open or lost.</param>
internal sealed record ProviderPayment(
    Guid? PaymentId, string Reference, MoneyAmount Authorized, long HeldMinor, long CapturedMinor, long RefundedMinor, long DisputedMinor);
