using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Orders.Search;
using Suite.Platform.Errors;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.Component.Orders.Search;

/// <summary>What every index of orders does, whichever it is.</summary>
internal abstract class OrderIndexTests
{
    private const long Day = 86_400_000_000;

    private static readonly Guid s_ada = Guid.Parse("0197c1f0-5b3e-7c3a-9d1e-2f4a6b8c0d1e");
    private static readonly Guid s_ben = Guid.Parse("0297c1f0-5b3e-7c3a-9d1e-2f4a6b8c0d1e");
    private static readonly Guid s_payment = Guid.Parse("0397c1f0-5b3e-7c3a-9d1e-2f4a6b8c0d1e");

    /// <summary>By the last digit of their ids.</summary>
    private static readonly OrderDocument[] s_orders =
    [
        Of(1, s_ada, State.Pending, 4.50m, 0, ["Green tea, 100 g", "tea-100"]),
        Of(2, s_ada, State.Confirmed, 120m, 1, ["Grünes Glas", "glass-7", "Green tea, 100 g"]) with { PaymentId = s_payment },
        Of(3, s_ada, State.Cancelled, 9m, 2, ["Tea pot, green", "pot-1"]) with { Texts = new(["Tea pot, green", "pot-1"], ["Gift wrapping"], ["I am moving to Tea Lane 7"]) },
        Of(4, s_ben, State.Confirmed, 1200m, 2, ["Teapot", "pot-2"]) with { CurrencyCode = "JPY" },
        Of(5, s_ben, State.Fulfilled, 99.99m, 3, ["Chair", "chair-1"]) with { Texts = new(["Chair", "chair-1"], [], ["parcel 00340434 tea"]) },
    ];

    private static long s_generations;

    private IOrderIndex _index = null!;
    private long _generation;

    /// <summary>The index; the calling test is ignored where it is not on this machine.</summary>
    protected abstract Task<IOrderIndex> OpenAsync();

    /// <summary>An index of the same kind at an address where nothing answers.</summary>
    protected abstract IOrderIndex Away();

    [SetUp]
    public async Task FillAsync()
    {
        _index = await OpenAsync();
        _generation = Interlocked.Increment(ref s_generations);
        await _index.PrepareAsync(_generation, CancellationToken.None);
        await PutAsync(s_orders);
    }

    [TearDown]
    public Task DropAsync() => _index?.DropAsync(_generation, CancellationToken.None) ?? Task.CompletedTask;

    [TestCase("", "54321")]
    [TestCase("tea", "5321")]
    [TestCase("TEA green", "321")]
    [TestCase("\"green tea\"", "21")]
    [TestCase("\"tea green\"", "")]
    [TestCase("te*", "54321")]
    [TestCase("\"tea pot\"", "3")]
    [TestCase("tea-1*", "21")]
    [TestCase("grunes", "2")]
    [TestCase("tea -green", "5")]
    [TestCase("-tea", "4")]
    [TestCase("-\"green tea\" tea", "53")]
    [TestCase("wrapping", "3")]
    [TestCase("00340434", "5")]
    [TestCase("moving lane", "3")]
    [TestCase("nothing", "")]
    [TestCase("state:CONFIRMED", "42")]
    [TestCase("-state:CONFIRMED", "531")]
    [TestCase("state:CONFIRMED total>100 total<1000", "2")]
    [TestCase("total>=99.99", "542")]
    [TestCase("total:99.99", "5")]
    [TestCase("total<4.50", "")]
    [TestCase("total<=4.5", "1")]
    [TestCase("-total>100", "531")]
    [TestCase("currency:JPY", "4")]
    [TestCase("product:pot-1", "3")]
    [TestCase("-product:pot-1 tea", "521")]
    [TestCase("customer:users/0297c1f0-5b3e-7c3a-9d1e-2f4a6b8c0d1e", "54")]
    [TestCase("payment:0397c1f0-5b3e-7c3a-9d1e-2f4a6b8c0d1e", "2")]
    [TestCase("-payment:0397c1f0-5b3e-7c3a-9d1e-2f4a6b8c0d1e", "5431")]
    [TestCase("0397c1f0-5b3e-7c3a-9d1e-2f4a6b8c0d1e", "2")]
    [TestCase("create_time:1970-01-03", "43")]
    [TestCase("create_time>1970-01-03", "5")]
    [TestCase("create_time>=1970-01-02T00:00:00Z create_time<1970-01-03", "2")]
    [TestCase("update_time<1970-01-02", "1")]
    public async Task A_query_finds_what_it_says(string query, string expected)
    {
        var found = await FindAsync(query);
        Assert.That(string.Concat(found.Order().Reverse()), Is.EqualTo(expected));
    }

