using Suite.Contracts.Payments.V1;

namespace Suite.Payments;

/// <summary>What the Payment service logs. Never a payment method.</summary>
internal static partial class PaymentLog
{
    [LoggerMessage(
        4001, LogLevel.Warning, "Payment {PaymentId}: outcome unknown after attempt {Attempt} ({Cause}); asking again in {Seconds:0.0} s")]
    public static partial void OutcomeUnknown(ILogger logger, Guid paymentId, int attempt, string cause, double seconds);

    [LoggerMessage(4002, LogLevel.Warning, "Payment {PaymentId}: its outcome could not be committed")]
    public static partial void CommitFailed(ILogger logger, Guid paymentId, Exception exception);

    [LoggerMessage(4003, LogLevel.Warning, "Due payments could not be claimed")]
    public static partial void ClaimFailed(ILogger logger, Exception exception);

    [LoggerMessage(4004, LogLevel.Error, "Payment or step {Id}: working it off failed; it is tried again when its lease ends")]
    public static partial void WorkFailed(ILogger logger, Guid id, Exception exception);

    [LoggerMessage(4101, LogLevel.Warning, "New transactions of the ledger could not be sealed into their hash chains")]
    public static partial void SealingFailed(ILogger logger, Exception exception);

    [LoggerMessage(4102, LogLevel.Error, "The ledger is not as it was written: {Kind} at {Resource}: {Description}")]
    public static partial void LedgerDiffers(ILogger logger, string kind, string resource, string description);

    [LoggerMessage(
        4201,
        LogLevel.Warning,
        "{Kind} {StepId} of payment {PaymentId}: outcome unknown after attempt {Attempt} ({Cause}); asking in {Seconds:0.0} s")]
    public static partial void StepUnknown(
        ILogger logger, string kind, Guid stepId, Guid paymentId, int attempt, string cause, double seconds);

    [LoggerMessage(4202, LogLevel.Warning, "Step {StepId}: its outcome could not be committed")]
    public static partial void StepCommitFailed(ILogger logger, Guid stepId, Exception exception);

    [LoggerMessage(4203, LogLevel.Warning, "{Kind} {StepId} of payment {PaymentId}: the provider refused ({Reason})")]
    public static partial void StepRefused(ILogger logger, string kind, Guid stepId, Guid paymentId, string reason);

    [LoggerMessage(
        4204,
        LogLevel.Error,
        "Payment {PaymentId}: the provider contradicts what it said: {What} is {State}, and now it says {Answer}; nothing was changed")]
    public static partial void Contradiction(ILogger logger, Guid paymentId, string what, string state, string answer);

    [LoggerMessage(
        4205,
        LogLevel.Warning,
        "Payment {PaymentId}: the provider's event {EventId} is about something unknown here ({What}); nothing was changed")]
    public static partial void UnknownSubject(ILogger logger, Guid paymentId, string eventId, string what);

    [LoggerMessage(4206, LogLevel.Warning, "Expired authorizations could not be looked for")]
    public static partial void ExpiryFailed(ILogger logger, Exception exception);

    [LoggerMessage(4301, LogLevel.Warning, "A webhook to {Provider} was refused: {Why}")]
    public static partial void WebhookRefused(ILogger logger, string provider, string why);

    [LoggerMessage(4302, LogLevel.Debug, "Webhook {EventId} of {Provider} ({Kind}): {Verdict}")]
    public static partial void WebhookTaken(ILogger logger, string provider, string eventId, string kind, Providers.ProviderEventVerdict verdict);

    [LoggerMessage(4303, LogLevel.Warning, "A webhook of {Provider} could not be taken in; it is asked for again")]
    public static partial void WebhookFailed(ILogger logger, string provider, Exception exception);

    [LoggerMessage(4304, LogLevel.Information, "The simulator's webhook {EventId} was not taken in at attempt {Attempt} (HTTP {Status}; 0: no answer)")]
    public static partial void NotDelivered(ILogger logger, string eventId, int attempt, int status);

    [LoggerMessage(4305, LogLevel.Warning, "The simulator's webhooks could not be delivered; they are tried again")]
    public static partial void DeliveryFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 4401, Message = "Reconciled {Payments} payments and {ProviderPayments} of the provider's: {Differences} differences, "
        + "{Imbalances} currencies out of balance, in {Seconds:0.0} s")]
    public static partial void Reconciled(
        ILogger logger, LogLevel level, long payments, long providerPayments, long differences, long imbalances, double seconds);

    [LoggerMessage(4402, LogLevel.Error, "{Kind} {Resource}: {Field} should be {Expected} and is {Found}. {Advice}")]
    public static partial void Differs(
        ILogger logger, Difference.Types.Kind kind, string resource, string field, string expected, string found, string advice);

    [LoggerMessage(4403, LogLevel.Error, "The reconciliation could not be made; it is made again at its next turn")]
    public static partial void ReconciliationFailed(ILogger logger, Exception exception);
}
