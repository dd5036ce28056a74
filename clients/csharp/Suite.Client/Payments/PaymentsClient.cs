using Suite.Contracts.Payments.V1;
using Service = Suite.Contracts.Payments.V1.PaymentService.PaymentServiceClient;

namespace Suite.Client;

/// <summary>
/// Payments, the money side of orders. They are made from orders, not by calls. Every method throws
/// <see cref="SuiteException"/> when it fails, and <see cref="OperationCanceledException"/> when its caller cancels.
/// </summary>
public sealed class PaymentsClient
{
    private const string Name = "suite.payment.v1.PaymentService";

    private static readonly UnaryCall<GetPaymentRequest, Payment> GetPayment =
        new(Name, "GetPayment", static (invoker, request, options) => new Service(invoker).GetPaymentAsync(request, options));

    private static readonly UnaryCall<ListPaymentsRequest, ListPaymentsResponse> ListPayments =
        new(Name, "ListPayments", static (invoker, request, options) => new Service(invoker).ListPaymentsAsync(request, options));

    private readonly CallEnvironment _environment;
    private readonly ServiceEndpoint _endpoint;

    internal PaymentsClient(CallEnvironment environment, ServiceEndpoint endpoint)
    {
        _environment = environment;
        _endpoint = endpoint;
    }

    /// <summary>Returns one payment, or fails with NOT_FOUND.</summary>
    /// <param name="name">The resource name, <c>payments/{uuid}</c>.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call.</param>
    public Task<Payment> GetAsync(string name, SuiteCallOptions? options = null, CancellationToken cancellationToken = default) =>
        GetPayment.InvokeAsync(_environment, _endpoint, new GetPaymentRequest { Name = name }, null, options, cancellationToken);

    /// <summary>Walks payments from the newest to the oldest.</summary>
    /// <param name="filter">Which payments (AIP-160), for example <c>order = "orders/0197…"</c>; <c>null</c> for all.</param>
    /// <param name="list">Page size, how many are wanted, where to go on.</param>
    /// <param name="options">What these calls do differently.</param>
    public SuiteList<Payment> List(string? filter = null, SuiteListOptions? list = null, SuiteCallOptions? options = null) =>
        new(list, async (size, token, cancellationToken) =>
        {
            var request = new ListPaymentsRequest { PageSize = size, PageToken = token, Filter = filter ?? string.Empty };
            var response = await ListPayments.InvokeAsync(_environment, _endpoint, request, null, options, cancellationToken).ConfigureAwait(false);
            return new SuitePage<Payment>(response.Payments, response.NextPageToken);
        });
}
