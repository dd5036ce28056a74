using NUnit.Framework;
using Suite.Local.Elasticsearch;
using Suite.Local.Folders;
using Suite.Local.Kafka;
using Suite.Local.Mongo;
using Suite.Local.Postgres;
using Suite.Local.Redis;

namespace Suite.Tests.Component;

/// <summary>
/// The real servers that component tests meet: one PostgreSQL, one Redis and one broker of librdkafka for all, and one Apache Kafka when a
/// test asks for it. Tests that kill or wipe a server start one of their own.
/// </summary>
[SetUpFixture]
internal sealed class Servers
{
    private static readonly SemaphoreSlim s_starting = new(1);
    private static string s_folder = string.Empty;
    private static PostgresServer? s_postgres;
    private static RedisServer? s_redis;
    private static KafkaBroker? s_mockKafka;
    private static KafkaBroker? s_realKafka;
    private static MongoServer? s_mongo;
    private static ElasticsearchServer? s_elasticsearch;

    /// <summary>A database server; each test takes databases of its own.</summary>
    public static PostgresServer Postgres => s_postgres ?? throw new InvalidOperationException("The servers are not started.");

    /// <summary>A Redis; each test takes keys of its own.</summary>
    public static RedisServer Redis => s_redis ?? throw new InvalidOperationException("The servers are not started.");

    /// <summary>The broker built into librdkafka; the topics of Suite exist, others come by <see cref="KafkaBroker.CreateTopic"/>.</summary>
    public static KafkaBroker MockKafka => s_mockKafka ?? throw new InvalidOperationException("The servers are not started.");

    /// <summary>Apache Kafka, started at the first call. The calling test is ignored when there is none on this machine.</summary>
    public static async Task<KafkaBroker> RealKafkaAsync()
    {
        if (SharedServers.KafkaHome is not { } home)
        {
            Assert.Ignore("Apache Kafka is not here: set KAFKA_HOME.");
            throw new InvalidOperationException();
        }

        await s_starting.WaitAsync();
        try
        {
            return s_realKafka ??= await KafkaBroker.StartRealAsync(home, Path.Combine(s_folder, "kafka"));
        }
        finally
        {
            s_starting.Release();
        }
    }

    /// <summary>
    /// The MongoDB of <c>SUITE_MONGO</c>, else one that is started at the first call: a <c>mongod</c> of the path, or the server that lies beside the
    /// checkout. The calling test is ignored when there is none.
    /// </summary>
    public static async Task<string> MongoAsync()
    {
        if (Environment.GetEnvironmentVariable("SUITE_MONGO") is { Length: > 0 } named)
        {
            return named;
        }

        if (SharedServers.MongoProgram(s_folder) is not { } program)
        {
            Assert.Ignore("MongoDB is not here: set SUITE_MONGO.");
            throw new InvalidOperationException();
        }

        await s_starting.WaitAsync();
        try
        {
            return (s_mongo ??= await MongoServer.StartAsync(program, Path.Combine(s_folder, "mongo"))).ConnectionString;
        }
        finally
        {
            s_starting.Release();
        }
    }

    /// <summary>
    /// The Elasticsearch of <c>SUITE_ELASTICSEARCH</c>, else one that is started at the first call. The calling test is ignored when there is none.
    /// </summary>
    public static async Task<string> ElasticsearchAsync()
    {
        if (Environment.GetEnvironmentVariable("SUITE_ELASTICSEARCH") is { Length: > 0 } named)
        {
            return named;
        }

        if (SharedServers.ElasticsearchHome(s_folder) is not { } home)
        {
            Assert.Ignore("Elasticsearch is not here: set SUITE_ELASTICSEARCH.");
            throw new InvalidOperationException();
        }

        await s_starting.WaitAsync();
        try
        {
            return (s_elasticsearch ??= await ElasticsearchServer.StartAsync(home, Path.Combine(s_folder, "elasticsearch"))).Address;
        }
        finally
        {
            s_starting.Release();
        }
    }

    /// <summary>A new folder for servers that one test starts for itself; it is removed at the end of the run.</summary>
    public static string NewFolder() => Directory.CreateDirectory(Path.Combine(s_folder, Guid.NewGuid().ToString("N"))).FullName;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        s_folder = ScratchFolder.Create("component");
        try
        {
            var postgres = PostgresServer.StartAsync(Path.Combine(s_folder, "postgres"), outlivesPower: false);
            s_redis = await RedisServer.StartAsync(Path.Combine(s_folder, "redis"));
            s_postgres = await postgres;
        }
        catch (Suite.Local.SuiteLocalException e) when (Environment.GetEnvironmentVariable("CI") is null or "" or "false")
        {
            Assert.Ignore(e.Message);
        }

        s_mockKafka = KafkaBroker.StartMock();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (s_elasticsearch is not null)
        {
            await s_elasticsearch.DisposeAsync();
        }

        if (s_mongo is not null)
        {
            await s_mongo.DisposeAsync();
        }

        if (s_realKafka is not null)
        {
            await s_realKafka.DisposeAsync();
        }

        if (s_mockKafka is not null)
        {
            await s_mockKafka.DisposeAsync();
        }

        if (s_redis is not null)
        {
            await s_redis.DisposeAsync();
        }

        if (s_postgres is not null)
        {
            await s_postgres.DisposeAsync();
        }

        if (s_folder.Length > 0)
        {
            Directory.Delete(s_folder, recursive: true);
        }
    }
}
