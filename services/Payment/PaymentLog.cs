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

    [LoggerMessage(4004, LogLevel.Error, "Payment {PaymentId}: working it off failed; it is tried again when its lease ends")]
    public static partial void WorkFailed(ILogger logger, Guid paymentId, Exception exception);

    [LoggerMessage(4101, LogLevel.Warning, "New transactions of the ledger could not be sealed into their hash chains")]
    public static partial void SealingFailed(ILogger logger, Exception exception);

    [LoggerMessage(4102, LogLevel.Error, "The ledger is not as it was written: {Kind} at {Resource}: {Description}")]
    public static partial void LedgerDiffers(ILogger logger, string kind, string resource, string description);
}
