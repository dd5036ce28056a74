using Suite.Payments.Domain;
using Suite.Platform.Telemetry;

namespace Suite.Payments.Storage;

/// <summary>An authorization that this replica has to itself for the time of the lease.</summary>
/// <param name="Payment">The payment as it was when it was claimed; its attempts count this one.</param>
/// <param name="PaymentMethod">The provider's token. Never logged.</param>
/// <param name="LeaseToken">Proves the claim.</param>
/// <param name="Trace">The trace that goes on.</param>
internal sealed record Claim(Payment Payment, string PaymentMethod, Guid LeaseToken, TraceContext Trace)
{
    public override string ToString() => Payment.Name;
}
