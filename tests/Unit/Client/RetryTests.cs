using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Suite.Client;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;

namespace Suite.Tests.Unit.Client;

internal sealed class RetryTests
{
    [Test]
    public async Task A_call_is_repeated_until_it_succeeds_and_tells_of_every_wait()
    {
        using var shop = new Shop();
        shop.Fake.FailNext("CreateOrder", StatusCode.Unavailable, times: 7);

        var order = await shop.Client.Orders.CreateAsync(shop.Order());

        Assert.That(order.State, Is.EqualTo(Order.Types.State.Pending));
        Assert.That(shop.CallsOf("CreateOrder").Count(), Is.EqualTo(8), "gRPC's own policy would have stopped at five");
        Assert.That(shop.Retries.Select(r => r.Attempt), Is.EqualTo(new[] { 1, 2, 3, 4, 5, 6, 7 }));
        Assert.That(shop.Retries.Select(r => r.Code), Is.All.EqualTo(StatusCode.Unavailable));
        Assert.That(shop.Retries.Select(r => r.Method), Is.All.EqualTo("suite.order.v1.OrderService/CreateOrder"));
    }

    [Test]
    public async Task A_write_whose_answer_was_lost_happens_once_under_one_request_id()
    {
        using var shop = new Shop();
        shop.Fake.FailNext("CreateOrder", StatusCode.Unavailable, times: 2, afterEffect: true);

        var order = await shop.Client.Orders.CreateAsync(shop.Order());

        Assert.That(shop.Fake.Orders.Select(o => o.Name), Is.EqualTo(new[] { order.Name }));
        var ids = shop.CallsOf("CreateOrder").Select(c => ((CreateOrderRequest)c.Requests[0]).RequestId).ToList();
        Assert.That(ids, Has.Count.EqualTo(3));
        Assert.That(ids.Distinct().Count(), Is.EqualTo(1));
        Assert.That(Guid.TryParse(ids[0], out _), Is.True);
    }

    [TestCase(StatusCode.Unavailable, ErrorReason.Unspecified, false, true)]
    [TestCase(StatusCode.Unavailable, ErrorReason.DependencyUnavailable, true, true)]
    [TestCase(StatusCode.Aborted, ErrorReason.RequestInProgress, true, true)]
    [TestCase(StatusCode.Aborted, ErrorReason.EtagMismatch, false, false)]
    [TestCase(StatusCode.Aborted, ErrorReason.Unspecified, true, false)]
    [TestCase(StatusCode.ResourceExhausted, ErrorReason.Unspecified, true, true)]
    [TestCase(StatusCode.ResourceExhausted, ErrorReason.MessageTooLarge, false, false)]
    [TestCase(StatusCode.Internal, ErrorReason.Unspecified, false, true)]
    [TestCase(StatusCode.Internal, ErrorReason.InternalError, false, false)]
    [TestCase(StatusCode.Unknown, ErrorReason.Unspecified, false, true)]
    [TestCase(StatusCode.Cancelled, ErrorReason.Unspecified, false, true)]
    [TestCase(StatusCode.InvalidArgument, ErrorReason.InvalidRequest, false, false)]
    [TestCase(StatusCode.FailedPrecondition, ErrorReason.CustomerNotFound, false, false)]
    [TestCase(StatusCode.NotFound, ErrorReason.ResourceNotFound, false, false)]
    [TestCase(StatusCode.DeadlineExceeded, ErrorReason.DeadlinePassed, false, false)]
    [TestCase(StatusCode.PermissionDenied, ErrorReason.Unspecified, false, false)]
    public async Task What_is_repeated(StatusCode code, ErrorReason reason, bool withRetryInfo, bool repeated)
    {
        using var shop = new Shop();
        TimeSpan? retryAfter = withRetryInfo ? TimeSpan.FromMilliseconds(1) : null;
        shop.Fake.FailNext("GetOrder", code, reason: reason, retryAfter: retryAfter);
        shop.Fake.ReplyNext("GetOrder", new Order { Name = "orders/it" });

        if (repeated)
        {
            Assert.That((await shop.Client.Orders.GetAsync("orders/it")).Name, Is.EqualTo("orders/it"));
        }
        else
        {
            var error = await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Orders.GetAsync("orders/it"));
            Assert.That((error!.Code, error.Reason, error.Attempts), Is.EqualTo((code, reason, 1)));
        }

