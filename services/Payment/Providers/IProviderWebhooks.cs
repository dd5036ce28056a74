namespace Suite.Payments.Providers;

/// <summary>Reads what a provider sends by webhook. The signature is the credential: nothing is believed before it was checked.</summary>
internal interface IProviderWebhooks
{
    /// <summary>The provider, as <see cref="IPaymentProvider.Name"/> has it.</summary>
    string Name { get; }

    /// <summary>Checks and reads a webhook.</summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="body">The body as it came.</param>
    /// <param name="cancellationToken">Cancelled when the sender went away.</param>
    Task<WebhookReading> ReadAsync(IHeaderDictionary headers, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);
}

/// <summary>What a webhook turned out to be.</summary>
internal abstract record WebhookReading
{
    /// <summary>How far the time of a signature may be from the present, to both sides.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private WebhookReading()
    {
    }

    /// <summary>It is not signed, not by the provider, or too long ago.</summary>
    /// <param name="Why">For the answer and the log.</param>
    internal sealed record NotAuthentic(string Why) : WebhookReading;

    /// <summary>It is signed by the provider and cannot be read.</summary>
    /// <param name="Why">For the answer and the log; never a part of the body.</param>
    internal sealed record Malformed(string Why) : WebhookReading;

    /// <summary>It is about something that is of no concern here.</summary>
    internal sealed record Ignored : WebhookReading;

    /// <summary>It tells of a payment.</summary>
    /// <param name="Told">What it tells.</param>
    internal sealed record Event(ProviderEvent Told) : WebhookReading;
}
