using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Suite.Client;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;

namespace Suite.Tests.Unit.Client;

internal sealed class ImportTests
{
    [Test]
    public async Task Every_request_gets_its_result()
    {
        using var shop = new Shop();
        var requests = Requests(shop, 1000, i => i % 10 == 7 ? 0 : 1);

        var results = await ImportAsync(shop, requests);

        Assert.That(results.Select(r => r.Index), Is.EquivalentTo(Enumerable.Range(0, 1000)));
        Assert.That(results.Select(r => ReferenceEquals(r.Request, requests[(int)r.Index])), Is.All.True);
        Assert.That(results.Where(r => !r.IsPlaced).Select(r => r.Index % 10), Is.All.EqualTo(7).And.Exactly(100).Items);
        Assert.That(results.Where(r => !r.IsPlaced).Select(r => r.Error!.Reason), Is.All.EqualTo(ErrorReason.InvalidRequest));
        Assert.That(results.Where(r => !r.IsPlaced).Select(r => r.Error!.RequestId), Is.EqualTo(results.Where(r => !r.IsPlaced).Select(r => r.RequestId)));
        Assert.That(shop.Fake.Orders, Has.Count.EqualTo(900));
        Assert.That(shop.CallsOf("ImportOrders").Count(), Is.EqualTo(1));
    }

    [TestCase(StatusCode.Unavailable)]
    [TestCase(StatusCode.Internal)]
    [TestCase(StatusCode.Cancelled)]
    public async Task After_a_break_what_was_not_answered_is_sent_again_under_the_same_ids(StatusCode code)
    {
        using var shop = new Shop();
        shop.Fake.BreakNext("ImportOrders", afterMessages: 0, code);
        shop.Fake.BreakNext("ImportOrders", afterMessages: 70, code);
        shop.Fake.BreakNext("ImportOrders", afterMessages: 1, code);
        shop.Fake.FailNext("ImportOrders", StatusCode.Unavailable);

        var results = await ImportAsync(shop, Requests(shop, 200));

        Assert.That(results.Select(r => r.IsPlaced), Is.All.True.And.Exactly(200).Items);
        Assert.That(results.Select(r => r.Order!.Name), Is.Unique);
        Assert.That(shop.Fake.Orders, Has.Count.EqualTo(200), "each break lost an answer whose order was placed");
        Assert.That(results.Select(r => r.Attempts).Max(), Is.GreaterThan(1));
        Assert.That(shop.CallsOf("ImportOrders").Count(), Is.EqualTo(5));
    }

    [Test]
    public async Task What_fails_for_a_passing_reason_is_sent_again_on_the_same_stream()
    {
        using var shop = new Shop();
        shop.Fake.FailNext("CreateOrder", StatusCode.Unavailable, times: 3, reason: ErrorReason.DependencyUnavailable);
        shop.Fake.FailNext("CreateOrder", StatusCode.Unavailable, times: 2, afterEffect: true);
        shop.Fake.FailNext("CreateOrder", StatusCode.Aborted, reason: ErrorReason.RequestInProgress);

        var results = await ImportAsync(shop, Requests(shop, 20));

        Assert.That(results.Select(r => r.IsPlaced), Is.All.True.And.Exactly(20).Items);
        Assert.That(results.Sum(r => r.Attempts), Is.EqualTo(26));
        Assert.That(shop.Fake.Orders, Has.Count.EqualTo(20));
        Assert.That(shop.CallsOf("ImportOrders").Count(), Is.EqualTo(1));
        Assert.That(shop.Retries, Has.Count.EqualTo(6));
    }

    [Test]
    public async Task A_request_that_ends_its_stream_fails_alone()
    {
        using var shop = new Shop();
        var requests = Requests(shop, 50);
        requests[20].Order.PaymentMethod = "poison";
        shop.Fake.ImportBreaker = r => r.Order.PaymentMethod == "poison" ? StatusCode.ResourceExhausted : null;

        var results = await ImportAsync(shop, requests);

        Assert.That(results.Where(r => !r.IsPlaced).Select(r => r.Index), Is.EqualTo(new[] { 20 }));
        Assert.That(results.Single(r => !r.IsPlaced).Error!.Code, Is.EqualTo(StatusCode.ResourceExhausted));
        Assert.That(shop.Fake.Orders, Has.Count.EqualTo(49));
    }

    [Test]
    public async Task Requests_are_drawn_only_as_fast_as_results_are_taken()
    {
        using var shop = new Shop();
        var drawn = 0;
        async IAsyncEnumerable<CreateOrderRequest> Source()
        {
            foreach (var request in Requests(shop, 100))
            {
                drawn++;
                yield return request;
            }

            await Task.CompletedTask;
        }

        var taken = 0;
        await foreach (var _ in shop.Client.Orders.ImportAsync(Source(), new SuiteImportOptions { Window = 8 }, cancellationToken: shop.Soon))
        {
            taken++;
            Assert.That(drawn - taken, Is.LessThanOrEqualTo(8));
        }

        Assert.That(taken, Is.EqualTo(100));
    }

