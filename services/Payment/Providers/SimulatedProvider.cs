using Suite.Payments.Features;
using Suite.Platform.Monetary;

namespace Suite.Payments.Providers;

/// <summary>
/// The provider in the house: it keeps its own record of what it was asked, as a real one would, and plays the script of the
/// token. Reference: what Stripe's test cards are for.
/// </summary>
internal sealed class SimulatedProvider(SimulatorRecord record, PaymentOptions options, TimeProvider time) : IPaymentProvider
{
    private const string ReferencePrefix = "sim_";

    public async Task<ProviderAnswer> AuthorizeAsync(
        string key, MoneyAmount amount, string paymentMethod, CancellationToken cancellationToken)
    {
        var script = SimulatorScript.For(paymentMethod);
        if (script.IsSlow)
        {
            await Task.Delay(options.SimulatorSlowness, time, cancellationToken);
        }

        var reference = script.DeclineReason is null ? ReferencePrefix + key : null;
        var call = await record.CallAsync(
            new SimulatorCall(key, amount, reference, script.DeclineReason, script.AnswersOnCall), cancellationToken);
        if (call.Amount != amount)
        {
            throw new ProviderException("The idempotency key was used before with another amount.");
        }

        if (call.Number < call.AnswersOnCall)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
        }

        if (script.FirstAnswerIsLost && call.Number == 1)
        {
            throw new ProviderException("The connection broke after the request was sent.");
        }

        return call.Reference is { } approved ? new ProviderAnswer.Approved(approved) : new ProviderAnswer.Declined(call.DeclineReason!);
    }

    public Task VoidAsync(string key, string reference, CancellationToken cancellationToken) =>
        reference.StartsWith(ReferencePrefix, StringComparison.Ordinal)
            ? record.VoidAsync(reference[ReferencePrefix.Length..], cancellationToken)
            : throw new ProviderException("There is no such reference.");
}
