using Suite.Payments.Domain;
using Suite.Payments.Events;

namespace Suite.Payments.Storage;

/// <summary>A new payment with what the provider will be asked with.</summary>
/// <param name="Payment">The payment, PENDING.</param>
/// <param name="PaymentMethod">The provider's token. Kept until the answer, and never logged.</param>
/// <param name="Trace">The trace that goes on with the call.</param>
internal sealed record Intent(Payment Payment, string PaymentMethod, TraceContext Trace)
{
    public override string ToString() => Payment.Name;
}
