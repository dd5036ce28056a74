using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Contracts.Users.V1;
using Suite.Orders.Timelines;
using Suite.Platform.Errors;
using Suite.Platform.Messaging;
using Suite.Platform.Monetary;
using Suite.Platform.Projections;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.Component.Orders.Timelines;

/// <summary>What every store of timelines does, whichever it is.</summary>
internal abstract class TimelineStoreTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    private static long s_generations;

    private ITimelineStore _store = null!;
    private long _generation;

    /// <summary>The store; the calling test is ignored where it is not on this machine.</summary>
    protected abstract Task<ITimelineStore> OpenAsync();

    /// <summary>A store of the same kind at an address where nothing answers.</summary>
    protected abstract ITimelineStore Away();

    [SetUp]
    public async Task PrepareAsync()
    {
        _store = await OpenAsync();
        _generation = Interlocked.Increment(ref s_generations);
        await _store.PrepareAsync(_generation, CancellationToken.None);
    }

    [Test]
    public async Task An_entry_comes_back_as_it_was_set()
    {
        var owner = Guid.CreateVersion7();
        TimelineEntry[] entries =
        [
            Of(TimelineChain.Order, 1, EventType.Placed) with { Actor = "users/ada", State = State.Pending, Amount = new MoneyAmount(long.MaxValue, "EUR"), TraceId = Guid.NewGuid() },
            Of(TimelineChain.Order, 1, EventType.RefundStarted) with { Place = 7, Reason = "$where: {\"a.b\": 'ü' \u2028 \U0001F375}\n", Step = Guid.NewGuid() },
            Of(TimelineChain.Payment, 2, EventType.PaymentAuthorized) with { Amount = new MoneyAmount(0, "JPY"), Time = s_noon.AddTicks(10) },
            Of(TimelineChain.Customer, 3, EventType.CustomerDeleted),
        ];

        await SetAsync(owner, entries);

        Assert.That((await FindAsync(owner)).Single().Entries, Is.EquivalentTo(entries));
    }

    [Test]
    public async Task What_is_set_in_any_order_and_twice_gives_the_same_document()
    {
        var entries = Enumerable.Range(1, 40).Select(version => Of(TimelineChain.Order, version, EventType.Confirmed)).ToArray();
        var owners = Enumerable.Range(0, 8).Select(_ => Guid.CreateVersion7()).ToArray();
        await Task.WhenAll(owners.Select(async (owner, seed) =>
        {
            var mine = entries.Concat(entries.Where((_, i) => i % 3 == 0)).ToArray();
            new Random(seed).Shuffle(mine);
            foreach (var some in mine.Chunk(7))
            {
                await SetAsync(owner, [.. some.Distinct()]);
            }
        }));

        foreach (var owner in owners)
        {
            Assert.That((await FindAsync(owner)).Single().Entries, Is.EquivalentTo(entries));
        }
    }

    [Test]
    public async Task Five_hundred_documents_are_set_at_once_and_again()
    {
        var owners = Enumerable.Range(0, 500).Select(_ => Guid.CreateVersion7()).ToArray();
        for (var version = 1; version <= 2; version++)
        {
            await _store.SetAsync(
                _generation,
                [.. owners.Select(owner => new TimelineDocument(owner, 0, null, [Of(TimelineChain.Order, version, EventType.Confirmed)]))],
                CancellationToken.None);
        }

        var found = await _store.FindAsync(_generation, owners, CancellationToken.None);
        Assert.That(found.Select(document => (document.Owner, document.Entries.Count)), Is.EquivalentTo(owners.Select(owner => (owner, 2))));
    }

    [Test]
    public async Task Writers_of_one_document_at_once_lose_nothing()
    {
        var owner = Guid.CreateVersion7();
        await Task.WhenAll(Enumerable.Range(1, 64).Select(version => SetAsync(owner, Of(TimelineChain.Payment, version, EventType.PaymentCaptured))));

        var document = (await FindAsync(owner)).Single();
        Assert.That(document.Entries.Select(entry => entry.Version).Order(), Is.EqualTo(Enumerable.Range(1, 64)));
    }

    [Test]
    public async Task A_later_entry_of_the_same_key_takes_the_place_of_the_earlier()
    {
        var owner = Guid.CreateVersion7();
        await SetAsync(owner, Of(TimelineChain.Order, 1, EventType.Cancelled) with { Reason = "I am moving" });
        await SetAsync(owner, Of(TimelineChain.Order, 1, EventType.Cancelled));

        Assert.That((await FindAsync(owner)).Single().Entries.Single().Reason, Is.Empty);
    }

    [Test]
    public async Task The_orders_of_a_customer_are_found_whenever_the_customer_became_known()
    {
        var (customer, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var orders = Enumerable.Range(0, 3).Select(_ => Guid.CreateVersion7()).ToArray();
        await SetAsync(orders[0], Of(TimelineChain.Payment, 2, EventType.PaymentAuthorized));
        foreach (var order in orders)
        {
            await _store.SetAsync(
                _generation, [new TimelineDocument(order, 0, order == orders[2] ? other : customer, [Of(TimelineChain.Order, 1, EventType.Placed)])], CancellationToken.None);
        }

        await SetAsync(orders[0], Of(TimelineChain.Order, 2, EventType.Confirmed));

        Assert.That(await _store.OrdersOfAsync(_generation, [customer], CancellationToken.None), Is.EquivalentTo(orders[..2]));
        Assert.That((await FindAsync(orders[0])).Single().CustomerId, Is.EqualTo(customer));
        Assert.That(await _store.OrdersOfAsync(_generation, [Guid.NewGuid()], CancellationToken.None), Is.Empty);
    }

    [Test]
    public async Task A_story_that_grows_goes_on_in_more_documents()
    {
        var owner = Guid.CreateVersion7();
        var entries = Enumerable.Range(1, TimelineEntry.BucketSize * 2 + 1).Select(version => Of(TimelineChain.Order, version, EventType.Confirmed)).ToArray();
        await _store.SetAsync(
            _generation, [.. entries.GroupBy(entry => entry.Bucket).Select(of => new TimelineDocument(owner, of.Key, null, [.. of]))], CancellationToken.None);

        var found = await FindAsync(owner);

        Assert.That(found.Select(document => (document.Bucket, document.Entries.Count)).Order(), Is.EqualTo(new[] { (0L, 256), (1L, 256), (2L, 1) }));
        Assert.That(found.SelectMany(document => document.Entries), Is.EquivalentTo(entries));
    }

    [Test]
    public async Task Documents_are_walked_by_owner_and_bucket_each_once([Values(1, 3, 100)] int size)
    {
        var owners = Enumerable.Range(0, 7).Select(_ => Guid.NewGuid()).ToArray();
        await _store.SetAsync(
            _generation,
            [.. owners.SelectMany(owner => new[] { 2L, 0L, 11L }.Select(bucket => new TimelineDocument(owner, bucket, null, [Of(TimelineChain.Order, 1, EventType.Placed)])))],
            CancellationToken.None);

        var walked = new List<(Guid Owner, long Bucket)>();
        var at = (Owner: Guid.Empty, Bucket: -1L);
        while (await _store.PageAsync(_generation, at.Owner, at.Bucket, size, CancellationToken.None) is { Count: > 0 } page)
        {
            Assert.That(page, Has.Count.AtMost(size));
            walked.AddRange(page.Select(document => (document.Owner, document.Bucket)));
            at = walked[^1];
        }

        Assert.That(walked, Is.EqualTo(owners.Order().SelectMany(owner => new[] { (owner, 0L), (owner, 2L), (owner, 11L) })));
    }

    [Test]
    public async Task Generations_know_nothing_of_each_other_and_go_alone()
    {
        var (owner, next) = (Guid.CreateVersion7(), Interlocked.Increment(ref s_generations));
        await SetAsync(owner, Of(TimelineChain.Order, 1, EventType.Placed));
        await _store.PrepareAsync(next, CancellationToken.None);
        await _store.PrepareAsync(next, CancellationToken.None);
        Assert.That(await _store.FindAsync(next, [owner], CancellationToken.None), Is.Empty);
        await _store.SetAsync(next, [new TimelineDocument(owner, 0, null, [Of(TimelineChain.Order, 2, EventType.Confirmed)])], CancellationToken.None);

        await _store.DropAsync(_generation, CancellationToken.None);
        await _store.DropAsync(_generation, CancellationToken.None);

        Assert.That((await _store.FindAsync(next, [owner], CancellationToken.None)).Single().Entries.Single().Version, Is.EqualTo(2));
    }

    [Test]
    public async Task Events_of_three_topics_in_any_interleaving_and_again_give_the_same_documents_and_nothing_that_was_typed_by_who_is_gone()
    {
        var projection = new TimelineProjection(_store, []);
        var (told, orders) = Lives();
        await projection.ApplyAsync([_generation], told, CancellationToken.None);
        for (var seed = 0; seed < 8; seed++)
        {
            var other = Interlocked.Increment(ref s_generations);
            await _store.PrepareAsync(other, CancellationToken.None);
            var random = new Random(seed);
            var shuffled = told.Concat(told.Where(_ => random.Next(3) == 0)).ToArray();
            random.Shuffle(shuffled);
            foreach (var batch in shuffled.Chunk(random.Next(1, 20)))
            {
                await projection.ApplyAsync([other], batch, CancellationToken.None);
            }

            var compared = await projection.CompareAsync(_generation, other, CancellationToken.None);
            Assert.That(compared.Differences, Is.Empty, $"seed {seed}");
            Assert.That(compared.DocumentCount, Is.EqualTo(9), "six orders and three customers");
            var reasons = (await _store.FindAsync(other, orders, CancellationToken.None)).SelectMany(document => document.Entries).Select(entry => entry.Reason);
            Assert.That(reasons.Where(reason => reason.Length > 0).Distinct(), Is.EquivalentTo(new[] { "typed by 1", "typed by 2", "customer_deleted" }), $"seed {seed}");
        }
    }

    [Test]
    public async Task Two_that_apply_the_same_events_at_once_erase_what_either_would()
    {
        var projection = new TimelineProjection(_store, []);
        var (told, orders) = Lives();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async seed =>
        {
            var shuffled = told.ToArray();
            new Random(seed).Shuffle(shuffled);
            foreach (var batch in shuffled.Chunk(5))
            {
                await projection.ApplyAsync([_generation], batch, CancellationToken.None);
            }
        }));

        var reasons = (await _store.FindAsync(_generation, orders, CancellationToken.None)).SelectMany(document => document.Entries).Select(entry => entry.Reason);
        Assert.That(reasons, Has.None.EqualTo("typed by 0"));
    }

    [Test]
    public async Task A_store_that_is_away_is_unavailable_and_says_when_to_come_again()
    {
        var store = Away();
        var document = new TimelineDocument(Guid.NewGuid(), 0, null, [Of(TimelineChain.Order, 1, EventType.Placed)]);
        foreach (var ask in (Func<Task>[])
        [
            () => store.PrepareAsync(1, CancellationToken.None),
            () => store.SetAsync(1, [document], CancellationToken.None),
            () => store.FindAsync(1, [document.Owner], CancellationToken.None),
            () => store.OrdersOfAsync(1, [document.Owner], CancellationToken.None),
            () => store.PageAsync(1, Guid.Empty, -1, 10, CancellationToken.None),
            () => store.DropAsync(1, CancellationToken.None),
        ])
        {
            var refused = (await Assert.ThrowsAsync<DomainException>(() => ask()))!;
            Assert.That((refused.Reason, refused.RetryAfter > TimeSpan.Zero), Is.EqualTo((ErrorReason.DependencyUnavailable, true)));
            Assert.That(refused.Message, Does.Not.Contain("127.0.0.1"));
        }
    }

    /// <summary>Two orders of each of three customers; the first one, called 0, is gone in the end.</summary>
    private static (IReadOnlyList<IncomingMessage> Told, IReadOnlyList<Guid> Orders) Lives()
    {
        var (told, orders) = (new List<IncomingMessage>(), new List<Guid>());
        var time = Timestamp.FromDateTimeOffset(s_noon);
        for (var who = 0; who < 3; who++)
        {
            var customer = $"users/{Guid.CreateVersion7()}";
            for (var i = 0; i < 2; i++)
            {
                orders.Add(Guid.CreateVersion7());
                var order = $"orders/{orders[^1]}";
                var step = Guid.NewGuid().ToString();
                Tell(new OrderPlaced { Order = order, Version = 1, Customer = customer, Actor = customer, PlaceTime = time, Total = new() { CurrencyCode = "EUR", Units = 5 } });
                Tell(new PaymentAuthorized { Order = order, Version = 2, AuthorizeTime = time, Amount = new() { CurrencyCode = "EUR", Units = 5 } });
                Tell(new OrderConfirmed { Order = order, Version = 2, ConfirmTime = time });
                Tell(new OrderStepStarted { Order = order, Version = 2, Place = 1, Type = EventType.FulfillmentStarted, Step = step, StartTime = time, Reason = $"typed by {who}" });
                Tell(new PaymentCaptured { Order = order, Version = 3, CaptureTime = time, Step = step });
                Tell(new OrderFulfilled { Order = order, Version = 3, FulfillTime = time, Step = step, Reason = $"typed by {who}" });
                Tell(new OrderCancelled { Order = order, Version = 4, CancelTime = time, Reason = who == 0 ? "customer_deleted" : $"typed by {who}" });
            }

            Tell(new UserSuspended { User = customer, Version = 2, SuspendTime = time });
            if (who == 0)
            {
                Tell(new UserDeleted { User = customer, Version = 3, DeleteTime = time });
            }
        }

        return (told, orders);

        void Tell(IMessage body) => told.Add(KeptMessages.Of("a topic", body.Descriptor.FullName, body.ToByteArray(), Guid.NewGuid()));
    }

    private static TimelineEntry Of(TimelineChain chain, long version, EventType type) => new(chain, version, type, s_noon.AddSeconds(version));

    private Task SetAsync(Guid owner, params TimelineEntry[] entries) =>
        _store.SetAsync(_generation, [new TimelineDocument(owner, 0, null, entries)], CancellationToken.None);

    private Task<IReadOnlyList<TimelineDocument>> FindAsync(Guid owner) => _store.FindAsync(_generation, [owner], CancellationToken.None);
}
