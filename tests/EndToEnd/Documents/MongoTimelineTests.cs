using MongoDB.Bson;
using MongoDB.Driver;
using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.Documents;

/// <summary>Where MongoDB keeps the documents.</summary>
internal sealed class MongoTimelineTests() : TimelineTests(Suites.OnDocumentStoresAsync), IStoredTimelines
{
    private const string Database = "suite_order";

    protected override IStoredTimelines Stored => this;

    [Test]
    public async Task While_it_is_away_stories_wait_and_orders_do_not()
    {
        var suite = await Suites.OnDocumentStoresAsync();
        var told = (await suite.DecidedAsync((await suite.PlaceAsync()).Name)).Name;
        await suite.Local.Mongo!.KillAsync();
        var placed = await suite.DecidedAsync((await suite.PlaceAsync()).Name);
        Assert.That(placed.State, Is.EqualTo(Contracts.Orders.V1.Order.Types.State.Confirmed));
        await Eventually.That(() => Probe.ReadyAsync(suite.Local.Order), Is.EqualTo((200, "Degraded")));
        var refused = (await Assert.ThrowsAsync<Grpc.Core.RpcException>(() =>
            suite.Orders().ListOrderEventsAsync(new() { Parent = told }, deadline: DateTime.UtcNow.AddSeconds(20)).ResponseAsync))!;
        Assert.That(refused.StatusCode, Is.EqualTo(Grpc.Core.StatusCode.Unavailable));
        Assert.That(refused.Status.Detail, Does.Not.Contain("127.0.0.1"));

        await suite.Local.StartMongoAsync();

        await Eventually.That(
            async () => (await Asking.UntilAnsweredAsync(() => suite.Orders().ListOrderEventsAsync(new() { Parent = placed.Name }).ResponseAsync)).Events.Count,
            Is.EqualTo(3));
    }

    public async Task LoseAsync(TestSuite suite)
    {
        using var client = new MongoClient(suite.Local.MongoConnectionString);
        await client.DropDatabaseAsync(Database);
        // What plays MongoDB here may stand still for good when a database goes while it is written to; MongoDB does not.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await (await ServingAsync(suite, client)).UpdateOneAsync(
                Builders<BsonDocument>.Filter.Eq("owner", string.Empty), Builders<BsonDocument>.Update.Set("entries.none", 1), cancellationToken: limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException or MongoException)
        {
            await suite.Local.Mongo!.KillAsync();
            await suite.Local.StartMongoAsync();
        }
    }

    public async Task ForgeAsync(TestSuite suite, Guid order)
    {
        using var client = new MongoClient(suite.Local.MongoConnectionString);
        var changed = await (await ServingAsync(suite, client)).UpdateOneAsync(
            Builders<BsonDocument>.Filter.Eq("owner", order.ToString("N")), Builders<BsonDocument>.Update.Set("entries.o1-0.by", "somebody"));
        Assert.That(changed.ModifiedCount, Is.EqualTo(1));
    }

    public async Task<long> TextsAsync(TestSuite suite, string text)
    {
        using var client = new MongoClient(suite.Local.MongoConnectionString);
        var documents = await (await ServingAsync(suite, client)).Find(FilterDefinition<BsonDocument>.Empty).ToListAsync();
        return documents.Count(document => document.ToJson().Contains(text, StringComparison.Ordinal));
    }

    public Task SlowDownAsync(TestSuite suite) => Task.CompletedTask;

    public Task GoOnAsync(TestSuite suite) => Task.CompletedTask;

    private static async Task<IMongoCollection<BsonDocument>> ServingAsync(TestSuite suite, MongoClient client)
    {
        var generation = await suite.ScalarAsync<long>("order", "SELECT generation FROM projection_generation WHERE name = 'timelines' AND state = 2");
        return client.GetDatabase(Database).GetCollection<BsonDocument>($"timelines_{generation}");
    }
}