    [Test]
    public async Task Two_requests_with_one_id_are_answered_one_after_the_other()
    {
        using var shop = new Shop();
        var requests = Requests(shop, 3);
        requests[1] = requests[0].Clone();
        requests[2] = requests[0].Clone();
        requests[2].Order.Lines[0].Quantity = 9;

        var results = (await ImportAsync(shop, requests)).OrderBy(r => r.Index).ToList();

        Assert.That(results[1].Order, Is.EqualTo(results[0].Order));
        Assert.That(results[2].Error!.Reason, Is.EqualTo(ErrorReason.RequestIdReused));
        Assert.That(shop.Fake.Orders, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_source_that_fails_is_told_after_what_it_gave_was_answered()
    {
        using var shop = new Shop();
        async IAsyncEnumerable<CreateOrderRequest> Source()
        {
            foreach (var request in Requests(shop, 5))
            {
                yield return request;
            }

            await Task.Yield();
            throw new InvalidDataException("line 6 is torn");
        }

        var results = 0;
        var error = await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var _ in shop.Client.Orders.ImportAsync(Source(), cancellationToken: shop.Soon))
            {
                results++;
            }
        });

        Assert.That((results, error!.Message), Is.EqualTo((5, "line 6 is torn")));
    }

    [Test]
    public async Task Its_caller_can_cancel_it_even_while_the_source_is_stuck()
    {
        using var shop = new Shop();
        using var cancel = new CancellationTokenSource();
        var stuck = new TaskCompletionSource();
        async IAsyncEnumerable<CreateOrderRequest> Source()
        {
            yield return Requests(shop, 1)[0];
            await stuck.Task;
        }

        var error = await Assert.CatchAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in shop.Client.Orders.ImportAsync(Source(), cancellationToken: cancel.Token))
            {
                await cancel.CancelAsync();
            }
        });
        stuck.SetResult();

        Assert.That(error!.CancellationToken, Is.EqualTo(cancel.Token));
    }

    [Test]
    public async Task A_consumer_that_has_had_enough_ends_it()
    {
        using var shop = new Shop();
        var ended = false;
        async IAsyncEnumerable<CreateOrderRequest> Source()
        {
            try
            {
                for (var i = 0; ; i++)
                {
                    yield return Requests(shop, 1)[0];
                    await Task.Yield();
                }
            }
            finally
            {
                ended = true;
            }
        }

        await foreach (var _ in shop.Client.Orders.ImportAsync(Source(), cancellationToken: shop.Soon))
        {
            break;
        }

        await ClientClock.UntilAsync(() => ended);
        Assert.That(shop.Soon.IsCancellationRequested, Is.False, "it ended by itself, not because its time was over");
        Assert.That(ended, Is.True);
    }

    [Test]
    public async Task A_stream_that_does_not_answer_counts_as_broken()
    {
        var clock = new FakeTimeProvider();
        using var shop = new Shop(clock);
        shop.Fake.DelayNext("CreateOrder", TimeSpan.FromHours(1));

        var results = await clock.RunAsync(ImportAsync(shop, Requests(shop, 3)), TimeSpan.FromMilliseconds(500));

        Assert.That(results.Select(r => r.IsPlaced), Is.All.True.And.Exactly(3).Items);
        Assert.That(shop.CallsOf("ImportOrders").Count(), Is.EqualTo(2));
    }

    [Test]
    public async Task A_source_may_take_its_time()
    {
        var clock = new FakeTimeProvider();
        using var shop = new Shop(clock);
        using var more = new SemaphoreSlim(0);
        async IAsyncEnumerable<CreateOrderRequest> Source()
        {
            foreach (var request in Requests(shop, 4))
            {
                yield return request;
                await more.WaitAsync(shop.Soon);
            }
        }

        var placed = 0;
        await foreach (var result in shop.Client.Orders.ImportAsync(Source(), cancellationToken: shop.Soon))
        {
            placed += result.IsPlaced ? 1 : 0;
            clock.Advance(TimeSpan.FromHours(1));
            more.Release();
        }

        Assert.That(placed, Is.EqualTo(4));
        Assert.That(shop.Retries, Is.Empty, "a quiet stream is no failure");
    }

    [Test]
    public async Task It_gives_up_after_its_patience()
    {
        var clock = new FakeTimeProvider();
        using var shop = new Shop(clock);
        shop.Fake.FailNext("ImportOrders", StatusCode.Unavailable, times: 1000);

        var error = await Assert.ThrowsAsync<SuiteException>(() => clock.RunAsync(ImportAsync(shop, Requests(shop, 3)), TimeSpan.FromMilliseconds(500)));

        Assert.That(error!.Code, Is.EqualTo(StatusCode.Unavailable));
        Assert.That(error.Attempts, Is.GreaterThan(5));
    }

    [Test]
    public async Task Being_refused_ends_it_at_once()
    {
        using var shop = new Shop();
        shop.Fake.RequiredToken = "none of ours";

        var error = await Assert.ThrowsAsync<SuiteException>(() => ImportAsync(shop, Requests(shop, 3)));

        Assert.That((error!.Code, error.Attempts), Is.EqualTo((StatusCode.Unauthenticated, 1)));
    }

    [Test]
    public async Task Nothing_to_import_opens_no_stream()
    {
        using var shop = new Shop();

        Assert.That(await ImportAsync(shop, []), Is.Empty);
        Assert.That(shop.Fake.Calls, Is.Empty);
    }

    private static async Task<List<ImportResult>> ImportAsync(Shop shop, IEnumerable<CreateOrderRequest> requests)
    {
        var results = new List<ImportResult>();
        await foreach (var result in shop.Client.Orders.ImportAsync(requests.ToAsyncEnumerable(), cancellationToken: shop.Soon))
        {
            results.Add(result);
        }

        return results;
    }

    private static List<CreateOrderRequest> Requests(Shop shop, int count, Func<int, int>? quantity = null) =>
    [
        .. Enumerable.Range(0, count).Select(i => new CreateOrderRequest
        {
            Order = shop.Order(quantity?.Invoke(i) ?? 1),
            RequestId = Guid.NewGuid().ToString(),
        }),
    ];
}
