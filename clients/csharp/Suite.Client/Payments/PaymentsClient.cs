using Google.Type;
using Suite.Contracts.Payments.V1;
using Service = Suite.Contracts.Payments.V1.PaymentService.PaymentServiceClient;

namespace Suite.Client;

/// <summary>
/// Payments, the money side of orders, and disputes about them. Payments of Suite's own orders are made from the orders, and worked
/// through <see cref="OrdersClient"/>; the methods that change something are for backends whose orders live elsewhere. They answer
/// when the provider has: a longer wait is repeated by itself under the same <c>request_id</c> until the deadline, and the outcome can
/// be asked for with it later. Every method throws <see cref="SuiteException"/> when it fails, and
/// <see cref="OperationCanceledException"/> when its caller cancels.
/// </summary>
public sealed class PaymentsClient
{
    private const string Name = "suite.payment.v1.PaymentService";

    private static readonly UnaryCall<AuthorizePaymentRequest, Payment> AuthorizePayment =
        new(Name, "AuthorizePayment", static (invoker, request, options) => new Service(invoker).AuthorizePaymentAsync(request, options));

    private static readonly UnaryCall<CapturePaymentRequest, Payment> CapturePayment =
        new(Name, "CapturePayment", static (invoker, request, options) => new Service(invoker).CapturePaymentAsync(request, options));

    private static readonly UnaryCall<VoidPaymentRequest, Payment> VoidPayment =
        new(Name, "VoidPayment", static (invoker, request, options) => new Service(invoker).VoidPaymentAsync(request, options));

    private static readonly UnaryCall<RefundPaymentRequest, Payment> RefundPayment =
        new(Name, "RefundPayment", static (invoker, request, options) => new Service(invoker).RefundPaymentAsync(request, options));

    private static readonly UnaryCall<GetPaymentRequest, Payment> GetPayment =
        new(Name, "GetPayment", static (invoker, request, options) => new Service(invoker).GetPaymentAsync(request, options));

    private static readonly UnaryCall<ListPaymentsRequest, ListPaymentsResponse> ListPayments =
        new(Name, "ListPayments", static (invoker, request, options) => new Service(invoker).ListPaymentsAsync(request, options));

    private static readonly UnaryCall<GetDisputeRequest, Dispute> GetDispute =
        new(Name, "GetDispute", static (invoker, request, options) => new Service(invoker).GetDisputeAsync(request, options));

    private static readonly UnaryCall<ListDisputesRequest, ListDisputesResponse> ListAllDisputes =
        new(Name, "ListDisputes", static (invoker, request, options) => new Service(invoker).ListDisputesAsync(request, options));

    private readonly CallEnvironment _environment;
    private readonly ServiceEndpoint _endpoint;

    internal PaymentsClient(CallEnvironment environment, ServiceEndpoint endpoint)
    {
        _environment = environment;
        _endpoint = endpoint;
    }

    /// <summary>
    /// Asks the provider to hold an amount for an order that has no payment yet. A refusal is no error: the payment is DECLINED then,
    /// or REQUIRES_ACTION. The request is not changed; a missing <c>request_id</c> is made.
    /// </summary>
    public Task<Payment> AuthorizeAsync(
        AuthorizePaymentRequest request, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var write = request.Clone();
        write.RequestId = RequestIds.Choose(request.RequestId, options);
        return AuthorizePayment.InvokeAsync(_environment, _endpoint, write, write.RequestId, options, cancellationToken);
    }

    /// <summary>Takes what is authorized, whole or in part; what is left is released.</summary>
    /// <param name="name">The resource name, <c>payments/{uuid}</c>.</param>
    /// <param name="amount">How much, more than 0; <c>null</c> for all that is held.</param>
    /// <param name="etag">When set, the payment is captured only if it still has this etag; otherwise ABORTED with ETAG_MISMATCH.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call; what was begun is finished all the same.</param>
    public Task<Payment> CaptureAsync(
        string name, Money? amount = null, string? etag = null, SuiteCallOptions? options = null, CancellationToken cancellationToken = default) =>
        CaptureAsync(new CapturePaymentRequest { Name = name, Amount = amount, Etag = etag ?? string.Empty }, options, cancellationToken);

