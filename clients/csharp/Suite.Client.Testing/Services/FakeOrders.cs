using System.Globalization;
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

    public static ListOrderEventsResponse ListEvents(FakeState state, ListOrderEventsRequest request)
    {
        var events = Find(state, request.Parent).Events;
        var (items, next) = FakePages.Cut(
            "ListOrderEvents " + request.Parent, events, e => e.Sequence.ToString(CultureInfo.InvariantCulture), request.PageSize, request.PageToken);
        return new ListOrderEventsResponse { Events = { items.Select(e => e.Clone()) }, NextPageToken = next };
    }

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
        Adjust(state, wanted, order);
        var placed = new FakeOrder(order, wanted.PaymentMethod);
        placed.Tell(OrderEvent.Types.Type.Placed, state.Caller.Name, now, amount: order.Total);
        state.Orders.Add(order.Name, placed);
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
            { Adjustments.Count: > 20 } => ("order.adjustments", $"must have at most 20 items, but has {wanted.Adjustments.Count}."),
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

    // Split when the order is placed, and kept: what a line is worth in a refund is read, not computed again.
    private static void Adjust(FakeState state, Order wanted, Order order)
    {
        if (wanted.Adjustments.Count > 0)
        {
            state.Caller.MustHave("adjustments.write");
        }

        var currency = order.Total.CurrencyCode;
        for (var i = 0; i < wanted.Adjustments.Count; i++)
        {
            Check(wanted.Adjustments[i], currency, $"order.adjustments[{i}]");
            order.Adjustments.Add(wanted.Adjustments[i].Clone());
        }

        var sum = order.Adjustments.Aggregate(Int128.Zero, (all, adjustment) => all + FakeMoney.Minor(adjustment.Amount));
        if (FakeMoney.Minor(order.Total) + sum < 0)
        {
            throw FakeErrors.Invalid("order.adjustments", "make the total less than 0.");
        }

        var amounts = order.Lines.Select(line => FakeMoney.Minor(line.Amount)).ToList();
        var weights = amounts.TrueForAll(amount => amount == 0) ? [.. order.Lines.Select(line => (Int128)line.Quantity)] : amounts;
        var shares = FakeMoney.Split(sum, weights);
        for (var i = 0; i < shares.Length; i++)
        {
            order.Lines[i].Total = FakeMoney.OfMinor(amounts[i] + shares[i], currency);
        }

        order.Total = FakeMoney.Plus(order.Total, FakeMoney.OfMinor(sum, currency), "order.adjustments");
    }

    private static void Check(OrderAdjustment adjustment, string currency, string field)
    {
        var amount = adjustment.Amount ?? throw FakeErrors.Invalid($"{field}.amount", "must be set.");
        if (amount.CurrencyCode != currency)
        {
            throw FakeErrors.Invalid($"{field}.amount", $"must be in {currency}, as the lines are.", ErrorReason.CurrencyMismatch);
        }

        FakeMoney.CheckDigits(amount, $"{field}.amount");
        var hasRightSign = adjustment.Kind switch
        {
            OrderAdjustment.Types.Kind.Shipping or OrderAdjustment.Types.Kind.Tax => FakeMoney.Nanos(amount) >= 0,
            OrderAdjustment.Types.Kind.Discount or OrderAdjustment.Types.Kind.Credit => FakeMoney.Nanos(amount) <= 0,
            _ => throw FakeErrors.Invalid($"{field}.kind", "must be set."),
        };
        if (!hasRightSign)
        {
            throw FakeErrors.Invalid($"{field}.amount", "has the wrong sign for its kind.");
        }
    }

    private static object? Field(Order order, string name) => name switch
    {
        "customer" => order.Customer,
        "state" => FakeNames.Of(order.State),
        "create_time" => order.CreateTime,
        _ => null,
    };
}
