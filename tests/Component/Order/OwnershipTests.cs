using Grpc.Core;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;
using Suite.Orders;
using Suite.Platform.Errors;
using Suite.Platform.Security;
using Suite.Tests.Component.Security;

namespace Suite.Tests.Component.Orders;

/// <summary>A user sees and changes their own orders. Those of others are answered exactly like orders that never were.</summary>
internal sealed class OwnershipTests
{
    private OrderRoom _room = null!;
    private Caller _owner = null!;
    private Caller _other = null!;

    [SetUp]
    public async Task OpenAsync()
    {
        _room = await OrderRoom.OpenAsync();
        _owner = Callers.User(_room.Customer);
        _other = Callers.User($"users/{Guid.CreateVersion7()}");
    }

    [TearDown]
    public async Task CloseAsync()
    {
        if (_room is not null)
        {
            await _room.DisposeAsync();
        }
    }

    [Test]
    public async Task Of_anothers_order_a_user_gets_the_very_answer_of_one_that_never_was()
    {
        var order = (await _room.PlaceAsync(caller: _owner)).Name;
        var never = $"orders/{Guid.CreateVersion7()}";

        foreach (var call in (Func<string, Task>[])
        [
            name => Service.GetOrder(new GetOrderRequest { Name = name }, As(_other)),
            name => Service.CancelOrder(Cancel(name), As(_other)),
            name => Service.CancelOrder(Cancel(name, etag: "9"), As(_other)),
            name => Service.FulfillOrder(new FulfillOrderRequest { Name = name, RequestId = Guid.NewGuid().ToString() }, As(_other)),
            name => Service.RefundOrder(new RefundOrderRequest { Name = name, RequestId = Guid.NewGuid().ToString() }, As(_other)),
            name => Service.ListOrderEvents(new ListOrderEventsRequest { Parent = name }, As(_other)),
            name => Service.WatchOrder(new WatchOrderRequest { Name = name }, new Seen(), As(_other)),
            name => Service.WatchOrder(new WatchOrderRequest { Name = name, AfterVersion = 7 }, new Seen(), As(_other)),
        ])
        {
            var ofOrder = await Assert.ThrowsAsync<DomainException>(() => call(order));
            var ofNever = await Assert.ThrowsAsync<DomainException>(() => call(never));
            Assert.That(Told(ofOrder!, order), Is.EqualTo(Told(ofNever!, never)));
            Assert.That(ofNever!.Reason, Is.EqualTo(ErrorReason.ResourceNotFound));
        }

        Assert.That(await _room.CountAsync("orders WHERE state = 1"), Is.EqualTo(1), "nothing was cancelled");
        Assert.That((await Service.GetOrder(new GetOrderRequest { Name = order }, As(_owner))).Name, Is.EqualTo(order));
        Assert.That((await Service.GetOrder(new GetOrderRequest { Name = order }, As(Callers.Backend))).Name, Is.EqualTo(order));
        Assert.That((await Service.CancelOrder(Cancel(order), As(_owner))).State, Is.EqualTo(Order.Types.State.Cancelled));
    }

    [Test]
    public async Task An_order_for_another_customer_is_answered_as_one_for_a_customer_who_does_not_exist()
    {
        var request = _room.Request(("tea", 1));
        var refused = await Assert.ThrowsAsync<DomainException>(() => Service.CreateOrder(request, As(_other)));
        _room.Users.Suspended.Add(_room.Customer);
        var none = await Assert.ThrowsAsync<DomainException>(() => Service.CreateOrder(_room.Request(("tea", 1)), As(Callers.Backend)));

        Assert.That(refused!.ToStatus(), Is.EqualTo(none!.ToStatus()));
        Assert.That(refused.Reason, Is.EqualTo(ErrorReason.CustomerNotFound));
        Assert.That(await _room.CountAsync("orders") + await _room.CountAsync("idempotency"), Is.Zero);
    }

    [Test]
    public async Task A_list_holds_only_what_the_caller_may_know_of_whatever_its_filter_says()
    {
        await _room.PlaceAsync(caller: _owner);
        var mine = _room.Request(("tea", 1));
        mine.Order.Customer = _other.Name;
        var own = await _room.PlaceAsync(mine, caller: _other);

        async Task<string[]> ListAsync(Caller caller, string filter = "") =>
            [.. (await Service.ListOrders(new ListOrdersRequest { Filter = filter }, As(caller))).Orders.Select(o => o.Name)];

        Assert.That(await ListAsync(_other), Is.EqualTo(new[] { own.Name }));
        Assert.That(await ListAsync(_other, $"customer = \"{_owner.Name}\""), Is.Empty);
        Assert.That(await ListAsync(_other, "state != CONFIRMED"), Is.EqualTo(new[] { own.Name }));
        Assert.That(await ListAsync(Callers.Backend), Has.Length.EqualTo(2));
    }

