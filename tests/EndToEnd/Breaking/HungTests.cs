using System.Diagnostics;
using System.Net;
using Grpc.Core;
using Npgsql;
using Suite.Local.Services;
using Suite.Tests.EndToEnd.Running;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.EndToEnd.Breaking;

/// <summary>
/// Stores that hang instead of failing: connections stay open, new ones are taken, and nothing answers. User and Order have them
/// behind a wire that can be stalled; Payment has the same ones without it.
/// </summary>
[Category("Alone")]
internal sealed class HungTests
{
    /// <summary>How long a call may take that needs nothing of what hangs, on a machine that is busy with other tests.</summary>
    private static readonly TimeSpan s_quick = TimeSpan.FromSeconds(10);

    /// <summary>Longer than it takes to give up statements and connections, so that what comes of that is seen too.</summary>
    private static readonly TimeSpan s_stall = TimeSpan.FromSeconds(15);

    private TestSuite _suite = null!;
    private StallingWire _postgres = null!;
    private StallingWire _redis = null!;
    private HttpClient _http = null!;
    private string _customer = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _suite = await Suites.BreakableAsync();
        _http = new HttpClient { Timeout = s_quick };
        var direct = new NpgsqlConnectionStringBuilder(_suite.Local.PostgresConnectionString);
        _postgres = StallingWire.To(direct.Port);
        _redis = StallingWire.To(_suite.Local.Redis!.Port);
        var behind = new NpgsqlConnectionStringBuilder(direct.ConnectionString) { Port = _postgres.Port }.ConnectionString;
        await Task.WhenAll(((LocalService[])[_suite.Local.User, _suite.Local.Order]).Select(service => _suite.RestartAsync(
            service, ("SUITE_POSTGRES", behind), ("SUITE_REDIS", $"127.0.0.1:{_redis.Port},password={_suite.Local.Redis.Password}"))));
        _customer = await _suite.NewCustomerAsync();
        await _suite.ProductAsync("tea", 3);
    }

    [TearDown]
    public void Resume()
    {
        _postgres.Resume();
        _redis.Resume();
    }

    [OneTimeTearDown]
    public async Task MendAsync()
    {
        await _suite.MendAsync();
        await _postgres.DisposeAsync();
        await _redis.DisposeAsync();
        _http.Dispose();
    }

    [Test]
    public async Task PostgreSQL_that_hangs_takes_down_no_call_that_does_not_need_it()
    {
        await RememberAsync();
        var request = await _suite.RequestAsync(_customer);
        _postgres.Stall();
        var stalled = Stopwatch.StartNew();

        // More than there are connections. They end by the deadline of their callers, or because the service gave up.
        var waiting = Enumerable.Range(0, 120).Select(i => OutcomeAsync((i % 3) switch
        {
            0 => _suite.Orders().ListOrdersAsync(new(), deadline: In(3)).ResponseAsync,
            1 => _suite.Users.ListUsersAsync(new(), deadline: In(3)).ResponseAsync,
            _ => _suite.Orders().CreateOrderAsync(request, deadline: In(3)).ResponseAsync,
        })).ToArray();
        while (stalled.Elapsed < s_stall)
        {
            await NeedsNoDatabaseAsync();
        }

        Assert.That(await Task.WhenAll(waiting).WaitAsync(s_quick), Is.All.AnyOf(StatusCode.DeadlineExceeded, StatusCode.Unavailable));
        _postgres.Resume();
        await Eventually.That(() => Probe.ReadyAsync(_suite.Local.User), Is.EqualTo((200, "Healthy")));
        await Eventually.That(() => Probe.ReadyAsync(_suite.Local.Order), Is.EqualTo((200, "Healthy")));
        // The same request, whose outcome nobody knew.
        await WorksAsync(await Asking.UntilAnsweredAsync(() => _suite.Orders().CreateOrderAsync(request, deadline: In(30)).ResponseAsync));
    }

    [Test]
    public async Task A_call_without_a_deadline_of_its_own_is_not_kept_waiting_by_a_PostgreSQL_that_hangs_longer_than_the_default()
    {
        _postgres.Stall();
        var codes = await Task.WhenAll(
            OutcomeAsync(_suite.Orders().ListOrdersAsync(new()).ResponseAsync),
            OutcomeAsync(_suite.Users.ListUsersAsync(new()).ResponseAsync)).WaitAsync(TimeSpan.FromSeconds(45));
        _postgres.Resume();

        Assert.That(codes, Is.All.AnyOf(StatusCode.DeadlineExceeded, StatusCode.Unavailable));
        await WorksAsync(await Asking.UntilAnsweredAsync(async () => await _suite.PlaceAsync()));
    }

    [Test]
    public async Task Redis_that_hangs_costs_no_call_more_than_a_moment()
    {
        await RememberAsync();
        _redis.Stall();
        var stalled = Stopwatch.StartNew();
        while (stalled.Elapsed < TimeSpan.FromSeconds(5))
        {
            await NeedsNoDatabaseAsync();
            await _suite.Users.GetUserAsync(new() { Name = await _suite.NewCustomerAsync() }, deadline: DateTime.UtcNow + s_quick);
            await WorksAsync(await _suite.Orders().CreateOrderAsync(await _suite.RequestAsync(_customer), deadline: DateTime.UtcNow + s_quick));
        }

        Assert.That(await Probe.ReadyAsync(_suite.Local.Order), Is.EqualTo((200, "Degraded")));
        _redis.Resume();
        await Eventually.That(() => Probe.ReadyAsync(_suite.Local.Order), Is.EqualTo((200, "Healthy")));
    }

    private static DateTime In(int seconds) => DateTime.UtcNow.AddSeconds(seconds);

    private static async Task<StatusCode> OutcomeAsync(Task call)
    {
        try
        {
            await call;
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }

    /// <summary>Lets caches have what the test reads from them.</summary>
    private async Task RememberAsync()
    {
        await _suite.Users.GetUserAsync(new() { Name = _customer });
        await _suite.Products.GetProductAsync(new() { Name = "products/tea" });
    }

    private async Task NeedsNoDatabaseAsync()
    {
        var user = await _suite.Users.GetUserAsync(new() { Name = _customer }, deadline: DateTime.UtcNow + s_quick);
        var product = await _suite.Products.GetProductAsync(new() { Name = "products/tea" }, deadline: DateTime.UtcNow + s_quick);
        using var keys = await _http.GetAsync(new Uri(_suite.Local.User.HttpAddress + "/.well-known/jwks.json"));
        Assert.That((user.Name, product.Name, keys.StatusCode), Is.EqualTo((_customer, "products/tea", HttpStatusCode.OK)));
        foreach (var service in _suite.Local.Services)
        {
            using var live = await _http.GetAsync(new Uri(service.HttpAddress + "/livez"));
            Assert.That(live.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            await Wire.CallAsync(service.GrpcAddress, "grpc.health.v1.Health/Check", ReadOnlyMemory<byte>.Empty).WaitAsync(s_quick);
        }

        // It asks User whom to believe, and is told nothing new: that is degraded, and ready.
        using var ready = await _http.GetAsync(new Uri(_suite.Local.Payment.HttpAddress + "/readyz"));
        Assert.That(ready.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    private async Task WorksAsync(Contracts.Orders.V1.Order placed) =>
        Assert.That((await _suite.DecidedAsync(placed.Name)).State, Is.EqualTo(State.Confirmed));
}
