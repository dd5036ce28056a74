using Grpc.Core;
using Suite.Client;
using Suite.Contracts.Ops.V1;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Users.V1;

namespace Suite.Tests.EndToEnd.Running;

/// <summary>Orders that are found by what is in them, whatever finds them.</summary>
/// <param name="start">Gives the suite.</param>
internal abstract class SearchTests(Func<Task<TestSuite>> start)
{
    private const string Search = "projections/search";

    /// <summary>A word that nothing else of the suite has.</summary>
    private readonly string _mark = $"mark{Guid.NewGuid():N}";

    protected TestSuite Suite { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Suite = await start();
        await Suite.ProductAsync(_mark, 3);
    }

    [TearDown]
    public Task MendAsync() => Suite.MendAsync();

    [Test]
    public async Task An_order_is_found_by_its_words_its_state_and_its_total_and_counted()
    {
        var customer = await Suite.NewCustomerAsync();
        var small = await PlaceAsync(customer, 1);
        var large = await PlaceAsync(customer, 40);
        await Suite.Orders().CancelOrderAsync(new CancelOrderRequest { Name = small, Reason = $"{_mark} by mistake", RequestId = Guid.NewGuid().ToString() });

        await Eventually.That(() => NamesAsync($"{_mark} customer:{customer} state:CANCELLED"), Is.EqualTo(new[] { small }));
        Assert.That(await NamesAsync($"{_mark} customer:{customer} total>100"), Is.EqualTo(new[] { large }));
        Assert.That(await NamesAsync($"\"{_mark} by mistake\""), Is.EqualTo(new[] { small }));
        Assert.That(await NamesAsync(small["orders/".Length..]), Is.EqualTo(new[] { small }));
        var page = await Suite.Orders().SearchOrdersAsync(new SearchOrdersRequest { Query = $"{_mark} customer:{customer}", OrderBy = "total desc", PageSize = 1, Count = true });
        Assert.Multiple(() =>
        {
            Assert.That(page.Hits.Single().Order.Name, Is.EqualTo(large));
            Assert.That(page.Hits.Single().Highlights.SelectMany(h => h.Fragments).Where(f => f.Match).Select(f => f.Text), Does.Contain(_mark));
            Assert.That(page.Counts.Total, Is.EqualTo(2));
            Assert.That(page.Counts.States.Select(of => (of.Value, of.Count)), Is.EquivalentTo(new[] { ("CONFIRMED", 1L), ("CANCELLED", 1L) }));
            Assert.That(page.AsOf.ToDateTime(), Is.EqualTo(DateTime.UtcNow).Within(TimeSpan.FromSeconds(60)));
            Assert.That(page.NextPageToken, Is.Not.Empty);
        });
        var next = await Suite.Orders().SearchOrdersAsync(
            new SearchOrdersRequest { Query = $"{_mark} customer:{customer}", OrderBy = "total desc", PageSize = 1, PageToken = page.NextPageToken });
        Assert.That((next.Hits.Single().Order.Name, next.NextPageToken), Is.EqualTo((small, string.Empty)));
        var foreign = await Assert.ThrowsAsync<RpcException>(() => Suite.Orders().SearchOrdersAsync(
            new SearchOrdersRequest { Query = "another", PageToken = page.NextPageToken }).ResponseAsync);
        Assert.That(foreign!.StatusCode, Is.EqualTo(StatusCode.InvalidArgument));
    }

    [Test]
    public async Task What_a_customer_typed_is_found_until_they_are_gone_also_after_a_rebuild()
    {
        var word = $"typed{Guid.NewGuid():N}";
        var customer = await Suite.NewCustomerAsync();
        var order = await PlaceAsync(customer, 1);
        await Suite.Orders().CancelOrderAsync(new CancelOrderRequest { Name = order, Reason = $"I am moving to {word}", RequestId = Guid.NewGuid().ToString() });
        await Eventually.That(() => NamesAsync(word), Is.EqualTo(new[] { order }));

        await Asking.UntilAnsweredAsync(() => Suite.Users.DeleteUserAsync(new DeleteUserRequest { Name = customer, RequestId = Guid.NewGuid().ToString() }).ResponseAsync);

        await Eventually.That(() => NamesAsync(word), Is.Empty);
        await using var client = Suite.Client();
        await RebuildAsync(client);
        Assert.That(await NamesAsync(word), Is.Empty);
        Assert.That(await NamesAsync($"customer:{customer}"), Is.EqualTo(new[] { order }));
    }

    [Test]
    public async Task An_index_that_is_lost_while_orders_flow_is_made_again_as_the_record_is()
    {
        var customer = await Suite.NewCustomerAsync();
        var before = await PlaceAsync(customer, 1);
        await Eventually.That(() => NamesAsync($"customer:{customer}"), Is.EqualTo(new[] { before }));

        await LoseAsync();
        var meanwhile = await PlaceAsync(customer, 2);
        await using var client = Suite.Client();
        await RebuildAsync(client);

        await Eventually.That(() => NamesAsync($"customer:{customer} {_mark}"), Is.EquivalentTo(new[] { before, meanwhile }));
        var begun = await client.Projections.VerifyAsync(Search);
        await Eventually.That(
            async () => (await client.Projections.GetAsync(Search)).LastVerification?.EndTime?.ToDateTime() ?? DateTime.MinValue,
            Is.GreaterThan(begun.BeginTime.ToDateTime()));
        Assert.That((await client.Projections.GetAsync(Search)).LastVerification.Differences, Is.Empty);
    }

    [Test]
    public async Task A_customer_finds_what_is_theirs_and_nothing_else()
    {
        var (ada, ben) = (await Suite.NewCustomerAsync(), await Suite.NewCustomerAsync());
        await PlaceAsync(ada, 1);
        var bens = await PlaceAsync(ben, 1);
        await Eventually.That(async () => (await NamesAsync($"{_mark} customer:{ben}")).Length, Is.EqualTo(1));

        Assert.That(bens, Is.Not.Empty);
        Assert.That(await NamesAsync($"{_mark} customer:{ada} customer:{ben}"), Is.Empty);
    }

    /// <summary>Removes every document of the index.</summary>
    protected abstract Task LoseAsync();

    private static async Task RebuildAsync(SuiteClient client)
    {
        await client.Projections.RebuildAsync(Search);
        await Eventually.That(async () => (await client.Projections.GetAsync(Search)).State, Is.EqualTo(Projection.Types.State.Serving));
    }

    private async Task<string> PlaceAsync(string customer, int quantity)
    {
        var placed = await Suite.Orders().CreateOrderAsync(await Suite.RequestAsync(customer, "tok_visa", _mark, quantity));
        return (await Suite.DecidedAsync(placed.Name)).Name;
    }

    private async Task<string[]> NamesAsync(string query) =>
        [.. (await Asking.UntilAnsweredAsync(() => Suite.Orders().SearchOrdersAsync(new SearchOrdersRequest { Query = query }).ResponseAsync)).Hits.Select(hit => hit.Order.Name)];
}
