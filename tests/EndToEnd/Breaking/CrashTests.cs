using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Local.Services;
using Suite.Tests.EndToEnd.Running;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.EndToEnd.Breaking;

/// <summary>SIGKILL to real processes at the worst moments.</summary>
internal sealed class CrashTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private TestSuite _suite = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _suite = await Suites.BreakableAsync();

    [TearDown]
    public Task MendAsync() => _suite.MendAsync();

    [Test]
    public async Task Order_dies_after_the_commit_and_before_it_publishes_or_answers()
    {
        var request = await _suite.RequestAsync(await _suite.NewCustomerAsync());
        await using var client = _suite.Client();
        var order = await CrashingAsync(_suite.Local.Order, "order.after-commit");
        var placing = client.Orders.CreateAsync(request);
        await DeadAsync(order);

        var id = await CommittedAsync(request);
        Assert.That(Topic.EventsOf(_suite, "suite.order.v1", id), Is.Empty, "It died before it could tell.");
        Assert.That(placing.IsCompleted, Is.False, "Nobody was told.");
        await _suite.MendAsync();

        var placed = await placing;
        Assert.That(placed.Name, Is.EqualTo($"orders/{id}"), "The repeated call finds what the first one did.");
        Assert.That((await _suite.DecidedAsync(placed.Name)).State, Is.EqualTo(State.Confirmed));
        await Books.SettleAndCheckAsync(_suite);
    }

    [TestCase("tok_flaky")]
    [TestCase("tok_visa")]
    public async Task Payment_dies_between_the_answer_of_the_provider_and_the_commit(string token)
    {
        var payment = await CrashingAsync(_suite.Local.Payment, "payment.after-provider");
        var placed = await _suite.PlaceAsync(token);
        await DeadAsync(payment);
        Assert.That(await AuthorizationsAsync(placed), Is.EqualTo(1), "The provider has done the work.");
        Assert.That((await _suite.Orders().GetOrderAsync(new GetOrderRequest { Name = placed.Name })).State, Is.EqualTo(State.Pending));
        await _suite.MendAsync();

        Assert.That((await _suite.DecidedAsync(placed.Name)).State, Is.EqualTo(State.Confirmed));
        Assert.That(await AuthorizationsAsync(placed), Is.EqualTo(1));
        await Books.SettleAndCheckAsync(_suite);
    }

    [Test]
    public async Task Payment_dies_between_the_release_at_the_provider_and_the_commit()
    {
        var order = await _suite.DecidedAsync((await _suite.PlaceAsync()).Name);
        var payment = await CrashingAsync(_suite.Local.Payment, "payment.step-asked");
        await _suite.Orders().CancelOrderAsync(new CancelOrderRequest { Name = order.Name, RequestId = Guid.NewGuid().ToString() });
        await DeadAsync(payment);
        await _suite.MendAsync();

        await Eventually.That(async () => (await _suite.PaymentOfAsync(order.Name))?.State, Is.EqualTo(Payment.Types.State.Voided));
        await Books.SettleAndCheckAsync(_suite);
    }

    [TestCase("order", "suite.order.v1", "OrderPlaced")]
    [TestCase("payment", "suite.payment.v1", "PaymentAuthorized")]
    public async Task A_relay_dies_after_it_published_and_before_it_marked_and_nothing_takes_effect_twice(
        string service, string topic, string type)
    {
        var request = await _suite.RequestAsync(await _suite.NewCustomerAsync());
        await using var client = _suite.Client();
        var dying = await CrashingAsync(_suite.Local.Service(service), "relay.after-publish");
        // It may die before it has answered: the same request is answered by whoever comes after it.
        var placing = client.Orders.CreateAsync(request);
        await DeadAsync(dying);
        var key = await CommittedAsync(request);
        Assert.That(Topic.EventsOf(_suite, topic, key), Does.Contain(type), "It was published.");
        await _suite.MendAsync();

        var placed = await placing;
        Assert.That((await _suite.DecidedAsync(placed.Name)).State, Is.EqualTo(State.Confirmed));
        await Eventually.That(
            () => Task.FromResult(Topic.EventsOf(_suite, topic, key).Count(t => t == type)), Is.GreaterThan(1), "It is published again.");
        var marker = await _suite.PlaceAsync();
        await _suite.DecidedAsync(marker.Name);
        await Books.SettleAndCheckAsync(_suite);
    }

    [Test]
    public async Task Every_service_is_killed_under_load_and_nothing_is_lost_doubled_or_stuck()
    {
        await using var load = await Load.StartAsync(_suite, orders: 300, 0);
        var reached = 0;
        foreach (var service in (LocalService[])[_suite.Local.Order, _suite.Local.Payment, _suite.Local.User])
        {
            await load.ReachesAsync(reached += 60);
            await service.KillAsync();
            await _suite.MendAsync();
        }

        await load.FinishAsync();
        await load.CheckAsync();
        await Books.SettleAndCheckAsync(_suite);
    }

    /// <summary>Starts a service that dies when it comes to a point, and waits until it is ready.</summary>
    private async Task<ServiceProcess> CrashingAsync(LocalService service, string point)
    {
        await _suite.RestartAsync(service, ("SUITE_TEST_CRASH", point));
        return service.Process!;
    }

    private static async Task DeadAsync(ServiceProcess process) =>
        Assert.That(await process.Exited.WaitAsync(s_patience), Is.EqualTo(137), "It was killed, and did not end by itself.");

    /// <summary>The id of the order that a request made, whether it was answered or not: the only one of its customer.</summary>
    private async Task<string> CommittedAsync(CreateOrderRequest request)
    {
        var customer = Guid.Parse(request.Order.Customer["users/".Length..]);
        return (await _suite.ScalarAsync<Guid>("order", "SELECT id FROM orders WHERE customer_id = $1", customer)).ToString();
    }

    private Task<long> AuthorizationsAsync(Order order) => _suite.ScalarAsync<long>(
        "payment",
        """
        SELECT count(*) FROM simulator_payments s JOIN payments p ON p.id::text = s.idempotency_key
        WHERE p.order_id = $1 AND s.reference IS NOT NULL
        """,
        Guid.Parse(order.Name["orders/".Length..]));
}
