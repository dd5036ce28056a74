using Suite.Payments.Domain;
using Suite.Payments.Features;
using Suite.Platform.Monetary;
using Suite.Platform.Time;

namespace Suite.Payments.Providers;

/// <summary>
/// The provider in the house: it keeps its own record of what it was asked, as a real one would, and plays the script of the
/// token. Reference: what Stripe's test cards are for.
/// </summary>
internal sealed class SimulatedProvider(
    SimulatorRecord record, PaymentOptions options, TimeProvider time, SimulatorAddress? address = null) : IPaymentProvider
{
    /// <summary>What the simulator is called.</summary>
    public const string ProviderName = "simulator";

    /// <summary>What references of authorizations begin with; their key follows.</summary>
    public const string ReferencePrefix = "sim_";

    /// <summary>How long a call waits for its own webhook, where the script has the webhook come first.</summary>
    private static readonly TimeSpan s_webhookPatience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_webhookPoll = TimeSpan.FromMilliseconds(20);

    public string Name => ProviderName;

    public bool CanCaptureSeveralTimes => true;

    public async Task<ProviderAnswer> AuthorizeAsync(ProviderAuthorization call, CancellationToken cancellationToken)
    {
        var script = SimulatorScript.For(call.PaymentMethod);
        if (script.IsSlow)
        {
            await Task.Delay(options.SimulatorSlowness, time, cancellationToken);
        }

        var request = RequestOf(call, script);
        var entry = await record.CallAsync(request, cancellationToken);
        if (entry.Amount != call.Amount
            || (entry.PaymentId is { } payment && payment != call.PaymentId)
            || (entry.Token is { } token && token != call.PaymentMethod))
        {
            throw new ProviderException("The idempotency key was used before with another content.");
        }

        await PlayAsync(
            entry.Calls, entry.AnswersOnCall, script.FirstAnswerIsLost, script.WebhookFirst, call.Key, cancellationToken);
        return AnswerOf(call.Key, entry);
    }

    public Task<ProviderAnswer> CaptureAsync(ProviderCapture call, CancellationToken cancellationToken) =>
        StepAsync(call.Key, StepKind.Capture, call.Reference, call.Amount, call.IsFinal, cancellationToken);

    public Task<ProviderAnswer> VoidAsync(ProviderVoid call, CancellationToken cancellationToken) =>
        StepAsync(call.Key, StepKind.Void, call.Reference, null, isFinal: true, cancellationToken);

    public Task<ProviderAnswer> RefundAsync(ProviderRefund call, CancellationToken cancellationToken) =>
        StepAsync(call.Key, StepKind.Refund, call.Reference, call.Amount, isFinal: false, cancellationToken);

    public async Task<ProviderAnswer?> FindAsync(ProviderQuery query, CancellationToken cancellationToken)
    {
        if (query.Kind == StepKind.Authorize)
        {
            // What was asked for and not made is not known to whoever looks it up.
            return await record.FindAsync(query.Key, cancellationToken) is { } entry && entry.Calls >= entry.AnswersOnCall
                ? AnswerOf(query.Key, entry)
                : null;
        }

        return (await record.Steps.FindAsync(query.Key, cancellationToken))?.AnswerAt(time.GetUtcNow());
    }

    public IAsyncEnumerable<ProviderPayment> ListPaymentsAsync(
        DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken) =>
        record.Report.ListAsync(from, until, time, cancellationToken);

    private SimulatorCall RequestOf(ProviderAuthorization call, SimulatorScript script)
    {
        var approves = script.DeclineReason is null;
        var now = time.GetMicrosecondUtcNow();
        DateTimeOffset? action = approves && script.RequiresAction ? now + options.SimulatorAction : null;
        DateTimeOffset? expire = approves && script.Expires && action is null ? now + options.SimulatorLater : null;
        var reference = approves ? ReferencePrefix + call.Key : null;
        List<SimulatorWebhook>? webhooks = null;
        if (script.TellsAuthorization && action is null)
        {
            (webhooks ??= []).Add(SimulatorWebhook.OfStep(
                script,
                StepKind.Authorize,
                call.Key,
                call.Key,
                call.PaymentId,
                reference,
                script.DeclineReason,
                now,
                options.SimulatorLater));
        }

        if (expire is { } end)
        {
            (webhooks ??= []).Add(SimulatorWebhook.OfExpiry(script, call.Key, call.PaymentId, end));
        }

        return new SimulatorCall(
            call.Key,
            call.PaymentId,
            call.Amount,
            call.PaymentMethod,
            reference,
            script.DeclineReason,
            script.AnswersOnCall,
            action,
            expire,
            webhooks ?? (IReadOnlyList<SimulatorWebhook>)[]);
    }

    private async Task<ProviderAnswer> StepAsync(
        string key, StepKind kind, string reference, MoneyAmount? amount, bool isFinal, CancellationToken cancellationToken)
    {
        if (!reference.StartsWith(ReferencePrefix, StringComparison.Ordinal))
        {
            throw new ProviderException("There is no such reference.");
        }

        var call = new SimulatorStepCall(key, kind, reference[ReferencePrefix.Length..], amount, isFinal);
        var request = new SimulatorStepRequest(call, time.GetMicrosecondUtcNow(), options.SimulatorLater);
        if (await record.Steps.CallAsync(request, cancellationToken) is not var (step, token))
        {
            return new ProviderAnswer.Declined("no_such_payment");
        }

        if (step.Call != call)
        {
            throw new ProviderException("The idempotency key was used before with another content.");
        }

        var script = SimulatorScript.For(token);
        await PlayAsync(
            step.Calls, step.AnswersOnCall, script.Of(kind).AnswerIsLost, script.WebhookFirst, key, cancellationToken);
        // As of the call's beginning: the one that a pending step begins with is answered so, however long it took.
        return step.AnswerAt(request.Now)!;
    }

    /// <summary>Answers like the script has it: late, never, or with an error.</summary>
    private async Task PlayAsync(
        int calls, int answersOnCall, bool answerIsLost, bool webhookFirst, string key, CancellationToken cancellationToken)
    {
        if (calls < answersOnCall)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
        }

        if (answerIsLost && calls == answersOnCall)
        {
            throw new ProviderException("The connection broke after the request was sent.");
        }

        if (webhookFirst)
        {
            var began = time.GetTimestamp();
            var id = SimulatorWebhook.StepEventId(key);
            while (time.GetElapsedTime(began) < s_webhookPatience && await record.Mail.IsOpenAsync(id, cancellationToken))
            {
                await Task.Delay(s_webhookPoll, time, cancellationToken);
            }
        }
    }

    private ProviderAnswer AnswerOf(string key, SimulatorEntry entry) => entry switch
    {
        { DeclineReason: { } reason } => new ProviderAnswer.Declined(reason),
        { Action: SimulatorAction.Waiting } when entry.ActionExpireTime <= time.GetUtcNow() =>
            new ProviderAnswer.Declined("action_expired"),
        { Action: SimulatorAction.Waiting } => new ProviderAnswer.ActionRequired(
            ReferencePrefix + key, (address ?? SimulatorAddress.Unknown).ActionOf(key), entry.ActionExpireTime!.Value),
        _ => new ProviderAnswer.Approved(entry.Reference!),
    };
}
