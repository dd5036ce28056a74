using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Contracts.Users.V1;
using Suite.Faults.History;
using Money = Google.Type.Money;

namespace Suite.Faults.Load;

/// <summary>The calls of one client, each recorded.</summary>
/// <param name="name">For example <c>client-3</c>.</param>
/// <param name="lines">The way to the replicas.</param>
/// <param name="recorder">Puts down what became of each.</param>
internal sealed class Caller(string name, Lines lines, Recorder recorder)
{
    /// <summary>The same client doing something else at the same time.</summary>
    public Caller Beside => new(name + "b", lines, recorder);

    public Task<(ClientCall Call, User? Answer)> CreateUserAsync(int replica, CreateUserRequest request) => recorder.CallAsync(
        name,
        Operation.CreateUser,
        Replica("user", replica),
        options => lines.Users(replica).CreateUserAsync(request, options),
        call => call with { RequestId = request.RequestId, Mark = request.User.DisplayName },
        (call, user) => call with { Name = user.Name, Users = [UserFacts.Of(user)] });

    public Task<(ClientCall Call, User? Answer)> GetUserAsync(int replica, string user) => recorder.CallAsync(
        name,
        Operation.GetUser,
        Replica("user", replica),
        options => lines.Users(replica).GetUserAsync(new GetUserRequest { Name = user }, options),
        call => call with { Name = user },
        (call, answer) => call with { Users = [UserFacts.Of(answer)] });

    public Task<(ClientCall Call, Product? Answer)> CreateProductAsync(int replica, CreateProductRequest request) => recorder.CallAsync(
        name,
        Operation.CreateProduct,
        Replica("order", replica),
        options => lines.Products(replica).CreateProductAsync(request, options),
        call => call with { RequestId = request.RequestId, Name = "products/" + request.ProductId },
        (call, _) => call);

    public Task<(ClientCall Call, Product? Answer)> GetProductAsync(int replica, string product) => recorder.CallAsync(
        name,
        Operation.GetProduct,
        Replica("order", replica),
        options => lines.Products(replica).GetProductAsync(new GetProductRequest { Name = product }, options),
        call => call with { Name = product },
        (call, _) => call);

    public Task<(ClientCall Call, Order? Answer)> CreateOrderAsync(int replica, CreateOrderRequest request) => recorder.CallAsync(
        name,
        Operation.CreateOrder,
        Replica("order", replica),
        options => lines.Orders(replica).CreateOrderAsync(request, options),
        call => call with { RequestId = request.RequestId, Mark = OrderFacts.MarkOf(request.Order) },
        Seen);

    public Task<(ClientCall Call, Order? Answer)> CancelOrderAsync(int replica, string order, string requestId) => recorder.CallAsync(
        name,
        Operation.CancelOrder,
        Replica("order", replica),
        options => lines.Orders(replica).CancelOrderAsync(
            new CancelOrderRequest { Name = order, Reason = "changed my mind", RequestId = requestId }, options),
        call => call with { RequestId = requestId, Name = order },
        Seen);

    public Task<(ClientCall Call, Order? Answer)> FulfillOrderAsync(int replica, string order, string requestId) => recorder.CallAsync(
        name,
        Operation.FulfillOrder,
        Replica("order", replica),
        options => lines.Orders(replica).FulfillOrderAsync(new FulfillOrderRequest { Name = order, RequestId = requestId }, options),
        call => call with { RequestId = requestId, Name = order },
        Seen);

    /// <param name="replica">Whom to ask.</param>
    /// <param name="order">Of which order.</param>
    /// <param name="requestId">The request id.</param>
    /// <param name="amount">How much; null for all that is left.</param>
    public Task<(ClientCall Call, Order? Answer)> RefundOrderAsync(int replica, string order, string requestId, Money? amount) => recorder.CallAsync(
        name,
        Operation.RefundOrder,
        Replica("order", replica),
        options => lines.Orders(replica).RefundOrderAsync(
            new RefundOrderRequest { Name = order, Amount = amount, Reason = "damaged", RequestId = requestId }, options),
        call => call with { RequestId = requestId, Name = order, Amount = amount is null ? null : Amount.Of(amount) },
        Seen);

    public Task<(ClientCall Call, Order? Answer)> GetOrderAsync(int replica, string order) => recorder.CallAsync(
        name,
        Operation.GetOrder,
        Replica("order", replica),
        options => lines.Orders(replica).GetOrderAsync(new GetOrderRequest { Name = order }, options),
        call => call with { Name = order },
        Seen);

    public Task<(ClientCall Call, ListOrdersResponse? Answer)> ListOrdersAsync(int replica, string customer) => recorder.CallAsync(
        name,
        Operation.ListOrders,
        Replica("order", replica),
        options => lines.Orders(replica).ListOrdersAsync(
            new ListOrdersRequest { PageSize = 20, Filter = $"customer = \"{customer}\"" }, options),
        call => call,
        (call, page) => call with { Orders = [.. page.Orders.Select(OrderFacts.Of)] });

