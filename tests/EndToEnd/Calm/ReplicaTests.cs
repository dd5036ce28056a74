using System.Diagnostics;
using Grpc.Core;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Users.V1;
using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.Calm;

/// <summary>Two replicas of Order and of Payment at once: two relays, two consumers, two workers.</summary>
internal sealed class ReplicaTests
{
    private TestSuite _suite = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _suite = await Suites.CalmAsync();

    [TearDown]
    public Task MendAsync() => _suite.MendAsync();

    [Test]
    public async Task Two_hundred_calls_with_one_request_id_on_two_replicas_make_one_order()
    {
        var customer = await _suite.NewCustomerAsync();
        var request = await _suite.RequestAsync(customer);

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
        {
            try
            {
                return (Order: (Order?)await _suite.Orders(i % 2).CreateOrderAsync(request), Refusal: (Refusal?)null);
            }
            catch (RpcException e)
            {
                return (Order: null, Refusal: Refusal.Of(e));
            }
        })));

        var orders = answers.Select(a => a.Order).OfType<Order>().ToList();
        Assert.That(orders, Is.Not.Empty);
        Assert.That(orders, Is.All.EqualTo(orders[0]));
        foreach (var refusal in answers.Select(a => a.Refusal).OfType<Refusal>())
        {
            refusal.MustBe(StatusCode.Aborted, "REQUEST_IN_PROGRESS");
            Assert.That(refusal.Retry, Is.Not.Null);
        }

        foreach (var replica in (int[])[0, 1])
        {
            Assert.That(await _suite.Orders(replica).CreateOrderAsync(request), Is.EqualTo(orders[0]), "whoever asks later");
            var list = await _suite.Orders(replica).ListOrdersAsync(new ListOrdersRequest { Filter = $"customer = \"{customer}\"" });
            Assert.That(list.Orders.Select(o => o.Name), Is.EqualTo(new[] { orders[0].Name }));
        }

        await Books.SettleAndCheckAsync(_suite);
    }

    [Test]
    public async Task A_suspended_user_is_refused_by_every_replica_within_a_second_and_served_at_once_when_reactivated()
    {
        var customer = await _suite.NewCustomerAsync();
        foreach (var replica in (int[])[0, 1])
        {
            await _suite.Orders(replica).CreateOrderAsync(await _suite.RequestAsync(customer));
        }

        await _suite.Users.SuspendUserAsync(new SuspendUserRequest { Name = customer, RequestId = Guid.NewGuid().ToString() });
        var suspended = Stopwatch.StartNew();
        foreach (var replica in (int[])[0, 1])
        {
            await Eventually.That(() => IsRefusedAsync(replica), Is.True, "suspended and still served", seconds: 1);
        }

        Assert.That(suspended.Elapsed, Is.LessThan(TimeSpan.FromSeconds(1.2)));
        await _suite.Users.ReactivateUserAsync(new ReactivateUserRequest { Name = customer, RequestId = Guid.NewGuid().ToString() });
        foreach (var replica in (int[])[0, 1])
        {
            Assert.That(await IsRefusedAsync(replica), Is.False);
        }

        async Task<bool> IsRefusedAsync(int replica)
        {
            try
            {
                await _suite.Orders(replica).CreateOrderAsync(await _suite.RequestAsync(customer));
                return false;
            }
            catch (RpcException e)
            {
                Refusal.Of(e).MustBe(StatusCode.FailedPrecondition, "CUSTOMER_NOT_FOUND");
                return true;
            }
        }
    }

    [Test]
    public async Task Of_two_replicas_under_load_one_is_killed_and_the_other_finishes_everything()
    {
        await using var load = await Load.StartAsync(_suite, orders: 250, 0, 1);
        await load.ReachesAsync(150);
        await Task.WhenAll(_suite.Local.Service("order", 1).KillAsync(), _suite.Local.Service("payment", 1).KillAsync());

        // Alone it goes on taking orders and takes over what the other one left, also what it acknowledged a moment ago.
        await load.ReachesAsync(250);
        await Eventually.That(
            () => _suite.ScalarAsync<long>("order", "SELECT count(*) FROM orders WHERE state <> 1"), Is.GreaterThanOrEqualTo(250));

        await _suite.MendAsync();
        await load.FinishAsync();
        await load.CheckAsync();
        await Books.SettleAndCheckAsync(_suite);
    }
}
