using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Suite.Client;
using Suite.Contracts.Orders.V1;

namespace Suite.Tests.Unit.Client;

internal sealed class WatchTests
{
    [Test]
    public async Task A_watch_tells_every_state_and_ends_at_a_final_one()
    {
        using var shop = new Shop();
        shop.Fake.HoldPayments = true;
        var order = await shop.Client.Orders.CreateAsync(shop.Order());

        var states = new List<Order.Types.State>();
        await foreach (var state in shop.Client.Orders.WatchAsync(order.Name, cancellationToken: shop.Soon))
        {
            states.Add(state.State);
            if (state.State == Order.Types.State.Pending)
            {
                shop.Fake.DecidePayments();
            }
            else if (state.State == Order.Types.State.Confirmed)
            {
                await shop.Client.Orders.CancelAsync(order.Name, "changed my mind");
            }
        }

        Assert.That(states, Is.EqualTo(new[] { Order.Types.State.Pending, Order.Types.State.Confirmed, Order.Types.State.Cancelled }));
    }

    [Test]
    public async Task After_a_break_it_goes_on_behind_the_last_version_it_told()
    {
        using var shop = new Shop();
        shop.Fake.HoldPayments = true;
        var order = await shop.Client.Orders.CreateAsync(shop.Order());
        shop.Fake.BreakNext("WatchOrder", afterMessages: 1);
        shop.Fake.BreakNext("WatchOrder", afterMessages: 0, StatusCode.Internal, times: 2);

        var versions = new List<long>();
        await foreach (var state in shop.Client.Orders.WatchAsync(order.Name, cancellationToken: shop.Soon))
        {
            versions.Add(state.Version);
            if (state.Version == 1)
            {
                shop.Fake.DecidePayments();
                await shop.Client.Orders.CancelAsync(order.Name);
            }
        }

        Assert.That(versions, Is.EqualTo(new long[] { 1, 2, 3 }));
        Assert.That(
            shop.CallsOf("WatchOrder").Select(c => ((WatchOrderRequest)c.Requests[0]).AfterVersion), Is.EqualTo(new long[] { 0, 1, 1, 1 }));
    }

    [Test]
    public async Task It_can_begin_behind_a_version()
    {
        using var shop = new Shop();
        var order = await shop.Client.Orders.CreateAsync(shop.Order(paymentMethod: "tok_declined"));

        var versions = new List<long>();
        await foreach (var state in shop.Client.Orders.WatchAsync(order.Name, afterVersion: 1, cancellationToken: shop.Soon))
        {
            versions.Add(state.Version);
        }

        Assert.That(versions, Is.EqualTo(new long[] { 2 }));
    }

    [Test]
    public async Task It_has_no_deadline_and_outlives_breaks_hours_apart()
    {
        var clock = new FakeTimeProvider();
        using var shop = new Shop(clock);
        shop.Fake.HoldPayments = true;
        var order = await shop.Client.Orders.CreateAsync(shop.Order());
        var versions = new List<long>();
        shop.Fake.FailNext("WatchOrder", StatusCode.Unavailable, times: 3, delay: TimeSpan.FromHours(2));

        var watch = Task.Run(async () =>
        {
            await foreach (var state in shop.Client.Orders.WatchAsync(order.Name, cancellationToken: shop.Soon))
            {
                versions.Add(state.Version);
                shop.Fake.DecidePayments();
                if (state.State == Order.Types.State.Confirmed)
                {
                    await shop.Client.Orders.CancelAsync(order.Name);
                }
            }

            return true;
        });
        await ClientClock.UntilAsync(() => shop.CallsOf("WatchOrder").Any());
        await clock.RunAsync(watch, TimeSpan.FromMinutes(10));

        Assert.That(versions, Is.EqualTo(new long[] { 1, 2, 3 }));
        Assert.That(shop.Retries, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task It_gives_up_when_nothing_was_heard_for_as_long_as_its_patience()
    {
        var clock = new FakeTimeProvider();
        using var shop = new Shop(clock);
        var started = clock.GetUtcNow();
        shop.Fake.FailNext("WatchOrder", StatusCode.Unavailable, times: 1000);

        var error = await Assert.ThrowsAsync<SuiteException>(() => clock.RunAsync(shop.Client.Orders.WaitAsync("orders/it"), TimeSpan.FromMilliseconds(500)));

        Assert.That(error!.Code, Is.EqualTo(StatusCode.Unavailable));
        Assert.That(clock.GetUtcNow() - started, Is.InRange(TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(75)));
    }

    [Test]
    public async Task An_order_that_does_not_exist_is_told_at_once()
    {
        using var shop = new Shop();

        var error = await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Orders.WaitAsync("orders/none"));

        Assert.That((error!.Code, error.Attempts), Is.EqualTo((StatusCode.NotFound, 1)));
    }

    [Test]
    public async Task Its_caller_can_end_it()
    {
        using var shop = new Shop();
        var order = await shop.Client.Orders.CreateAsync(shop.Order());
        using var cancel = new CancellationTokenSource();

        var error = await Assert.CatchAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in shop.Client.Orders.WatchAsync(order.Name, cancellationToken: cancel.Token))
            {
                await cancel.CancelAsync();
            }
        });

        Assert.That(error!.CancellationToken, Is.EqualTo(cancel.Token));
    }

    [Test]
    public async Task Waiting_returns_the_order_as_soon_as_it_is_decided()
    {
        using var shop = new Shop();
        shop.Fake.HoldPayments = true;
        var order = await shop.Client.Orders.CreateAsync(shop.Order(paymentMethod: "tok_insufficient_funds"));

        var waiting = shop.Client.Orders.WaitAsync(order.Name);
        await ClientClock.UntilAsync(() => shop.CallsOf("WatchOrder").Any());
        Assert.That(waiting.IsCompleted, Is.False);
        shop.Fake.DecidePayments();

        var decided = await waiting;
        Assert.That((decided.State, decided.StateReason), Is.EqualTo((Order.Types.State.Rejected, "insufficient_funds")));
    }

    [Test]
    public async Task It_can_have_a_deadline_if_asked_for()
    {
        var clock = new FakeTimeProvider();
        using var shop = new Shop(clock);
        var order = await shop.Client.Orders.CreateAsync(shop.Order());
        var options = new SuiteCallOptions { Timeout = TimeSpan.FromSeconds(5) };

        var error = await Assert.ThrowsAsync<SuiteException>(
            () => clock.RunAsync(shop.Client.Orders.WaitAsync(order.Name, o => o.State == Order.Types.State.Cancelled, options)));

        Assert.That(error!.Code, Is.EqualTo(StatusCode.DeadlineExceeded));
    }
}
