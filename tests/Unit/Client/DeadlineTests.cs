using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Suite.Client;

namespace Suite.Tests.Unit.Client;

internal sealed class DeadlineTests
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    [Test]
    public async Task A_unary_call_ends_after_thirty_seconds_unless_told_otherwise()
    {
        var clock = new FakeTimeProvider();
        using var shop = new Shop(clock);
        shop.Fake.DelayNext("GetOrder", Long);
        var started = clock.GetUtcNow();

        var error = await Assert.ThrowsAsync<SuiteException>(() => clock.RunAsync(shop.Client.Orders.GetAsync("orders/it"), TimeSpan.FromMilliseconds(500)));

        Assert.That(error!.Code, Is.EqualTo(StatusCode.DeadlineExceeded));
        Assert.That(clock.GetUtcNow() - started, Is.InRange(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(35)));
    }

    [Test]
    public async Task A_call_can_have_a_deadline_of_its_own()
    {
        var clock = new FakeTimeProvider();
        using var shop = new Shop(clock);
        shop.Fake.DelayNext("GetOrder", Long);
        var options = new SuiteCallOptions { Timeout = TimeSpan.FromSeconds(2) };
        var started = clock.GetUtcNow();

        var error = await Assert.ThrowsAsync<SuiteException>(() => clock.RunAsync(shop.Client.Orders.GetAsync("orders/it", options)));

        Assert.That(error!.Code, Is.EqualTo(StatusCode.DeadlineExceeded));
        Assert.That(clock.GetUtcNow() - started, Is.InRange(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)));
    }

    [Test]
    public async Task A_deadline_is_no_cancellation_and_a_cancellation_is_no_deadline()
    {
        var clock = new FakeTimeProvider();
        using var shop = new Shop(clock);
        shop.Fake.DelayNext("GetOrder", Long, times: 2);
        using var cancel = new CancellationTokenSource();

        var cancelled = shop.Client.Orders.GetAsync("orders/it", cancellationToken: cancel.Token);
        cancel.Cancel();

        var error = await Assert.CatchAsync<OperationCanceledException>(() => cancelled);
        Assert.That(error!.CancellationToken, Is.EqualTo(cancel.Token));
    }

    [Test]
    public async Task A_caller_can_cancel_the_wait_between_attempts()
    {
        var clock = new FakeTimeProvider();
        using var shop = new Shop(clock);
        shop.Fake.FailNext("GetOrder", StatusCode.Unavailable, retryAfter: TimeSpan.FromSeconds(10));
        using var cancel = new CancellationTokenSource();

        var call = shop.Client.Orders.GetAsync("orders/it", cancellationToken: cancel.Token);
        await ClientClock.UntilAsync(() => shop.Retries.Count == 1);
        await cancel.CancelAsync();

        var error = await Assert.CatchAsync<OperationCanceledException>(() => call);
        Assert.That(error!.CancellationToken, Is.EqualTo(cancel.Token));
        Assert.That(shop.CallsOf("GetOrder").Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_token_that_is_cancelled_already_sends_nothing()
    {
        using var shop = new Shop();

        await Assert.CatchAsync<OperationCanceledException>(() => shop.Client.Orders.CreateAsync(shop.Order(), cancellationToken: new CancellationToken(true)));

        Assert.That(shop.Fake.Calls, Is.Empty);
    }

    [Test]
    public async Task A_timeout_of_nothing_is_refused()
    {
        using var shop = new Shop();
        var options = new SuiteCallOptions { Timeout = TimeSpan.Zero };

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => shop.Client.Orders.GetAsync("orders/it", options));
    }
}