    [TestCase("create_time", false, "12345")]
    [TestCase("create_time", true, "54321")]
    [TestCase("total", false, "13524")]
    [TestCase("total", true, "42531")]
    [TestCase("update_time", true, "54321")]
    public async Task Orders_come_as_they_are_asked_for_and_page_by_page_each_once(string field, bool isDescending, string expected)
    {
        var sort = field switch { "total" => SearchSort.Total, "update_time" => SearchSort.UpdateTime, _ => SearchSort.CreateTime };
        for (var size = 1; size <= 6; size++)
        {
            Assert.That(await WalkAsync(new SearchQuery([], sort, isDescending), size), Is.EqualTo(expected), $"by {size}");
        }
    }

    [Test]
    public async Task What_fits_best_comes_first_and_page_by_page_each_once()
    {
        var query = new SearchQuery(QueryParser.Parse("tea"), SearchSort.Relevance, true);
        var all = await WalkAsync(query, 10);
        Assert.That(all[^1], Is.EqualTo('5'), "A note counts less than a product.");
        for (var size = 1; size <= 5; size++)
        {
            Assert.That(await WalkAsync(query, size), Is.EqualTo(all), $"by {size}");
        }
    }

    [Test]
    public async Task A_customer_finds_only_what_is_theirs()
    {
        var query = new SearchQuery(QueryParser.Parse("te*"), SearchSort.CreateTime, true);
        var found = await _index.SearchAsync(_generation, query, s_ben, null, 10, CancellationToken.None);
        Assert.That(string.Concat(found.Select(Digit)), Is.EqualTo("54"));
        Assert.That((await _index.CountAsync(_generation, query, s_ben, CancellationToken.None)).Total, Is.EqualTo(2));
    }

    [Test]
    public async Task What_matches_is_counted_by_state_currency_and_day()
    {
        var counts = await _index.CountAsync(_generation, new SearchQuery(QueryParser.Parse("te*"), SearchSort.Relevance, true), null, CancellationToken.None);

        Assert.Multiple(() =>
        {
            Assert.That(counts.Total, Is.EqualTo(5));
            Assert.That(counts.States, Is.EqualTo(new[] { ((int)State.Confirmed, 2L), ((int)State.Pending, 1L), ((int)State.Cancelled, 1L), ((int)State.Fulfilled, 1L) }));
            Assert.That(counts.Currencies, Is.EqualTo(new[] { ("EUR", 4L), ("JPY", 1L) }));
            Assert.That(counts.Days, Is.EqualTo(new[] { (new DateOnly(1970, 1, 4), 1L), (new DateOnly(1970, 1, 3), 2L), (new DateOnly(1970, 1, 2), 1L), (new DateOnly(1970, 1, 1), 1L) }));
        });
    }

    [Test]
    public async Task An_older_document_never_takes_the_place_of_a_newer_and_an_equal_one_does()
    {
        var order = s_orders[0];
        await PutAsync(order with { Version = 8, State = State.Confirmed }, order with { Id = Guid.NewGuid(), Version = 1 });
        await PutAsync(order with { Version = 7, State = State.Pending });
        Assert.That(await FindAsync("state:CONFIRMED"), Is.EquivalentTo("124"));
        await PutAsync(order with { Version = 8, State = State.Cancelled });
        Assert.That(await FindAsync("state:CANCELLED"), Is.EquivalentTo("13"));
    }

    [Test]
    public async Task Documents_come_back_as_they_were_put_by_id()
    {
        var documents = new List<OrderDocument>();
        while (await _index.PageAsync(_generation, documents.LastOrDefault()?.Id ?? Guid.Empty, 2, CancellationToken.None) is { Count: > 0 } page)
        {
            documents.AddRange(page);
        }

        Assert.That(documents.Select(document => document.Id), Is.EqualTo(s_orders.Select(order => order.Id)));
        Assert.That(documents.Zip(s_orders).Select(pair => (pair.First.DifferenceTo(pair.Second), pair.First.Version)), Is.All.EqualTo(((string?)null, 1L)));
    }

    [Test]
    public async Task What_is_found_has_its_texts()
    {
        var found = await _index.SearchAsync(_generation, new SearchQuery(QueryParser.Parse("wrapping"), SearchSort.Relevance, true), null, null, 1, CancellationToken.None);
        Assert.That(found.Single().Texts.All, Is.EqualTo(s_orders[2].Texts.All));
    }

