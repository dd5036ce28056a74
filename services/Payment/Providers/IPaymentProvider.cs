namespace Suite.Payments.Providers;

/// <summary>
/// Whoever holds the customers' money. Every call that changes something carries an idempotency key: the same key is the same call,
/// and a second one is answered like the first without doing anything. A call that throws or does not come back has an unknown
/// outcome: the provider is asked with <see cref="FindAsync"/>, and asked to do it with the same key where it knows of nothing.
/// </summary>
internal interface IPaymentProvider
{
    /// <summary>What it is called, in accounts of the ledger too: <c>simulator</c>, <c>stripe</c>. Lower-case letters and digits.</summary>
    string Name { get; }

    /// <summary>Whether an authorization can be captured in several parts.</summary>
    bool CanCaptureSeveralTimes { get; }

    /// <summary>Asks for an amount to be held.</summary>
    /// <param name="call">What to hold.</param>
    /// <param name="cancellationToken">Cancelled when the time limit is over; the outcome is unknown then.</param>
    Task<ProviderAnswer> AuthorizeAsync(ProviderAuthorization call, CancellationToken cancellationToken);

    /// <summary>Asks for what is held, or a part of it, to be taken.</summary>
    /// <param name="call">What to take.</param>
    /// <param name="cancellationToken">Cancelled when the time limit is over; the outcome is unknown then.</param>
    Task<ProviderAnswer> CaptureAsync(ProviderCapture call, CancellationToken cancellationToken);

    /// <summary>Asks for a hold to be released. Approved when nothing is held under the reference any more.</summary>
    /// <param name="call">What to release.</param>
    /// <param name="cancellationToken">Cancelled when the time limit is over; the outcome is unknown then.</param>
    Task<ProviderAnswer> VoidAsync(ProviderVoid call, CancellationToken cancellationToken);

    /// <summary>Asks for what was taken, or a part of it, to be given back.</summary>
    /// <param name="call">What to give back.</param>
    /// <param name="cancellationToken">Cancelled when the time limit is over; the outcome is unknown then.</param>
    Task<ProviderAnswer> RefundAsync(ProviderRefund call, CancellationToken cancellationToken);

    /// <summary>Asks what became of a step. Changes nothing.</summary>
    /// <param name="query">Which step.</param>
    /// <param name="cancellationToken">Cancelled when the time limit is over.</param>
    /// <returns>The outcome, <see cref="ProviderAnswer.Pending"/> while there is none yet; null when the provider never heard of the step.</returns>
    Task<ProviderAnswer?> FindAsync(ProviderQuery query, CancellationToken cancellationToken);

    /// <summary>What the provider believes of every payment that was begun from <paramref name="from"/> to before <paramref name="until"/>.</summary>
    IAsyncEnumerable<ProviderPayment> ListPaymentsAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken);
}
