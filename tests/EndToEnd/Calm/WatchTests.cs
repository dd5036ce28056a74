using Grpc.Core;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Tests.EndToEnd.Running;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.EndToEnd.Calm;

/// <summary>WatchOrder and CancelOrder between two replicas.</summary>
internal sealed class WatchTests
{
    private TestSuite _suite = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _suite = await Suites.CalmAsync();

    [Test]
    public async Task A_watch_on_one_replica_tells_every_change_made_through_another_and_ends_at_the_final_one()
    {
        var placed = await _suite.PlaceAsync("tok_slow", replica: 0);
        using var watch = Watch(placed.Name, 0);

        var present = await NextAsync(watch);
        Assert.That(present, Is.EqualTo(placed), "the present state comes at once");
        var confirmed = await NextAsync(watch);
        Assert.That((confirmed!.State, confirmed.Version), Is.EqualTo((State.Confirmed, 2)));
        Assert.That(confirmed.Lines, Is.EqualTo(placed.Lines));

        await CancelAsync(placed.Name);

        var cancelled = await NextAsync(watch);
        Assert.That((cancelled!.State, cancelled.Version, cancelled.StateReason), Is.EqualTo((State.Cancelled, 3, "changed my mind")));
        Assert.That(await NextAsync(watch), Is.Null, "nothing follows a final state");
    }

    [Test]
    public async Task A_watch_goes_on_behind_the_version_it_saw()
    {
        var placed = await _suite.PlaceAsync();
        await _suite.DecidedAsync(placed.Name);
        await CancelAsync(placed.Name);

        using var behindFirst = Watch(placed.Name, 1);
        Assert.That((await NextAsync(behindFirst))!.State, Is.EqualTo(State.Confirmed));
        Assert.That((await NextAsync(behindFirst))!.State, Is.EqualTo(State.Cancelled));
        Assert.That(await NextAsync(behindFirst), Is.Null);

        using var behindLast = Watch(placed.Name, 3);
        Assert.That(await NextAsync(behindLast), Is.Null);
    }

    [Test]
    public async Task A_watch_of_a_confirmed_order_stays_open_and_hears_of_a_cancel_elsewhere()
    {
        var placed = await _suite.PlaceAsync();
        await _suite.DecidedAsync(placed.Name);
        using var watch = Watch(placed.Name, 0);
        Assert.That((await NextAsync(watch))!.State, Is.EqualTo(State.Confirmed));
        var next = NextAsync(watch);
        Assert.That(next.IsCompleted, Is.False);

        await CancelAsync(placed.Name);

        Assert.That((await next)!.State, Is.EqualTo(State.Cancelled));
    }

    [TestCase("tok_visa", true)]
    [TestCase("tok_slow", false)]
    public async Task A_cancel_releases_what_was_authorized_or_is_about_to_be(string token, bool confirmedFirst)
    {
        var placed = await _suite.PlaceAsync(token);
        if (confirmedFirst)
        {
            await _suite.DecidedAsync(placed.Name);
        }
        else
        {
            // The provider has been asked and takes its time.
            await Eventually.That(() => _suite.PaymentOfAsync(placed.Name), Is.Not.Null);
        }

        var cancelled = await CancelAsync(placed.Name);

        Assert.That(cancelled.State, Is.EqualTo(State.Cancelled));
        await Eventually.That(async () => (await _suite.PaymentOfAsync(placed.Name))?.State, Is.EqualTo(Payment.Types.State.Voided));
        await Books.SettleAndCheckAsync(_suite);
    }

    private AsyncServerStreamingCall<WatchOrderResponse> Watch(string name, long afterVersion) => _suite.Orders(1).WatchOrder(
        new WatchOrderRequest { Name = name, AfterVersion = afterVersion }, deadline: DateTime.UtcNow.AddSeconds(60));

    private async Task<Order> CancelAsync(string name) => await _suite.Orders(0).CancelOrderAsync(
        new CancelOrderRequest { Name = name, Reason = "changed my mind", RequestId = Guid.NewGuid().ToString() });

    private static async Task<Order?> NextAsync(AsyncServerStreamingCall<WatchOrderResponse> watch) =>
        await watch.ResponseStream.MoveNext(CancellationToken.None) ? watch.ResponseStream.Current.Order : null;
}
