using Grpc.Core;
using Suite.Contracts.Orders.V1;
using Suite.Orders.Features;
using Suite.Orders.Storage;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Naming;
using Suite.Platform.Overload;
using Suite.Platform.Security;

namespace Suite.Orders;

/// <summary>OrderService: translate, call, translate.</summary>
internal sealed class OrderGrpcService(
    PlaceOrder placeOrder,
    OrderStore store,
    ListOrders listOrders,
    SearchOrders searchOrders,
    CancelOrder cancelOrder,
    FulfillOrder fulfillOrder,
    RefundOrder refundOrder,
    ListOrderEvents listOrderEvents,
    WatchOrder watchOrder,
    ImportOrders importOrders)
    : OrderService.OrderServiceBase
{
    public override Task<Order> CreateOrder(CreateOrderRequest request, ServerCallContext context) =>
        placeOrder.RunAsync(request, context.GetCaller(), context.CancellationToken);

    public override async Task<Order> GetOrder(GetOrderRequest request, ServerCallContext context)
    {
        var order = await store.FindAsync(Id(request.Name), context.CancellationToken);
        return order is not null && order.IsKnownTo(context.GetCaller()) ? order.ToProto() : throw DomainError.NotFound(request.Name);
    }

    public override Task<ListOrdersResponse> ListOrders(ListOrdersRequest request, ServerCallContext context) =>
        listOrders.RunAsync(request, context.GetCaller(), context.CancellationToken);

    public override Task<SearchOrdersResponse> SearchOrders(SearchOrdersRequest request, ServerCallContext context) =>
        searchOrders.RunAsync(request, context.GetCaller(), context.CancellationToken);

    [FinishesWork]
    public override Task<Order> CancelOrder(CancelOrderRequest request, ServerCallContext context) =>
        cancelOrder.RunAsync(
            RequestKey.Of("CancelOrder", request.RequestId, request, context.GetCaller()),
            Id(request.Name),
            request.Reason,
            request.Etag,
            context.GetCaller(),
            context.CancellationToken);

    [FinishesWork]
    public override Task<Order> FulfillOrder(FulfillOrderRequest request, ServerCallContext context) => fulfillOrder.RunAsync(
        new StepRequest(
            RequestKey.Of("FulfillOrder", request.RequestId, request, context.GetCaller()),
            Id(request.Name),
            request.Etag,
            context.GetCaller(),
            request.Note),
        context.CancellationToken);

    [FinishesWork]
    public override Task<Order> RefundOrder(RefundOrderRequest request, ServerCallContext context) => refundOrder.RunAsync(
        new StepRequest(
            RequestKey.Of("RefundOrder", request.RequestId, request, context.GetCaller()),
            Id(request.Name),
            request.Etag,
            context.GetCaller(),
            request.Reason),
        Features.RefundOrder.WishOf(request),
        context.CancellationToken);

    public override Task<ListOrderEventsResponse> ListOrderEvents(ListOrderEventsRequest request, ServerCallContext context) =>
        listOrderEvents.RunAsync(request, context.GetCaller(), context.CancellationToken);

    public override async Task WatchOrder(
        WatchOrderRequest request, IServerStreamWriter<WatchOrderResponse> responseStream, ServerCallContext context)
    {
        await foreach (var order in watchOrder.RunAsync(Id(request.Name), request.AfterVersion, context.GetCaller(), context.CancellationToken))
        {
            await responseStream.WriteAsync(new WatchOrderResponse { Order = order }, context.CancellationToken);
        }
    }

    public override Task ImportOrders(
        IAsyncStreamReader<ImportOrdersRequest> requestStream, IServerStreamWriter<ImportOrdersResponse> responseStream, ServerCallContext context) =>
        importOrders.RunAsync(requestStream, responseStream, context);

    private static Guid Id(string name) => ResourceName.ParseGuid(Domain.Order.Collection, name);
}
