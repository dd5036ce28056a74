using Suite.Payments.Storage;

namespace Suite.Payments.Features;

/// <summary>Works off authorizations.</summary>
internal sealed class PaymentWorker(
    PaymentQueue queue, SettlePayment settle, PaymentOptions options, TimeProvider time, ILogger<PaymentWorker> logger)
    : LeaseWorker<Claim>(options, time, logger)
{
    protected override Task<IReadOnlyList<Claim>> ClaimAsync(int most, TimeSpan lease) =>
        queue.ClaimAsync(most, lease, CancellationToken.None);

    protected override Task<TimeSpan?> WorkOffAsync(Claim claim, CancellationToken abandon) => settle.RunAsync(claim, abandon);

    protected override Guid IdOf(Claim claim) => claim.Payment.Id;
}
