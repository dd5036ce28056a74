using Suite.Contracts.Orders.V1;
using Suite.Orders.Storage;
using Suite.Platform.Listing;
using Suite.Platform.Naming;
using Suite.Platform.Security;
using Order = Suite.Orders.Domain.Order;

namespace Suite.Orders.Features;

/// <summary>Walks the orders that the caller may know of from the newest to the oldest, by key.</summary>
internal sealed class ListOrders(OrderStore store, PageTokens tokens)
{
    private static readonly FilterSchema Filters = new FilterSchema()
        .Resource("customer", Order.Customers, "customer_id")
        .Enum("state", OrderServiceReflection.Descriptor.FindTypeByName<Google.Protobuf.Reflection.MessageDescriptor>("Order").EnumTypes[0], "state")
        .Time("create_time", "create_time");

    public async Task<ListOrdersResponse> RunAsync(ListOrdersRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var query = $"ListOrders {caller.Sight} {request.Filter}";
        var size = PageTokens.Size(request.PageSize);
        Guid? before = tokens.Decode(query, request.PageToken) is { } cursor ? Guid.ParseExact(cursor, "N") : null;
        Guid? customer = caller.SeesOnlyOwn ? ResourceName.ParseGuid(Order.Customers, caller.Name) : null;
        var orders = await store.PageAsync(
            parameters => Filters.ToSql(request.Filter, parameters), customer, before, size + 1, cancellationToken);
        return new ListOrdersResponse
        {
            Orders = { orders.Take(size).Select(o => o.ToProto()) },
            NextPageToken = orders.Count > size ? tokens.Encode(query, orders[size - 1].Id.ToString("N")) : string.Empty,
        };
    }
}
