using Google.Type;
using Suite.Contracts.Orders.V1;
using Service = Suite.Contracts.Orders.V1.OrderService.OrderServiceClient;

namespace Suite.Client;

/// <summary>
/// Orders: placed, watched, fulfilled, refunded, cancelled, imported. Every method throws <see cref="SuiteException"/> when it fails, and
/// <see cref="OperationCanceledException"/> when its caller cancels.
/// </summary>
public sealed class OrdersClient
{
    internal const string Name = "suite.order.v1.OrderService";

    private static readonly UnaryCall<CreateOrderRequest, Order> CreateOrder =
        new(Name, "CreateOrder", static (invoker, request, options) => new Service(invoker).CreateOrderAsync(request, options));

    private static readonly UnaryCall<GetOrderRequest, Order> GetOrder =
        new(Name, "GetOrder", static (invoker, request, options) => new Service(invoker).GetOrderAsync(request, options));

    private static readonly UnaryCall<ListOrdersRequest, ListOrdersResponse> ListOrders =
        new(Name, "ListOrders", static (invoker, request, options) => new Service(invoker).ListOrdersAsync(request, options));

    private static readonly UnaryCall<SearchOrdersRequest, SearchOrdersResponse> SearchOrders =
        new(Name, "SearchOrders", static (invoker, request, options) => new Service(invoker).SearchOrdersAsync(request, options));

    private static readonly UnaryCall<CancelOrderRequest, Order> CancelOrder =
        new(Name, "CancelOrder", static (invoker, request, options) => new Service(invoker).CancelOrderAsync(request, options));

    private static readonly UnaryCall<FulfillOrderRequest, Order> FulfillOrder =
        new(Name, "FulfillOrder", static (invoker, request, options) => new Service(invoker).FulfillOrderAsync(request, options));

    private static readonly UnaryCall<RefundOrderRequest, Order> RefundOrder =
        new(Name, "RefundOrder", static (invoker, request, options) => new Service(invoker).RefundOrderAsync(request, options));

    private static readonly UnaryCall<ListOrderEventsRequest, ListOrderEventsResponse> ListOrderEvents =
        new(Name, "ListOrderEvents", static (invoker, request, options) => new Service(invoker).ListOrderEventsAsync(request, options));

    private readonly CallEnvironment _environment;
    private readonly ServiceEndpoint _endpoint;

    internal OrdersClient(CallEnvironment environment, ServiceEndpoint endpoint)
    {
        _environment = environment;
        _endpoint = endpoint;
    }

    /// <summary>Places an order. It is durable, and PENDING, when this returns; <see cref="WatchAsync"/> tells how it ends.</summary>
    public Task<Order> CreateAsync(Order order, SuiteCallOptions? options = null, CancellationToken cancellationToken = default) =>
        CreateAsync(new CreateOrderRequest { Order = order }, options, cancellationToken);

    /// <summary>
    /// Places an order. It is durable, and PENDING, when this returns; <see cref="WatchAsync"/> tells how it ends. The request is
    /// not changed; a missing <c>request_id</c> is made.
    /// </summary>
    public Task<Order> CreateAsync(CreateOrderRequest request, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var write = request.Clone();
        write.RequestId = RequestIds.Choose(request.RequestId, options);
        return CreateOrder.InvokeAsync(_environment, _endpoint, write, write.RequestId, options, cancellationToken);
    }

    /// <summary>Returns one order, or fails with NOT_FOUND.</summary>
    /// <param name="name">The resource name, <c>orders/{uuid}</c>.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call.</param>
    public Task<Order> GetAsync(string name, SuiteCallOptions? options = null, CancellationToken cancellationToken = default) =>
        GetOrder.InvokeAsync(_environment, _endpoint, new GetOrderRequest { Name = name }, null, options, cancellationToken);

    /// <summary>Walks orders from the newest to the oldest.</summary>
    /// <param name="filter">
    /// Which orders (AIP-160), for example <c>customer = "users/0197…" AND state = CONFIRMED</c>; <c>null</c> for all.
    /// </param>
    /// <param name="list">Page size, how many are wanted, where to go on.</param>
    /// <param name="options">What these calls do differently.</param>
    public SuiteList<Order> List(string? filter = null, SuiteListOptions? list = null, SuiteCallOptions? options = null) =>
        new(list, async (size, token, cancellationToken) =>
        {
            var request = new ListOrdersRequest { PageSize = size, PageToken = token, Filter = filter ?? string.Empty };
            var response = await ListOrders.InvokeAsync(_environment, _endpoint, request, null, options, cancellationToken).ConfigureAwait(false);
            return new SuitePage<Order>(response.Orders, response.NextPageToken);
        });

