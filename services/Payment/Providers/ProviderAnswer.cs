namespace Suite.Payments.Providers;

/// <summary>What a provider says to an authorization, for good.</summary>
internal abstract record ProviderAnswer
{
    private ProviderAnswer()
    {
    }

    /// <summary>The amount is held.</summary>
    /// <param name="Reference">What the provider calls it.</param>
    internal sealed record Approved(string Reference) : ProviderAnswer;

    /// <summary>The amount is not held.</summary>
    /// <param name="Reason">Why, in a word for programs such as <c>insufficient_funds</c>.</param>
    internal sealed record Declined(string Reason) : ProviderAnswer;
}
