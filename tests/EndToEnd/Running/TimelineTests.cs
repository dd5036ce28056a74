using Suite.Client;
using Suite.Contracts.Ops.V1;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Users.V1;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;

namespace Suite.Tests.EndToEnd.Running;

/// <summary>The stories of orders: documents that can be lost, and made again while orders flow.</summary>
/// <param name="start">Gives the suite.</param>
internal abstract class TimelineTests(Func<Task<TestSuite>> start)
{
    private const string Timelines = "projections/timelines";

    private static readonly EventType[] WholeLife =
    [
        EventType.Placed, EventType.PaymentAuthorized, EventType.Confirmed, EventType.FulfillmentStarted, EventType.PaymentCaptured, EventType.Fulfilled,
        EventType.RefundStarted, EventType.PaymentRefunded, EventType.Refunded,
    ];

    private TestSuite _suite = null!;

    /// <summary>The place of the documents.</summary>
    protected abstract IStoredTimelines Stored { get; }

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _suite = await start();
        await _suite.ProductAsync("tea", 3);
    }

    [TearDown]
    public Task MendAsync() => _suite.MendAsync();

    [Test]
    public async Task A_story_is_told_from_everybodys_side_in_the_order_of_causes()
    {
        var order = await LiveAsync();

        await Eventually.That(() => TypesAsync(order), Is.EqualTo(WholeLife));
        var story = await StoryAsync(order, pageSize: 2);
        Assert.Multiple(() =>
        {
            Assert.That(story.Select(e => e.Type), Is.EqualTo(WholeLife), "however it is paged");
            Assert.That(story.Select(e => e.Sequence), Is.EqualTo(Enumerable.Range(1, WholeLife.Length)));
            Assert.That(story.Single(e => e.Type == EventType.PaymentRefunded).Amount.Units, Is.EqualTo(1));
            Assert.That(story.Where(e => e.Type is EventType.RefundStarted or EventType.PaymentRefunded or EventType.Refunded).Select(e => e.Step).Distinct().Count(), Is.EqualTo(1));
        });
    }

    [Test]
    public async Task What_the_customer_did_stands_in_the_story_and_goes_with_them()
    {
        var customer = await _suite.NewCustomerAsync();
        var order = (await _suite.Orders().CreateOrderAsync(await _suite.RequestAsync(customer))).Name;
        await _suite.DecidedAsync(order);
        await _suite.Users.SuspendUserAsync(new SuspendUserRequest { Name = customer, RequestId = Guid.NewGuid().ToString() });
        await _suite.Users.ReactivateUserAsync(new ReactivateUserRequest { Name = customer, RequestId = Guid.NewGuid().ToString() });
        await _suite.Orders().CancelOrderAsync(
            new CancelOrderRequest { Name = order, Reason = "I am moving to Ada Lane 7", RequestId = Guid.NewGuid().ToString() });
        await Eventually.That(
            async () => await TypesAsync(order),
            Is.SupersetOf(new[] { EventType.CustomerSuspended, EventType.CustomerReactivated, EventType.Cancelled, EventType.PaymentVoided }));
        await Eventually.That(() => Stored.TextsAsync(_suite, "Ada Lane"), Is.EqualTo(1), "The document says what somebody typed.");

        await _suite.Users.DeleteUserAsync(new DeleteUserRequest { Name = customer, RequestId = Guid.NewGuid().ToString() });

        await Eventually.That(() => TypesAsync(order), Does.Contain(EventType.CustomerDeleted));
        await Eventually.That(() => Stored.TextsAsync(_suite, "Ada Lane"), Is.Zero);
        await using var client = _suite.Client();
        await RebuildAsync(client);
        Assert.That(await Stored.TextsAsync(_suite, "Ada Lane"), Is.Zero, "also after a rebuild");
    }

    [Test]
    public async Task Documents_that_are_lost_while_orders_flow_are_made_again_as_they_were()
    {
        var order = await LiveAsync();
        await Eventually.That(() => TypesAsync(order), Is.EqualTo(WholeLife));
        var before = await StoryAsync(order);
        await using var client = _suite.Client();
        using var stop = new CancellationTokenSource();
        var load = PlaceUntilAsync(stop.Token);

        await Stored.LoseAsync(_suite);
        Assert.That(await TypesAsync(order), Has.None.EqualTo(EventType.PaymentCaptured), "It is lost.");
        var rebuilt = await RebuildAsync(client);
        await stop.CancelAsync();
        var placed = await load;

        await Eventually.That(() => StoryAsync(order), Is.EqualTo(before));
        Assert.That(rebuilt.Generation, Is.GreaterThan(1));
        await _suite.DecidedAsync(placed);
        await Eventually.That(() => TypesAsync(placed), Is.EqualTo(new[] { EventType.Placed, EventType.PaymentAuthorized, EventType.Confirmed }));
        Assert.That((await VerifyAsync(client)).DifferenceCount, Is.Zero);
    }

    [Test]
    public async Task A_rebuild_that_is_killed_goes_on_and_a_verification_finds_what_is_not_as_in_the_record()
    {
        await using var client = _suite.Client();
        var orders = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => _suite.PlaceAsync()));
        await _suite.DecidedAsync(orders[^1].Name);
        // Its first page takes long enough to be killed in the middle of it.
        await Stored.SlowDownAsync(_suite);
        try
        {
            await client.Projections.RebuildAsync(Timelines);
            await Task.Delay(100);
            await _suite.Local.Order.KillAsync();
            await _suite.Local.Order.StartAsync();
        }
        finally
        {
            await Stored.GoOnAsync(_suite);
        }

        await Eventually.That(async () => (await client.Projections.GetAsync(Timelines)).State, Is.EqualTo(Projection.Types.State.Serving));
        Assert.That((await VerifyAsync(client)).DifferenceCount, Is.Zero);

        var id = orders[0].Name["orders/".Length..];
        await Stored.ForgeAsync(_suite, Guid.Parse(id));
        var found = await VerifyAsync(client);

        Assert.That((found.DifferenceCount, found.Differences.Single()), Is.EqualTo((1L, $"{id}: o1-0 is not as in the record")));
        await RebuildAsync(client);
        Assert.That((await VerifyAsync(client)).DifferenceCount, Is.Zero);
    }

    [Test]
    public async Task What_there_is_not_can_not_be_rebuilt_and_two_things_at_once_neither()
    {
        await using var client = _suite.Client();
        var unknown = await Assert.ThrowsAsync<SuiteException>(() => client.Projections.RebuildAsync("projections/tea-leaves"));
        Assert.That(unknown!.Code, Is.EqualTo(Grpc.Core.StatusCode.NotFound));
        Assert.That(await client.Projections.List().Select(p => p.Name).ToListAsync(), Is.EqualTo(new[] { "projections/search", Timelines }));
    }

    private static async Task<Projection> RebuildAsync(SuiteClient client)
    {
        await client.Projections.RebuildAsync(Timelines);
        await Eventually.That(async () => (await client.Projections.GetAsync(Timelines)).State, Is.EqualTo(Projection.Types.State.Serving));
        return await client.Projections.GetAsync(Timelines);
    }

    private static async Task<Verification> VerifyAsync(SuiteClient client)
    {
        var begun = await client.Projections.VerifyAsync(Timelines);
        await Eventually.That(
            async () => (await client.Projections.GetAsync(Timelines)).LastVerification?.EndTime?.ToDateTime() ?? DateTime.MinValue,
            Is.GreaterThan(begun.BeginTime.ToDateTime()));
        return (await client.Projections.GetAsync(Timelines)).LastVerification;
    }

    /// <summary>An order that is fulfilled and of which one unit is given back.</summary>
    private async Task<string> LiveAsync()
    {
        var order = (await _suite.DecidedAsync((await _suite.PlaceAsync()).Name)).Name;
        await Asking.UntilAnsweredAsync(() => _suite.Orders().FulfillOrderAsync(
            new FulfillOrderRequest { Name = order, RequestId = Guid.NewGuid().ToString() }).ResponseAsync);
        await Asking.UntilAnsweredAsync(() => _suite.Orders().RefundOrderAsync(new RefundOrderRequest
        {
            Name = order,
            Amount = new Google.Type.Money { CurrencyCode = "EUR", Units = 1 },
            RequestId = Guid.NewGuid().ToString(),
        }).ResponseAsync);
        return order;
    }

    private async Task<string> PlaceUntilAsync(CancellationToken stop)
    {
        var last = string.Empty;
        while (!stop.IsCancellationRequested || last.Length == 0)
        {
            last = (await _suite.PlaceAsync()).Name;
            await Task.Delay(100, CancellationToken.None);
        }

        return last;
    }

    private async Task<EventType[]> TypesAsync(string order) => [.. (await StoryAsync(order)).Select(e => e.Type)];

    private async Task<List<OrderEvent>> StoryAsync(string order, int pageSize = 100)
    {
        var request = new ListOrderEventsRequest { Parent = order, PageSize = pageSize };
        var story = new List<OrderEvent>();
        do
        {
            var page = await _suite.Orders().ListOrderEventsAsync(request);
            story.AddRange(page.Events);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return story;
    }
}