    public Task<(ClientCall Call, ListOrderEventsResponse? Answer)> ListOrderEventsAsync(int replica, string order) => recorder.CallAsync(
        name,
        Operation.ListOrderEvents,
        Replica("order", replica),
        options => lines.Orders(replica).ListOrderEventsAsync(new ListOrderEventsRequest { Parent = order, PageSize = 100 }, options),
        call => call with { Name = order },
        (call, page) => call with { Events = [.. page.Events.Select(change => OrderEventFacts.Of(order, change))] });

    public Task<(ClientCall Call, Payment? Answer)> GetPaymentAsync(int replica, string payment) => recorder.CallAsync(
        name,
        Operation.GetPayment,
        Replica("payment", replica),
        options => lines.Payments(replica).GetPaymentAsync(new GetPaymentRequest { Name = payment }, options),
        call => call with { Name = payment },
        (call, answer) => call with { Payments = [PaymentFacts.Of(answer)] });

    public Task<(ClientCall Call, ListPaymentsResponse? Answer)> ListPaymentsAsync(int replica, string order) => recorder.CallAsync(
        name,
        Operation.ListPayments,
        Replica("payment", replica),
        options => lines.Payments(replica).ListPaymentsAsync(new ListPaymentsRequest { Filter = $"order = \"{order}\"" }, options),
        call => call,
        (call, page) => call with { Payments = [.. page.Payments.Select(PaymentFacts.Of)] });

    public Task<(ClientCall Call, GetTrialBalanceResponse? Answer)> GetTrialBalanceAsync(int replica) => recorder.CallAsync(
        name,
        Operation.TrialBalance,
        Replica("payment", replica),
        options => lines.Ledger(replica).GetTrialBalanceAsync(new GetTrialBalanceRequest(), options),
        call => call,
        (call, balance) => call with { Ledger = LedgerSeen.Of(balance) });

    public Task<(ClientCall Call, ListPostingsResponse? Answer)> ListPostingsAsync(int replica, string payment) => recorder.CallAsync(
        name,
        Operation.ListPostings,
        Replica("payment", replica),
        options => lines.Ledger(replica).ListPostingsAsync(
            new ListPostingsRequest { PageSize = 200, Filter = $"source = \"{payment}\"" }, options),
        call => call with { Name = payment },
        (call, page) => call with
        {
            Ledger = new LedgerSeen { Postings = [.. page.Postings.Select(PostingFacts.Of)], HasWholeTransactions = page.NextPageToken.Length == 0 },
        });

    /// <summary>Asks User to delete somebody who has an open order, which it finds out by asking Order. Not recorded: it must be refused.</summary>
    public Task AskToDeleteAsync(int replica, string user) => AskAsync(deadline => lines.Users(replica).DeleteUserAsync(
        new DeleteUserRequest { Name = user, RequestId = Guid.NewGuid().ToString() }, deadline: deadline).ResponseAsync);

    /// <summary>Has Payment compare its books with Order's. Not recorded: in the middle of faults they need not agree.</summary>
    public Task ReconcileAsync(int replica) => AskAsync(async deadline =>
    {
        using var call = lines.Reconciliation(replica).ReconcilePayments(new ReconcilePaymentsRequest(), deadline: deadline);
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
        }
    });

    /// <summary>Looks for orders. Not recorded: what is found is as old as the index.</summary>
    public Task SearchOrdersAsync(int replica) => AskAsync(deadline => lines.Orders(replica).SearchOrdersAsync(new SearchOrdersRequest { PageSize = 1 }, deadline: deadline).ResponseAsync);

    /// <summary>Asks for the story of one of a customer's orders. Not recorded: nobody knows what should be in it.</summary>
    public Task ReadStoryAsync(int replica, string customer) => AskAsync(async deadline =>
    {
        var orders = await lines.Orders(replica).ListOrdersAsync(new ListOrdersRequest { PageSize = 1, Filter = $"customer = \"{customer}\"" }, deadline: deadline);
        foreach (var order in orders.Orders)
        {
            await lines.Orders(replica).ListOrderEventsAsync(new ListOrderEventsRequest { Parent = order.Name }, deadline: deadline);
        }
    });

    /// <summary>Asks for the sake of asking.</summary>
    private static async Task AskAsync(Func<DateTime, Task> askAsync)
    {
        try
        {
            await askAsync(DateTime.UtcNow.AddSeconds(3));
        }
        catch (Grpc.Core.RpcException)
        {
            // Refused, or not answered: it asked, which was all that was wanted.
        }
    }

    private static ClientCall Seen(ClientCall call, Order order) => call with { Name = order.Name, Orders = [OrderFacts.Of(order)] };

    private static string Replica(string service, int replica) => $"{service}-{replica + 1}";
}
