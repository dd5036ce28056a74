using System.Collections.Concurrent;
using Suite.Payments.Providers;

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

    /// <summary>It plays the simulator: accounts are named after it.</summary>
    public string Name => "simulator";

    public bool CanCaptureSeveralTimes => true;

    public Task<ProviderAnswer> AuthorizeAsync(ProviderAuthorization call, CancellationToken cancellationToken)
    {
        Authorizations.Enqueue((call.Key, call.PaymentMethod));
        return authorize(call.Key, call.PaymentMethod, cancellationToken);
    }

    public Task<ProviderAnswer> VoidAsync(ProviderVoid call, CancellationToken cancellationToken)
    {
        Voids.Enqueue((call.Key, call.Reference));
        return Voids.Count <= VoidFailures
            ? throw new ProviderException("Not now.")
            : Task.FromResult<ProviderAnswer>(new ProviderAnswer.Approved(call.Reference));
    }

    public Task<ProviderAnswer> CaptureAsync(ProviderCapture call, CancellationToken cancellationToken) => throw new NotSupportedException(call.Key);

    public Task<ProviderAnswer> RefundAsync(ProviderRefund call, CancellationToken cancellationToken) => throw new NotSupportedException(call.Key);

    public Task<ProviderAnswer?> FindAsync(ProviderQuery query, CancellationToken cancellationToken) => throw new NotSupportedException(query.Key);

    public IAsyncEnumerable<ProviderPayment> ListPaymentsAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{from} {until}");
}
