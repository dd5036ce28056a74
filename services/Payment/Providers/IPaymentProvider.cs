using Suite.Platform.Monetary;

namespace Suite.Payments.Providers;

/// <summary>
/// Whoever holds the customers' money. Every call carries an idempotency key: the same key is the same call, and a second
/// one is answered like the first without doing anything. A call that throws or does not come back has an unknown outcome,
/// and is made again with the same key until it is answered.
/// </summary>
internal interface IPaymentProvider
{
    /// <summary>Asks for the amount to be held.</summary>
    /// <param name="key">The idempotency key.</param>
    /// <param name="amount">More than 0.</param>
    /// <param name="paymentMethod">The provider's token. Not to be logged.</param>
    /// <param name="cancellationToken">Cancelled when the time limit is over; the outcome is unknown then.</param>
    Task<ProviderAnswer> AuthorizeAsync(string key, MoneyAmount amount, string paymentMethod, CancellationToken cancellationToken);

    /// <summary>Asks for a hold to be released. Returns when nothing is held under the reference any more.</summary>
    /// <param name="key">The idempotency key.</param>
    /// <param name="reference">What the provider called the authorization.</param>
    /// <param name="cancellationToken">Cancelled when the time limit is over; the outcome is unknown then.</param>
    Task VoidAsync(string key, string reference, CancellationToken cancellationToken);
}
