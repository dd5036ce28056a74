namespace Suite.Payments.Providers;

/// <summary>What a provider says to a step. Approved and declined are for good.</summary>
internal abstract record ProviderAnswer
{
    private ProviderAnswer()
    {
    }

    /// <summary>It is done.</summary>
    /// <param name="Reference">What the provider calls it.</param>
    /// <param name="ExpireTime">Of an authorization: until when the amount is held, where the provider says so.</param>
    internal sealed record Approved(string Reference, DateTimeOffset? ExpireTime = null) : ProviderAnswer;

    /// <summary>It is not done and will not be.</summary>
    /// <param name="Reason">Why, in a word for programs such as <c>insufficient_funds</c>.</param>
    internal sealed record Declined(string Reason) : ProviderAnswer;

    /// <summary>The holder of the card has to do something first; a webhook tells when they have.</summary>
    /// <param name="Reference">What the provider calls the authorization.</param>
    /// <param name="RedirectUri">The page to send them to.</param>
    /// <param name="ExpireTime">Until when.</param>
    internal sealed record ActionRequired(string Reference, string RedirectUri, DateTimeOffset ExpireTime) : ProviderAnswer;

    /// <summary>The provider has taken it in and will tell the outcome by a webhook, or when it is asked.</summary>
    internal sealed record Pending : ProviderAnswer;
}
