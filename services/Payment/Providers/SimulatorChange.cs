using Suite.Payments.Domain;
using Suite.Platform.Monetary;

namespace Suite.Payments.Providers;

/// <summary>A dispute that is to come.</summary>
/// <param name="Reference">What the simulator calls it.</param>
/// <param name="AuthorizationKey">The key of the authorization.</param>
/// <param name="Amount">How much.</param>
/// <param name="OpenTime">When it is opened.</param>
/// <param name="DecideTime">When it is decided; null for never.</param>
/// <param name="Decision">For whom.</param>
internal sealed record SimulatorDispute(
    string Reference,
    string AuthorizationKey,
    MoneyAmount Amount,
    DateTimeOffset OpenTime,
    DateTimeOffset? DecideTime,
    DisputeState? Decision);

/// <summary>What a call for a step changed, and what follows from it.</summary>
/// <param name="Request">The call.</param>
/// <param name="Known">The step before; null for a new one.</param>
/// <param name="Step">The step after.</param>
/// <param name="Before">The authorization before.</param>
/// <param name="After">The authorization after.</param>
internal sealed record SimulatorChange(
    SimulatorStepRequest Request, SimulatorStep? Known, SimulatorStep Step, SimulatorHold Before, SimulatorHold After)
{
    private SimulatorScript Script => SimulatorScript.For(Before.Token);

    /// <summary>Whether this call did the work, or refused it for good.</summary>
    public bool IsAnswer => Step.OutcomeTime is not null && Known?.OutcomeTime is null;

    /// <summary>Whether this call released what was held because that was asked for.</summary>
    public bool IsVoid => IsAnswer && Step is { Call.Kind: StepKind.Void, Reference: not null };

    /// <summary>The dispute that follows a first capture, as the token has it.</summary>
    public SimulatorDispute? Dispute
    {
        get
        {
            if (!After.IsFirstCapture || Script.Dispute is not { } end)
            {
                return null;
            }

            var (open, decided) = (Request.Now + Request.Later, end != DisputeState.Open);
            return new SimulatorDispute(
                "dsp_" + After.Key,
                After.Key,
                new MoneyAmount(After.CapturedMinor, After.Amount.CurrencyCode),
                open,
                decided ? open + Request.Later : null,
                decided ? end : null);
        }
    }

    /// <summary>What is told of it.</summary>
    public IEnumerable<SimulatorWebhook> Webhooks()
    {
        if (!IsAnswer)
        {
            yield break;
        }

        yield return SimulatorWebhook.OfStep(
            Script,
            Step.Call.Kind,
            Step.Call.Key,
            After.Key,
            After.PaymentId,
            Step.Reference,
            Step.DeclineReason,
            Step.OutcomeTime!.Value,
            Request.Later);
        if (Dispute is not { } dispute)
        {
            yield break;
        }

        yield return SimulatorWebhook.OfDispute(
            Script, After.Key, After.PaymentId, dispute.Reference, dispute.Amount, DisputeState.Open, dispute.OpenTime);
        if (dispute is { Decision: { } decision, DecideTime: { } time })
        {
            yield return SimulatorWebhook.OfDispute(Script, After.Key, After.PaymentId, dispute.Reference, dispute.Amount, decision, time);
        }
    }
}