        Assert.That(shop.CallsOf("GetOrder").Count(), Is.EqualTo(repeated ? 2 : 1));
    }

    [Test]
    public async Task An_unknown_outcome_is_not_repeated_for_ever()
    {
        using var shop = new Shop();
        shop.Fake.FailNext("GetOrder", StatusCode.Internal, times: 50);

        var error = await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Orders.GetAsync("orders/it"));

        Assert.That(error!.Attempts, Is.EqualTo(5));
    }

    [Test]
    public async Task Attempts_can_be_limited_or_turned_off_for_a_client_and_for_a_call()
    {
        using var shop = new Shop(configure: o => o.Retry = Shop.Quick with { MaxAttempts = 3 });
        shop.Fake.FailNext("GetOrder", StatusCode.Unavailable, times: 50);

        var limited = await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Orders.GetAsync("orders/it"));
        var off = await Assert.ThrowsAsync<SuiteException>(
            () => shop.Client.Orders.GetAsync("orders/it", new SuiteCallOptions { Retry = SuiteRetryOptions.None }));

        Assert.That((limited!.Attempts, off!.Attempts), Is.EqualTo((3, 1)));
    }

    [Test]
    public async Task The_service_says_how_long_to_wait()
    {
        var clock = new FakeTimeProvider();
        using var shop = new Shop(clock);
        shop.Fake.FailNext("GetOrder", StatusCode.Unavailable, retryAfter: TimeSpan.FromSeconds(3));
        shop.Fake.FailNext("GetOrder", StatusCode.Unavailable, pushback: 4000);
        shop.Fake.ReplyNext("GetOrder", new Order());

        await clock.RunAsync(shop.Client.Orders.GetAsync("orders/it"));

        Assert.That(shop.Retries[0].Delay, Is.InRange(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3.1)));
        Assert.That(shop.Retries[1].Delay, Is.InRange(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4.2)));
        var times = shop.CallsOf("GetOrder").Select(c => c.Time).ToList();
        Assert.That(times[1] - times[0], Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(3)));
        Assert.That(times[2] - times[1], Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(4)));
    }

    [Test]
    public async Task A_service_that_asks_not_to_come_back_is_heeded()
    {
        using var shop = new Shop();
        shop.Fake.FailNext("GetOrder", StatusCode.Unavailable, pushback: -1);

        var error = await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Orders.GetAsync("orders/it"));

        Assert.That(error!.Attempts, Is.EqualTo(1));
    }

    [Test]
    public async Task A_wait_past_the_deadline_is_not_begun_and_the_failure_itself_is_told()
    {
        using var shop = new Shop(new FakeTimeProvider());
        shop.Fake.FailNext("GetOrder", StatusCode.Unavailable, retryAfter: TimeSpan.FromMinutes(5), detail: "gone fishing");

        var error = await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Orders.GetAsync("orders/it"));

        Assert.That(error!.Code, Is.EqualTo(StatusCode.Unavailable));
        Assert.That(error.Detail, Is.EqualTo("gone fishing"));
        Assert.That(error.RetryAfter, Is.EqualTo(TimeSpan.FromMinutes(5)));
    }

    [Test]
    public async Task All_attempts_share_one_deadline()
    {
        var clock = new FakeTimeProvider();
        var started = clock.GetUtcNow();
        using var shop = new Shop(clock);
        shop.Fake.FailNext("GetOrder", StatusCode.Unavailable, times: 1000);

        var error = await Assert.ThrowsAsync<SuiteException>(() => clock.RunAsync(shop.Client.Orders.GetAsync("orders/it"), TimeSpan.FromMilliseconds(200)));

        Assert.That(error!.Code, Is.EqualTo(StatusCode.Unavailable).Or.EqualTo(StatusCode.DeadlineExceeded));
        Assert.That(error.Detail, Does.Contain("scripted"), "what the attempts failed with is told either way");
        Assert.That(error.Attempts, Is.GreaterThan(5));
        Assert.That(clock.GetUtcNow() - started, Is.LessThanOrEqualTo(TimeSpan.FromSeconds(31)));
    }

    [Test]
    public void Jitter_is_full_below_a_limit_that_doubles()
    {
        var options = new SuiteRetryOptions { FirstDelay = TimeSpan.FromMilliseconds(100), MaxDelay = TimeSpan.FromSeconds(1) };
        foreach (var (retry, limit) in new[] { (1, 100), (2, 200), (4, 800), (5, 1000), (90, 1000) })
        {
            var delays = Enumerable.Range(0, 500).Select(_ => RetryRules.Delay(retry, options, null).TotalMilliseconds).ToList();
            Assert.That(delays, Is.All.InRange(0, limit));
            Assert.That(delays.Min(), Is.LessThan(limit * 0.1), "full jitter begins at zero");
            Assert.That(delays.Max(), Is.GreaterThan(limit * 0.9));
        }
    }
}