    /// <summary>Cancels an order that is PENDING or CONFIRMED; otherwise FAILED_PRECONDITION with ORDER_STATE_CONFLICT.</summary>
    /// <param name="name">The resource name, <c>orders/{uuid}</c>.</param>
    /// <param name="reason">Why, for the record, at most 200 characters.</param>
    /// <param name="etag">When set, the order is cancelled only if it still has this etag; otherwise ABORTED with ETAG_MISMATCH.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call.</param>
    public Task<Order> CancelAsync(
        string name, string? reason = null, string? etag = null, SuiteCallOptions? options = null, CancellationToken cancellationToken = default) =>
        CancelAsync(
            new CancelOrderRequest { Name = name, Reason = reason ?? string.Empty, Etag = etag ?? string.Empty }, options, cancellationToken);

    /// <summary>
    /// Cancels an order that is PENDING or CONFIRMED; otherwise FAILED_PRECONDITION with ORDER_STATE_CONFLICT. The request is not
    /// changed; a missing <c>request_id</c> is made.
    /// </summary>
    public Task<Order> CancelAsync(CancelOrderRequest request, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var write = request.Clone();
        write.RequestId = RequestIds.Choose(request.RequestId, options);
        return CancelOrder.InvokeAsync(_environment, _endpoint, write, write.RequestId, options, cancellationToken);
    }

    /// <summary>
    /// Says that the goods of a CONFIRMED order are on their way: what is authorized for it is captured, and the order is FULFILLED when
    /// this returns. Once begun it is finished, whatever becomes of this call; the same <c>request_id</c> tells how.
    /// </summary>
    /// <param name="name">The resource name, <c>orders/{uuid}</c>.</param>
    /// <param name="note">A word for the record, such as the number of a parcel, at most 200 characters.</param>
    /// <param name="etag">When set, the order is fulfilled only if it still has this etag; otherwise ABORTED with ETAG_MISMATCH.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call; what was begun is finished all the same.</param>
    public Task<Order> FulfillAsync(
        string name, string? note = null, string? etag = null, SuiteCallOptions? options = null, CancellationToken cancellationToken = default) =>
        FulfillAsync(
            new FulfillOrderRequest { Name = name, Note = note ?? string.Empty, Etag = etag ?? string.Empty }, options, cancellationToken);

    /// <summary>
    /// Says that the goods of a CONFIRMED order are on their way: what is authorized for it is captured. The request is not changed; a
    /// missing <c>request_id</c> is made.
    /// </summary>
    public Task<Order> FulfillAsync(
        FulfillOrderRequest request, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var write = request.Clone();
        write.RequestId = RequestIds.Choose(request.RequestId, options);
        return FulfillOrder.InvokeAsync(_environment, _endpoint, write, write.RequestId, options, cancellationToken);
    }

    /// <summary>Gives an amount of a FULFILLED order back; it is split over the lines in proportion to what is left of them.</summary>
    /// <param name="name">The resource name, <c>orders/{uuid}</c>.</param>
    /// <param name="amount">How much, more than 0; AMOUNT_NOT_AVAILABLE when more than is left.</param>
    /// <param name="reason">Why, for the record, at most 200 characters.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call; what was begun is finished all the same.</param>
    public Task<Order> RefundAsync(
        string name, Money amount, string? reason = null, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(amount);
        return RefundAsync(new RefundOrderRequest { Name = name, Amount = amount, Reason = reason ?? string.Empty }, options, cancellationToken);
    }

    /// <summary>Gives what was paid for some units of a FULFILLED order back.</summary>
    /// <param name="name">The resource name, <c>orders/{uuid}</c>.</param>
    /// <param name="lines">Which units of which lines, at least one; QUANTITY_NOT_AVAILABLE when more than are left.</param>
    /// <param name="reason">Why, for the record, at most 200 characters.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call; what was begun is finished all the same.</param>
    /// <exception cref="ArgumentException">There are no lines, which would stand for everything: see <see cref="RefundAllAsync"/>.</exception>
    public Task<Order> RefundAsync(
        string name,
        IEnumerable<RefundLine> lines,
        string? reason = null,
        SuiteCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var request = new RefundOrderRequest { Name = name, Lines = { lines }, Reason = reason ?? string.Empty };
        return request.Lines.Count > 0
            ? RefundAsync(request, options, cancellationToken)
            : throw new ArgumentException("There are no lines to refund.", nameof(lines));
    }

    /// <summary>Gives all that is left of a FULFILLED order back.</summary>
    /// <param name="name">The resource name, <c>orders/{uuid}</c>.</param>
    /// <param name="reason">Why, for the record, at most 200 characters.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call; what was begun is finished all the same.</param>
    public Task<Order> RefundAllAsync(
        string name, string? reason = null, SuiteCallOptions? options = null, CancellationToken cancellationToken = default) =>
        RefundAsync(new RefundOrderRequest { Name = name, Reason = reason ?? string.Empty }, options, cancellationToken);

    /// <summary>
    /// Gives money of a FULFILLED order back: an amount, the units of some lines, or with neither all that is left. The request is not
    /// changed; a missing <c>request_id</c> is made.
    /// </summary>
    public Task<Order> RefundAsync(RefundOrderRequest request, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var write = request.Clone();
        write.RequestId = RequestIds.Choose(request.RequestId, options);
        return RefundOrder.InvokeAsync(_environment, _endpoint, write, write.RequestId, options, cancellationToken);
    }