    [Test]
    public async Task An_order_with_much_in_it_is_found_by_its_last_word_and_by_no_phrase_across_texts()
    {
        var lines = Enumerable.Range(0, 500).SelectMany(i => new[] { $"A thing of some kind, number {i}", $"sku-{i}" }).ToList();
        var order = Of(6, s_ben, State.Pending, 1m, 5, lines);
        await PutAsync(order);

        Assert.That(await FindAsync("\"number 499\""), Is.EquivalentTo("6"));
        Assert.That(await FindAsync("\"499 sku\""), Is.Empty, "two texts");
    }

    [Test]
    public async Task A_thousand_at_once_are_all_found()
    {
        await PutAsync([.. Enumerable.Range(0, 1000).Select(i => s_orders[0] with { Id = Guid.CreateVersion7(), Texts = new(["many"], [], []) })]);
        Assert.That((await _index.CountAsync(_generation, new SearchQuery(QueryParser.Parse("many"), SearchSort.Relevance, true), null, CancellationToken.None)).Total, Is.EqualTo(1000));
    }

    [Test]
    public async Task Generations_know_nothing_of_each_other()
    {
        var other = Interlocked.Increment(ref s_generations);
        await _index.PrepareAsync(other, CancellationToken.None);
        await _index.PrepareAsync(other, CancellationToken.None);
        await _index.ServeAsync(other, CancellationToken.None);
        await _index.RefreshAsync(other, CancellationToken.None);
        Assert.That(await _index.PageAsync(other, Guid.Empty, 10, CancellationToken.None), Is.Empty);

        await _index.DropAsync(other, CancellationToken.None);
        await _index.DropAsync(other, CancellationToken.None);

        Assert.That(await FindAsync("chair"), Is.EquivalentTo("5"));
    }

    [Test]
    public async Task An_index_that_is_away_is_unavailable_and_says_when_to_come_again()
    {
        var away = Away();
        var query = new SearchQuery([], SearchSort.CreateTime, true);
        foreach (var ask in (Func<Task>[])
        [
            () => away.PrepareAsync(1, CancellationToken.None),
            () => away.PutAsync(1, s_orders, CancellationToken.None),
            () => away.SearchAsync(1, query, null, null, 1, CancellationToken.None),
            () => away.CountAsync(1, query, null, CancellationToken.None),
            () => away.PageAsync(1, Guid.Empty, 1, CancellationToken.None),
            () => away.DropAsync(1, CancellationToken.None),
        ])
        {
            var refused = (await Assert.ThrowsAsync<DomainException>(() => ask()))!;
            Assert.That((refused.Reason, refused.RetryAfter > TimeSpan.Zero), Is.EqualTo((ErrorReason.DependencyUnavailable, true)));
            Assert.That(refused.Message, Does.Not.Contain("127.0.0.1"));
        }
    }

    private static OrderDocument Of(int number, Guid customer, State state, decimal total, int day, IReadOnlyList<string> products) => new()
    {
        Id = Guid.Parse($"0197c1f0-5b3e-7c3a-9d1e-00000000000{number}"),
        Version = 1,
        CustomerId = customer,
        State = state,
        CurrencyCode = "EUR",
        Total = total,
        CreateTime = (day * Day) + number,
        UpdateTime = (day * Day) + number,
        Skus = [.. products.Where(text => text.Contains('-', StringComparison.Ordinal))],
        Texts = new OrderTexts(products, [], []),
    };

    private static char Digit(FoundOrder found) => found.Id.ToString()[^1];

    private async Task<string> WalkAsync(SearchQuery query, int size)
    {
        var (walked, cursor) = (string.Empty, (string?)null);
        while (await _index.SearchAsync(_generation, query, null, cursor, size, CancellationToken.None) is { Count: > 0 } page)
        {
            walked += string.Concat(page.Select(Digit));
            cursor = page[^1].Cursor;
        }

        return walked;
    }

    private async Task PutAsync(params OrderDocument[] documents)
    {
        await _index.PutAsync(_generation, documents, CancellationToken.None);
        await _index.RefreshAsync(_generation, CancellationToken.None);
    }

    private async Task<string> FindAsync(string query) => string.Concat(
        (await _index.SearchAsync(_generation, new SearchQuery(QueryParser.Parse(query), SearchSort.CreateTime, true), null, null, 100, CancellationToken.None)).Select(Digit));
}
