using Suite.Payments.Storage;

namespace Suite.Payments.Features;

/// <summary>Works off captures, voids and refunds, those of replicas that are gone as well.</summary>
internal sealed class StepWorker(StepStore steps, SettleStep settle, PaymentOptions options, TimeProvider time, ILogger<StepWorker> logger)
    : LeaseWorker<StepClaim>(options, time, logger)
{
    protected override Task<IReadOnlyList<StepClaim>> ClaimAsync(int most, TimeSpan lease) =>
        steps.ClaimAsync(most, lease, CancellationToken.None);

    protected override Task<TimeSpan?> WorkOffAsync(StepClaim claim, CancellationToken abandon) => settle.RunAsync(claim, abandon);

    protected override Guid IdOf(StepClaim claim) => claim.Step.Id;
}
