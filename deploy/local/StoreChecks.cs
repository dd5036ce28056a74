using Confluent.Kafka;
using MongoDB.Bson;
using MongoDB.Driver;
using Npgsql;
using StackExchange.Redis;

namespace Suite.Local;

/// <summary>Asks stores that somebody else runs whether they are there, and says so in one sentence when they are not.</summary>
internal static class StoreChecks
{
    public static async Task<string> PostgresAsync(string connectionString, CancellationToken cancellationToken)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = 10 };
            settings.Database ??= "postgres";
            await using var connection = new NpgsqlConnection(settings.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            return $"{settings.Host}:{settings.Port}, version {connection.PostgreSqlVersion}, named by SUITE_POSTGRES";
        }
        catch (Exception e) when (e is NpgsqlException or ArgumentException)
        {
            throw new SuiteLocalException(
                $"The PostgreSQL server of SUITE_POSTGRES does not answer: {e.Message}\nUnset SUITE_POSTGRES to have a private one started.", e);
        }
    }

    public static async Task<string> RedisAsync(string connectionString)
    {
        try
        {
            var options = ConfigurationOptions.Parse(connectionString);
            options.AbortOnConnectFail = true;
            options.ConnectTimeout = 5000;
            await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
            await connection.GetDatabase().PingAsync();
            var server = connection.GetServers().First(s => s.IsConnected);
            var kind = server.ServerType == ServerType.Cluster ? ", a cluster" : string.Empty;
            return $"{string.Join(", ", options.EndPoints)}, version {server.Version}{kind}, named by SUITE_REDIS";
        }
        catch (Exception e) when (e is RedisException or ArgumentException or TimeoutException)
        {
            throw new SuiteLocalException(
                $"The Redis of SUITE_REDIS does not answer: {e.Message}\nUnset SUITE_REDIS to have a private one started.", e);
        }
    }

    public static async Task<string> MongoAsync(string connectionString, CancellationToken cancellationToken)
    {
        try
        {
            var settings = MongoClientSettings.FromConnectionString(connectionString);
            settings.ServerSelectionTimeout = TimeSpan.FromSeconds(10);
            using var client = new MongoClient(settings);
            var built = await client.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("buildInfo", 1), cancellationToken: cancellationToken);
            return $"{string.Join(", ", settings.Servers)}, version {built["version"]}, named by SUITE_MONGO";
        }
        catch (Exception e) when (e is MongoException or TimeoutException or ArgumentException)
        {
            // A message of the driver's may hold the connection string.
            throw new SuiteLocalException(
                $"The MongoDB of SUITE_MONGO does not answer ({e.GetType().Name}).\nUnset SUITE_MONGO to have PostgreSQL keep the documents.", e);
        }
    }

    public static async Task<string> ElasticsearchAsync(string address, CancellationToken cancellationToken)
    {
        try
        {
            var uri = new Uri(address);
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
            if (uri.UserInfo.Length > 0)
            {
                http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Uri.UnescapeDataString(uri.UserInfo))));
            }

            var server = uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
            using var about = System.Text.Json.JsonDocument.Parse(await http.GetStringAsync(new Uri(server), cancellationToken));
            return $"{server}, version {about.RootElement.GetProperty("version").GetProperty("number")}, named by SUITE_ELASTICSEARCH";
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or UriFormatException or System.Text.Json.JsonException or KeyNotFoundException)
        {
            // A message may hold the address with its password.
            throw new SuiteLocalException(
                $"The Elasticsearch of SUITE_ELASTICSEARCH does not answer ({e.GetType().Name}).\nUnset SUITE_ELASTICSEARCH to have PostgreSQL find orders.", e);
        }
    }

    public static async Task<string> KafkaAsync(string bootstrapServers, CancellationToken cancellationToken)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers })
            .SetLogHandler(static (_, _) => { })
            .SetErrorHandler(static (_, _) => { })
            .Build();
        try
        {
            var metadata = await Task.Run(() => admin.GetMetadata(TimeSpan.FromSeconds(10)), cancellationToken);
            return $"{bootstrapServers}, {metadata.Brokers.Count} broker(s), named by SUITE_KAFKA";
        }
        catch (KafkaException e)
        {
            throw new SuiteLocalException(
                $"The Kafka of SUITE_KAFKA ({bootstrapServers}) does not answer: {e.Message}\nUnset SUITE_KAFKA to have a private one started.", e);
        }
    }
}
