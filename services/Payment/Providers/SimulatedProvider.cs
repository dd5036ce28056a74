using Suite.Payments.Features;

namespace Suite.Payments.Providers;

/// <summary>
/// The provider in the house: it keeps its own record of what it was asked, as a real one would, and plays the script of the
/// token. Reference: what Stripe's test cards are for.
/// </summary>
internal sealed class SimulatedProvider(SimulatorRecord record, PaymentOptions options, TimeProvider time) : IPaymentProvider
{
    private const string ReferencePrefix = "sim_";

    public string Name => "simulator";

    public bool CanCaptureSeveralTimes => true;

    public async Task<ProviderAnswer> AuthorizeAsync(ProviderAuthorization authorization, CancellationToken cancellationToken)
    {
        var (key, amount) = (authorization.Key, authorization.Amount);
        var script = SimulatorScript.For(authorization.PaymentMethod);
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

    public async Task<ProviderAnswer> VoidAsync(ProviderVoid call, CancellationToken cancellationToken)
    {
        if (!call.Reference.StartsWith(ReferencePrefix, StringComparison.Ordinal))
        {
            throw new ProviderException("There is no such reference.");
        }

        await record.VoidAsync(call.Reference[ReferencePrefix.Length..], cancellationToken);
        return new ProviderAnswer.Approved(call.Reference);
    }

    public Task<ProviderAnswer> CaptureAsync(ProviderCapture call, CancellationToken cancellationToken) => throw new NotSupportedException(call.Key);

    public Task<ProviderAnswer> RefundAsync(ProviderRefund call, CancellationToken cancellationToken) => throw new NotSupportedException(call.Key);

    public Task<ProviderAnswer?> FindAsync(ProviderQuery query, CancellationToken cancellationToken) => throw new NotSupportedException(query.Key);

    public IAsyncEnumerable<ProviderPayment> ListPaymentsAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{from} {until}");
}
