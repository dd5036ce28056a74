using Suite.Contracts.Ops.V1;
using Suite.Platform.Faults;

namespace Suite.Payments.Providers;

/// <summary>A provider whose calls meet the faults that were set, before anything is done.</summary>
internal sealed class FaultyProvider(IPaymentProvider inner, FaultBoard faults) : IPaymentProvider
{
    public string Name => inner.Name;

    public bool CanCaptureSeveralTimes => inner.CanCaptureSeveralTimes;

    public async Task<ProviderAnswer> AuthorizeAsync(ProviderAuthorization call, CancellationToken cancellationToken)
    {
        await MeetAsync(cancellationToken);
        return await inner.AuthorizeAsync(call, cancellationToken);
    }

    public async Task<ProviderAnswer> CaptureAsync(ProviderCapture call, CancellationToken cancellationToken)
    {
        await MeetAsync(cancellationToken);
        return await inner.CaptureAsync(call, cancellationToken);
    }

    public async Task<ProviderAnswer> VoidAsync(ProviderVoid call, CancellationToken cancellationToken)
    {
        await MeetAsync(cancellationToken);
        return await inner.VoidAsync(call, cancellationToken);
    }

    public async Task<ProviderAnswer> RefundAsync(ProviderRefund call, CancellationToken cancellationToken)
    {
        await MeetAsync(cancellationToken);
        return await inner.RefundAsync(call, cancellationToken);
    }

    public async Task<ProviderAnswer?> FindAsync(ProviderQuery query, CancellationToken cancellationToken)
    {
        await MeetAsync(cancellationToken);
        return await inner.FindAsync(query, cancellationToken);
    }

    // A report is no call that is waited for; its store has faults of its own.
    public IAsyncEnumerable<ProviderPayment> ListPaymentsAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken) =>
        inner.ListPaymentsAsync(from, until, cancellationToken);

    private Task MeetAsync(CancellationToken cancellationToken) => faults.MeetAsync(Fault.Types.Target.Provider, cancellationToken);
}