    /// <summary>Tells what happened to an order, from the first event to the last: what, when, by whom and why.</summary>
    /// <param name="name">The resource name, <c>orders/{uuid}</c>.</param>
    /// <param name="list">Page size, how many are wanted, where to go on.</param>
    /// <param name="options">What these calls do differently.</param>
    public SuiteList<OrderEvent> ListEvents(string name, SuiteListOptions? list = null, SuiteCallOptions? options = null) =>
        new(list, async (size, token, cancellationToken) =>
        {
            var request = new ListOrderEventsRequest { Parent = name, PageSize = size, PageToken = token };
            var response = await ListOrderEvents
                .InvokeAsync(_environment, _endpoint, request, null, options, cancellationToken).ConfigureAwait(false);
            return new SuitePage<OrderEvent>(response.Events, response.NextPageToken);
        });

    /// <summary>Finds orders by what is in them, best first unless asked otherwise; what a query can say stands at <see cref="SearchOrdersRequest.Query"/>.</summary>
    /// <param name="query">For example <c>green tea state:CONFIRMED total&gt;100</c>.</param>
    /// <param name="orderBy">For example <c>create_time desc</c>; null for what fits best.</param>
    /// <param name="list">Page size, how many are wanted, where to go on.</param>
    /// <param name="options">What these calls do differently.</param>
    public SuiteList<OrderHit> Search(string query, string? orderBy = null, SuiteListOptions? list = null, SuiteCallOptions? options = null) =>
        new(list, async (size, token, cancellationToken) =>
        {
            var request = new SearchOrdersRequest { Query = query, OrderBy = orderBy ?? string.Empty, PageSize = size, PageToken = token };
            var response = await SearchAsync(request, options, cancellationToken).ConfigureAwait(false);
            return new SuitePage<OrderHit>(response.Hits, response.NextPageToken);
        });

    /// <summary>Asks for one page of what a search finds, with how fresh it is and, when asked for, counts of all that matches.</summary>
    public Task<SearchOrdersResponse> SearchAsync(
        SearchOrdersRequest request, SuiteCallOptions? options = null, CancellationToken cancellationToken = default) =>
        SearchOrders.InvokeAsync(_environment, _endpoint, request, null, options, cancellationToken);

    /// <summary>
    /// Tells the order as it is, then every change in order of its version, and ends at a final state. When the connection
    /// breaks it comes back and goes on behind the last version it told, without a gap and without telling one twice.
    /// </summary>
    /// <param name="name">The resource name, <c>orders/{uuid}</c>.</param>
    /// <param name="afterVersion">Only versions above are told; 0 tells all from the present one.</param>
    /// <param name="options">What this watch does differently. It has no deadline unless set here.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public IAsyncEnumerable<Order> WatchAsync(
        string name, long afterVersion = 0, SuiteCallOptions? options = null, CancellationToken cancellationToken = default) =>
        OrderWatch.RunAsync(_environment, _endpoint, name, afterVersion, options, cancellationToken);

    /// <summary>Watches an order until it is as wanted, or final, and returns it then.</summary>
    /// <param name="name">The resource name, <c>orders/{uuid}</c>.</param>
    /// <param name="until">What to wait for; <c>null</c> for any state but PENDING: the payment is decided, or the order cancelled.</param>
    /// <param name="options">What this watch does differently. It has no deadline unless set here.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public async Task<Order> WaitAsync(
        string name, Func<Order, bool>? until = null, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        until ??= static order => order.State != Order.Types.State.Pending;
        Order? last = null;
        await foreach (var order in WatchAsync(name, 0, options, cancellationToken).ConfigureAwait(false))
        {
            last = order;
            if (until(order))
            {
                break;
            }
        }

        return last ?? await GetAsync(name, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Places many orders over one stream, the fast lane. Each request gets one <see cref="ImportResult"/>, in any order; a
    /// request that fails does not end the import. After a break whatever was not answered is sent again under the same
    /// <c>request_id</c>, so nothing is placed twice. Requests are drawn only as fast as results are taken.
    /// </summary>
    /// <param name="requests">What <see cref="CreateAsync(CreateOrderRequest, SuiteCallOptions?, CancellationToken)"/> would be called with; a missing <c>request_id</c> is made.</param>
    /// <param name="import">How many are in flight at once, and how long to wait for answers.</param>
    /// <param name="options">What this import does differently. It has no deadline unless set here; a request id here is ignored.</param>
    /// <param name="cancellationToken">Ends the import; what was placed stays placed.</param>
    public IAsyncEnumerable<ImportResult> ImportAsync(
        IAsyncEnumerable<CreateOrderRequest> requests,
        SuiteImportOptions? import = null,
        SuiteCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return OrderImport.RunAsync(_environment, _endpoint, requests, import ?? new SuiteImportOptions(), options, cancellationToken);
    }
}