    /// <summary>
    /// Takes what is authorized, whole or in part; what is left is released unless more is to follow. The request is not changed; a
    /// missing <c>request_id</c> is made.
    /// </summary>
    public Task<Payment> CaptureAsync(
        CapturePaymentRequest request, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var write = request.Clone();
        write.RequestId = RequestIds.Choose(request.RequestId, options);
        return CapturePayment.InvokeAsync(_environment, _endpoint, write, write.RequestId, options, cancellationToken);
    }

    /// <summary>Releases what is held and not captured.</summary>
    /// <param name="name">The resource name, <c>payments/{uuid}</c>.</param>
    /// <param name="reason">Why, for the record, at most 200 characters.</param>
    /// <param name="etag">When set, the payment is voided only if it still has this etag; otherwise ABORTED with ETAG_MISMATCH.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call; what was begun is finished all the same.</param>
    public Task<Payment> VoidAsync(
        string name, string? reason = null, string? etag = null, SuiteCallOptions? options = null, CancellationToken cancellationToken = default) =>
        VoidAsync(
            new VoidPaymentRequest { Name = name, Reason = reason ?? string.Empty, Etag = etag ?? string.Empty }, options, cancellationToken);

    /// <summary>Releases what is held and not captured. The request is not changed; a missing <c>request_id</c> is made.</summary>
    public Task<Payment> VoidAsync(
        VoidPaymentRequest request, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var write = request.Clone();
        write.RequestId = RequestIds.Choose(request.RequestId, options);
        return VoidPayment.InvokeAsync(_environment, _endpoint, write, write.RequestId, options, cancellationToken);
    }

    /// <summary>Gives back what was captured, whole or in part, until nothing is left.</summary>
    /// <param name="name">The resource name, <c>payments/{uuid}</c>.</param>
    /// <param name="amount">How much, more than 0; <c>null</c> for all that is left.</param>
    /// <param name="reason">Why, for the record, at most 200 characters.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call; what was begun is finished all the same.</param>
    public Task<Payment> RefundAsync(
        string name, Money? amount, string? reason = null, SuiteCallOptions? options = null, CancellationToken cancellationToken = default) =>
        RefundAsync(new RefundPaymentRequest { Name = name, Amount = amount, Reason = reason ?? string.Empty }, options, cancellationToken);

    /// <summary>
    /// Gives back what was captured, whole or in part, until nothing is left. The request is not changed; a missing <c>request_id</c>
    /// is made.
    /// </summary>
    public Task<Payment> RefundAsync(
        RefundPaymentRequest request, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var write = request.Clone();
        write.RequestId = RequestIds.Choose(request.RequestId, options);
        return RefundPayment.InvokeAsync(_environment, _endpoint, write, write.RequestId, options, cancellationToken);
    }

    /// <summary>Returns one payment with its steps, or fails with NOT_FOUND.</summary>
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

    /// <summary>Returns one dispute, or fails with NOT_FOUND.</summary>
    /// <param name="name">The resource name, <c>disputes/{uuid}</c>.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call.</param>
    public Task<Dispute> GetDisputeAsync(string name, SuiteCallOptions? options = null, CancellationToken cancellationToken = default) =>
        GetDispute.InvokeAsync(_environment, _endpoint, new GetDisputeRequest { Name = name }, null, options, cancellationToken);

    /// <summary>Walks disputes from the newest to the oldest.</summary>
    /// <param name="filter">Which disputes (AIP-160), for example <c>state = OPEN</c>; <c>null</c> for all.</param>
    /// <param name="list">Page size, how many are wanted, where to go on.</param>
    /// <param name="options">What these calls do differently.</param>
    public SuiteList<Dispute> ListDisputes(string? filter = null, SuiteListOptions? list = null, SuiteCallOptions? options = null) =>
        new(list, async (size, token, cancellationToken) =>
        {
            var request = new ListDisputesRequest { PageSize = size, PageToken = token, Filter = filter ?? string.Empty };
            var response = await ListAllDisputes
                .InvokeAsync(_environment, _endpoint, request, null, options, cancellationToken).ConfigureAwait(false);
            return new SuitePage<Dispute>(response.Disputes, response.NextPageToken);
        });
}
