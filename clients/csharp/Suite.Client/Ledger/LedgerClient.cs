using Suite.Contracts.Payments.V1;
using Service = Suite.Contracts.Payments.V1.LedgerService.LedgerServiceClient;

namespace Suite.Client;

/// <summary>
/// The double-entry ledger behind payments. Every method throws <see cref="SuiteException"/> when it fails, and
/// <see cref="OperationCanceledException"/> when its caller cancels.
/// </summary>
public sealed class LedgerClient
{
    private static readonly UnaryCall<GetTrialBalanceRequest, GetTrialBalanceResponse> GetTrialBalance = new(
        "suite.payment.v1.LedgerService",
        "GetTrialBalance",
        static (invoker, request, options) => new Service(invoker).GetTrialBalanceAsync(request, options));

    private readonly CallEnvironment _environment;
    private readonly ServiceEndpoint _endpoint;

    internal LedgerClient(CallEnvironment environment, ServiceEndpoint endpoint)
    {
        _environment = environment;
        _endpoint = endpoint;
    }

    /// <summary>Sums all entries by currency and kind of account, in one snapshot.</summary>
    public Task<GetTrialBalanceResponse> GetTrialBalanceAsync(
        SuiteCallOptions? options = null, CancellationToken cancellationToken = default) =>
        GetTrialBalance.InvokeAsync(_environment, _endpoint, new GetTrialBalanceRequest(), null, options, cancellationToken);
}
