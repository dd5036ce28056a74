using MongoDB.Bson;
using MongoDB.Driver;
using NUnit.Framework;
using Suite.Orders.Timelines;
using Suite.Orders.Timelines.Storage;
using Suite.Platform.Mongo;

namespace Suite.Tests.Component.Orders.Timelines;

/// <summary>The MongoDB of <c>SUITE_MONGO</c>, else the server that lies beside the checkout.</summary>
internal sealed class MongoTimelinesTests : TimelineStoreTests
{
    private IMongoDatabase? _database;
    private MongoTimelines? _store;
    private MongoTimelines? _nobody;

    [OneTimeTearDown]
    public async Task DropAsync()
    {
        _store?.Dispose();
        _nobody?.Dispose();
        if (_database is not null)
        {
            await _database.Client.DropDatabaseAsync(_database.DatabaseNamespace.DatabaseName);
        }
    }

    [Test]
    public async Task Documents_say_their_schema_and_are_found_by_an_index()
    {
        var store = _store!;
        await store.PrepareAsync(1_000_000, CancellationToken.None);
        await store.SetAsync(1_000_000, [new TimelineDocument(Guid.NewGuid(), 0, Guid.NewGuid(), [])], CancellationToken.None);

        var collection = _database!.GetCollection<BsonDocument>("timelines_1000000");
        Assert.That((await collection.Find(FilterDefinition<BsonDocument>.Empty).SingleAsync())["s"].ToInt32(), Is.EqualTo(MongoTimelines.Schema));
        var indexes = await (await collection.Indexes.ListAsync()).ToListAsync();
        Assert.That(indexes.Select(index => index["key"].AsBsonDocument.Names.Single()), Is.EquivalentTo(new[] { "_id", "owner", "customer" }));
    }

    [Test]
    public async Task A_document_of_an_older_schema_is_read_as_it_is()
    {
        var (store, owner) = (_store!, Guid.NewGuid());
        await _database!.GetCollection<BsonDocument>("timelines_1000001").InsertOneAsync(new BsonDocument
        {
            { "_id", $"{owner:N}-00000000" },
            { "owner", owner.ToString("N") },
            { "bucket", 0 },
            { "entries", new BsonDocument("o1-0", new BsonDocument { { "c", 1 }, { "v", 1 }, { "t", 1 }, { "at", 5 }, { "unheard of", "x" } }) },
        });

        var found = (await store.FindAsync(1_000_001, [owner], CancellationToken.None)).Single();

        Assert.That((found.Bucket, found.CustomerId, found.Entries.Single().Key), Is.EqualTo((0L, (Guid?)null, "o1-0")));
    }

    protected override async Task<ITimelineStore> OpenAsync() => _store ??= new MongoTimelines(
        _database = new MongoClient(MongoModule.Read(await Servers.MongoAsync()).Settings).GetDatabase($"test_{Guid.NewGuid():N}"));

    protected override ITimelineStore Away() => _nobody ??= new MongoTimelines(
        new MongoClient(MongoModule.Read("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=500").Settings).GetDatabase("nowhere"));
}
