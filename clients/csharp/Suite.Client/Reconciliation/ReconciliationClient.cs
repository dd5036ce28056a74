using Suite.Contracts.Payments.V1;
using Service = Suite.Contracts.Payments.V1.ReconciliationService.ReconciliationServiceClient;

namespace Suite.Client;

/// <summary>Compares what orders, payments, the ledger and the provider each believe.</summary>
public sealed class ReconciliationClient
{
    private static readonly ServerStream<ReconcilePaymentsRequest, ReconcilePaymentsResponse> ReconcilePayments = new(
        "suite.payment.v1.ReconciliationService",
        "ReconcilePayments",
        static (invoker, request, options) => new Service(invoker).ReconcilePayments(request, options));

    private readonly CallEnvironment _environment;
    private readonly ServiceEndpoint _endpoint;

    internal ReconciliationClient(CallEnvironment environment, ServiceEndpoint endpoint)
    {
        _environment = environment;
        _endpoint = endpoint;
    }

    /// <summary>
    /// Walks payments with their orders, their postings and the provider's record. Tells how far it is, and each difference once; the
    /// last message is <c>done</c> and has the sums by currency. It is not taken up where it broke: start it again. Throws
    /// <see cref="SuiteException"/> when it fails, and <see cref="OperationCanceledException"/> when its caller cancels.
    /// </summary>
    /// <param name="from">When set, only payments created at that time or later.</param>
    /// <param name="until">When set, only payments created before that time.</param>
    /// <param name="options">What this call does differently. It has no deadline unless set here.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public IAsyncEnumerable<ReconcilePaymentsResponse> RunAsync(
        DateTimeOffset? from = null,
        DateTimeOffset? until = null,
        SuiteCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var request = new ReconcilePaymentsRequest { FromTime = LedgerClient.ToTimestamp(from), UntilTime = LedgerClient.ToTimestamp(until) };
        return ReconcilePayments.RunAsync(_environment, _endpoint, request, options, cancellationToken);
    }
}
