using Suite.Payments.Domain;
using Suite.Platform.Telemetry;

namespace Suite.Payments.Storage;

/// <summary>A new payment with what the provider will be asked with.</summary>
/// <param name="Payment">The payment, PENDING.</param>
/// <param name="PaymentMethod">The provider's token. Kept until the answer, and never logged.</param>
/// <param name="Trace">The trace that goes on with the call.</param>
/// <param name="LeaseToken">Set when this replica claims the payment with the very statement that writes it.</param>
internal sealed record Intent(Payment Payment, string PaymentMethod, TraceContext Trace, Guid? LeaseToken = null)
{
    /// <summary>The claim on a payment that was written with a lease.</summary>
    public Claim ToClaim() => new(Payment with { Attempts = 1 }, PaymentMethod, LeaseToken!.Value, Trace);

    public override string ToString() => Payment.Name;
}
