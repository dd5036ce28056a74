using System.Collections.Concurrent;
using Suite.Payments.Providers;
using Suite.Platform.Monetary;

namespace Suite.Tests.Component.Payments;

/// <summary>A provider whose answers the test decides on while the call runs.</summary>
internal sealed class ScriptedProvider(Func<string, string, CancellationToken, Task<ProviderAnswer>> authorize) : IPaymentProvider
{
    /// <summary>Every authorization asked for: key and payment method.</summary>
    public ConcurrentQueue<(string Key, string PaymentMethod)> Authorizations { get; } = new();

    /// <summary>Every void asked for: key and reference.</summary>
    public ConcurrentQueue<(string Key, string Reference)> Voids { get; } = new();

    /// <summary>How often a void fails before it works.</summary>
    public int VoidFailures { get; set; }

    public Task<ProviderAnswer> AuthorizeAsync(string key, MoneyAmount amount, string paymentMethod, CancellationToken cancellationToken)
    {
        Authorizations.Enqueue((key, paymentMethod));
        return authorize(key, paymentMethod, cancellationToken);
    }

    public Task VoidAsync(string key, string reference, CancellationToken cancellationToken)
    {
        Voids.Enqueue((key, reference));
        return Voids.Count <= VoidFailures ? throw new ProviderException("Not now.") : Task.CompletedTask;
    }
}