    [Test]
    public async Task A_page_token_of_one_caller_is_none_of_another()
    {
        await _room.PlaceAsync(caller: _owner);
        await _room.PlaceAsync(caller: _owner);
        var page = await Service.ListOrders(new ListOrdersRequest { PageSize = 1 }, As(_owner));
        var next = new ListOrdersRequest { PageSize = 1, PageToken = page.NextPageToken };

        Assert.That((await Service.ListOrders(next, As(_owner))).Orders, Has.Count.EqualTo(1));
        var error = await Assert.ThrowsAsync<DomainException>(() => Service.ListOrders(next, As(_other)));
        Assert.That(error!.Reason, Is.EqualTo(ErrorReason.PageTokenInvalid));
    }

    [Test]
    public async Task A_request_id_that_somebody_else_used_tells_nothing_and_takes_nothing()
    {
        var first = _room.Request(("tea", 1));
        var order = await Service.CreateOrder(first, As(_owner));
        var guess = first.Clone();

        var leak = await Assert.ThrowsAsync<DomainException>(() => Service.CreateOrder(guess, As(_other)));
        var cancel = Cancel(order.Name);
        cancel.RequestId = first.RequestId;
        var otherMethod = await Assert.ThrowsAsync<DomainException>(() => Service.CancelOrder(cancel, As(_other)));
        var own = first.Clone();
        own.Order.Customer = _other.Name;
        var placed = await Service.CreateOrder(own, As(_other));

        Assert.That(leak!.Reason, Is.EqualTo(ErrorReason.CustomerNotFound));
        Assert.That(otherMethod!.Reason, Is.EqualTo(ErrorReason.ResourceNotFound));
        Assert.That(placed.Customer, Is.EqualTo(_other.Name));
        Assert.That(placed.Name, Is.Not.EqualTo(order.Name));
        Assert.That(await Service.CreateOrder(first.Clone(), As(_owner)), Is.EqualTo(order), "its owner still gets the stored answer");
    }

    [Test]
    public async Task An_import_places_the_callers_own_orders_and_refuses_the_others()
    {
        var stream = new Imported(_room.Request(("tea", 1)), _room.Request(("tea", 2)));
        stream.Requests[1].Order.Order.Customer = _other.Name;

        await Service.ImportOrders(stream, stream, As(_other));

        Assert.That(stream.Answers.Single(a => a.RequestId == stream.Requests[0].Order.RequestId).Error.Message, Does.Contain("does not exist or is not active"));
        Assert.That(stream.Answers.Single(a => a.RequestId == stream.Requests[1].Order.RequestId).Order.Customer, Is.EqualTo(_other.Name));
        Assert.That(await _room.CountAsync("orders"), Is.EqualTo(1));
    }

    private static string Told(DomainException error, string name) =>
        $"{error.Code} {error.Reason} {error.Message} {string.Join(' ', error.Details)} {error.Fields.Count} {string.Join(' ', error.Preconditions)} {error.RetryAfter}"
            .Replace(name, "{name}", StringComparison.Ordinal);

    private OrderGrpcService Service => _room.Get<OrderGrpcService>();

    private static PlayedCall As(Caller caller) => new("/suite.order.v1.OrderService/Any", CancellationToken.None, caller);

    private static CancelOrderRequest Cancel(string name, string etag = "") =>
        new() { Name = name, RequestId = Guid.NewGuid().ToString(), Reason = "changed my mind", Etag = etag };

    private sealed class Seen : IServerStreamWriter<WatchOrderResponse>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(WatchOrderResponse message) => Task.CompletedTask;
    }

    internal sealed class Imported(params CreateOrderRequest[] requests) : IAsyncStreamReader<ImportOrdersRequest>, IServerStreamWriter<ImportOrdersResponse>
    {
        private int _next;

        public ImportOrdersRequest[] Requests { get; } = [.. requests.Select(request => new ImportOrdersRequest { Order = request })];

        public List<ImportOrdersResponse> Answers { get; } = [];

        public ImportOrdersRequest Current => Requests[_next - 1];

        public WriteOptions? WriteOptions { get; set; }

        public Task<bool> MoveNext(CancellationToken cancellationToken) => Task.FromResult(_next++ < Requests.Length);

        public Task WriteAsync(ImportOrdersResponse message, CancellationToken cancellationToken) => WriteAsync(message);

        public Task WriteAsync(ImportOrdersResponse message)
        {
            Answers.Add(message);
            return Task.CompletedTask;
        }
    }
}
