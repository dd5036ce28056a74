using Google.Type;
using Grpc.Core;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Users.V1;

namespace Suite.Client.Testing;

/// <summary>OrderService, its unary part.</summary>
internal static class FakeOrders
{
    public static Order Create(FakeState state, CreateOrderRequest request)
    {
        var order = FakeOnce.Run(state, "CreateOrder", request, request.RequestId, () => Place(state, request.Order));
        FakePayments.Start(state, order.Name);
        return order;
    }

    public static Order Get(FakeState state, GetOrderRequest request) => Find(state, request.Name).Current.Clone();

    public static ListOrdersResponse List(FakeState state, ListOrdersRequest request)
    {
        var matches = FakeFilter.Parse(request.Filter, Field, new Order { CreateTime = new() });
        var found = state.Orders.Values.Select(o => o.Current).Reverse().Where(o => state.Caller.MayKnowOf(o.Customer)).Where(matches);
        var (items, next) = FakePages.Cut("ListOrders " + request.Filter, found, o => o.Name, request.PageSize, request.PageToken);
        return new ListOrdersResponse { Orders = { items.Select(o => o.Clone()) }, NextPageToken = next };
    }

    public static Order Cancel(FakeState state, CancelOrderRequest request) => FakeOnce.Run(state, "CancelOrder", request, request.RequestId, () =>
    {
        var order = Find(state, request.Name);
        if (request.Etag.Length > 0 && request.Etag != order.Current.Etag)
        {
            throw FakeErrors.About(
                StatusCode.Aborted, ErrorReason.EtagMismatch, request.Name, $"{request.Name} has changed since its etag was read.");
        }

        if (order.IsFinal)
        {
            throw FakeErrors.About(
                StatusCode.FailedPrecondition,
                ErrorReason.OrderStateConflict,
                request.Name,
                $"The order is {order.Current.State.ToString().ToUpperInvariant()}; only PENDING and CONFIRMED orders can be cancelled.");
        }

        order.Move(Order.Types.State.Cancelled, request.Reason, state.Now());
        FakePayments.Release(state, request.Name);
        return order.Current.Clone();
    });

    public static FakeOrder Find(FakeState state, string name) =>
        !name.StartsWith("orders/", StringComparison.Ordinal)
            ? throw FakeErrors.Invalid("name", "must be a name of the form orders/{uuid}.")
            : state.Orders.TryGetValue(name, out var order) && state.Caller.MayKnowOf(order.Current.Customer)
                ? order
                : throw FakeErrors.NotFound(name);

    private static Order Place(FakeState state, Order? wanted)
    {
        Check(wanted);
        if (!state.Users.TryGetValue(wanted!.Customer, out var customer)
            || customer.State != User.Types.State.Active
            || !state.Caller.MayKnowOf(customer.Name))
        {
            throw FakeErrors.About(
                StatusCode.FailedPrecondition,
                ErrorReason.CustomerNotFound,
                wanted.Customer,
                $"{wanted.Customer} does not exist or is not active.");
        }

        var now = state.Now();
        var order = new Order
        {
            Name = state.NewName("orders"),
            Customer = wanted.Customer,
            State = Order.Types.State.Pending,
            CreateTime = now,
            UpdateTime = now,
            Etag = "1",
            Version = 1,
        };
        Price(state, wanted, order);
        state.Orders.Add(order.Name, new FakeOrder(order, wanted.PaymentMethod));
        return order.Clone();
    }

    private static void Check(Order? wanted)
    {
        var problem = wanted switch
        {
            null => ("order", "must be set."),
            { Customer: "" } => ("order.customer", "must be set."),
            { PaymentMethod: "" } => ("order.payment_method", "must be set."),
            { Lines.Count: 0 } => ("order.lines", "must have at least one item."),
            { Lines.Count: > 500 } => ("order.lines", $"must have at most 500 items, but has {wanted.Lines.Count}."),
            _ => wanted.Lines.Select((line, i) => line.Quantity is < 1 or > 1_000_000
                ? ($"order.lines[{i}].quantity", "must be between 1 and 1000000.")
                : ((string, string)?)null).FirstOrDefault(p => p is not null),
        };
        if (problem is { } found)
        {
            throw FakeErrors.Invalid(found.Item1, found.Item2);
        }
    }

    private static void Price(FakeState state, Order wanted, Order order)
    {
        for (var i = 0; i < wanted.Lines.Count; i++)
        {
            var line = wanted.Lines[i];
            if (!state.Products.TryGetValue(line.Product, out var product) || product.State != Product.Types.State.Active)
            {
                throw FakeErrors.About(
                    StatusCode.FailedPrecondition,
                    ErrorReason.ProductNotFound,
                    line.Product,
                    $"order.lines[{i}].product: {line.Product} is not in the price book or no longer sold.");
            }

            var amount = FakeMoney.Times(product.Price, line.Quantity, $"order.lines[{i}].quantity");
            if (order.Total is { } total && total.CurrencyCode != amount.CurrencyCode)
            {
                throw FakeErrors.Invalid(
                    $"order.lines[{i}].product",
                    $"is priced in {amount.CurrencyCode}, the first line in {total.CurrencyCode}; an order has one currency.",
                    ErrorReason.CurrencyMismatch);
            }

            order.Total = FakeMoney.Plus(order.Total, amount, $"order.lines[{i}].quantity");
            order.Lines.Add(new OrderLine { Product = line.Product, Quantity = line.Quantity, UnitPrice = product.Price.Clone(), Amount = amount });
        }
    }

    private static object? Field(Order order, string name) => name switch
    {
        "customer" => order.Customer,
        "state" => order.State.ToString().ToUpperInvariant(),
        "create_time" => order.CreateTime,
        _ => null,
    };
}
