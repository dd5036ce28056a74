using System.Net;
using Google.Rpc;
using Grpc.Core;
using Grpc.Health.V1;
using Suite.Contracts.Orders.V1;

namespace Suite.Tests.Component.Hosting;

/// <summary>A server that takes four calls of a method at once, all of which hang.</summary>
internal sealed class OverloadTests
{
    private const int Most = 4;
    private const string Order = "orders/0197a9c1-0f5b-7c3e-9d0e-0f5b8a1f0001";

    private PlatformHost _host = null!;
    private TaskCompletionSource _hold = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _host = await PlatformHost.StartAsync($"SUITE_MAX_CALLS_PER_METHOD={Most}");
        _hold = _host.Hold();
    }

    [TearDown]
    public async Task StopAsync()
    {
        _hold.TrySetResult();
        await _host.DisposeAsync();
    }

    [Test]
    public async Task Calls_beyond_the_limit_are_told_when_to_come_back_and_their_method_never_runs()
    {
        var (channel, products) = _host.Connect();
        using var open = channel;
        var running = Fill(products);
        await ReachAsync(Most);

        for (var i = 0; i < 20; i++)
        {
            var refused = Assert.ThrowsAsync<RpcException>(async () => await products.ListProductsAsync(new(), deadline: Soon))!;
            Assert.That(refused.StatusCode, Is.EqualTo(StatusCode.ResourceExhausted));
            Assert.That(refused.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason, Is.EqualTo("OVERLOADED"));
            Assert.That(refused.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay.ToTimeSpan(), Is.GreaterThan(TimeSpan.Zero));
        }

        Assert.That(_host.Entered, Is.EqualTo(Most));
        _hold.SetResult();
        await Task.WhenAll(running);
        await products.ListProductsAsync(new(), deadline: Soon);
        Assert.That(_host.Entered, Is.EqualTo(Most + 1), "there is room again");
    }

    [Test]
    public async Task Nobody_who_is_refused_is_asked_who_he_is()
    {
        var (channel, products) = _host.Connect();
        using var open = channel;
        var running = Fill(products);
        await ReachAsync(Most);
        var nobody = new Metadata { { "authorization", "Bearer of nothing" } };

        var refused = Assert.ThrowsAsync<RpcException>(async () => await products.ListProductsAsync(new(), nobody, Soon))!;

        Assert.That(refused.StatusCode, Is.EqualTo(StatusCode.ResourceExhausted));
        _hold.SetResult();
        await Task.WhenAll(running);
    }

    [Test]
    public async Task Other_methods_health_and_what_finishes_work_are_served_meanwhile()
    {
        var (channel, products) = _host.Connect();
        using var open = channel;
        var running = Fill(products);
        await ReachAsync(Most);

        Assert.That((await products.GetProductAsync(new() { Name = "products/tea" }, deadline: Soon)).Name, Is.EqualTo("products/tea"));
        var health = await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), deadline: Soon);
        Assert.That(health.Status, Is.EqualTo(HealthCheckResponse.Types.ServingStatus.Serving));
        var orders = _host.OrdersOf(channel);
        var finishing = Enumerable.Range(0, 3 * Most).Select(_ => orders.CancelOrderAsync(Cancellation(), deadline: Soon).ResponseAsync).ToArray();
        await ReachAsync(4 * Most);

        _hold.SetResult();
        await Task.WhenAll(running);
        Assert.That((await Task.WhenAll(finishing)).Select(order => order.Name), Is.All.EqualTo(Order));
    }

    [Test]
    public async Task Streams_hold_no_place()
    {
        var (channel, _) = _host.Connect();
        using var open = channel;
        var orders = _host.OrdersOf(channel);
        var watches = Enumerable.Range(0, 3 * Most).Select(_ => orders.WatchOrder(new() { Name = Order }, deadline: Soon)).ToList();
        foreach (var watch in watches)
        {
            Assert.That(await watch.ResponseStream.MoveNext(CancellationToken.None), Is.True);
        }

        watches.ForEach(watch => watch.Dispose());
    }

    [Test]
    public async Task HTTP_JSON_shares_the_places_of_its_method_and_gets_429()
    {
        var (channel, products) = _host.Connect();
        using var open = channel;
        var running = Fill(products);
        await ReachAsync(Most);
        using var http = new HttpClient();

        using var answer = await http.GetAsync(new Uri(_host.Http, "/v1/products"));

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("OVERLOADED").And.Contain("retryDelay"));
        _hold.SetResult();
        await Task.WhenAll(running);
    }

    private static CancelOrderRequest Cancellation() => new() { Name = Order, RequestId = Guid.NewGuid().ToString() };

    private static DateTime Soon => DateTime.UtcNow.AddSeconds(60);

    private static Task[] Fill(ProductService.ProductServiceClient products) =>
        [.. Enumerable.Range(0, Most).Select(_ => products.ListProductsAsync(new(), deadline: Soon).ResponseAsync)];

    private Task ReachAsync(int entered) => Eventually.That(() => Task.FromResult(_host.Entered), Is.EqualTo(entered));
}
