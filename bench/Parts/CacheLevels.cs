using System.Globalization;
using Google.Protobuf;
using Npgsql;
using StackExchange.Redis;
using Suite.Bench.Load;
using Suite.Bench.Measuring;
using Suite.Bench.Report;
using Suite.Contracts.Users.V1;
using Suite.Local;

namespace Suite.Bench.Parts;

/// <summary>
/// What the levels of the cache are worth: GetUser against the stores behind it asked directly, many misses of one key at once, and who
/// answers when a hundred thousand users are read as people are.
/// </summary>
internal sealed class CacheLevels : IDisposable
{
    private const int Callers = 32;
    private const int ConnectionCount = 4;
    private const int Misses = 1_000;

    private readonly LocalSuite _suite;
    private readonly Shop _shop;
    private readonly BenchOptions _options;
    private readonly Connections _connections;
    private readonly UserService.UserServiceClient[] _clients;
    private readonly ConnectionMultiplexer _redis;
    private readonly NpgsqlDataSource _postgres;

    private CacheLevels(LocalSuite suite, Shop shop, BenchOptions options)
    {
        _suite = suite;
        _shop = shop;
        _options = options;
        _connections = new Connections(suite.User.GrpcAddress, suite.AdminKeyFile, ConnectionCount);
        _clients = _connections.Clients(channel => new UserService.UserServiceClient(channel));
        _redis = ConnectionMultiplexer.Connect(suite.RedisConnectionString + ",allowAdmin=true");
        _postgres = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(suite.PostgresConnectionString)
        {
            Database = "suite_user",
            MaxPoolSize = Callers,
            MaxAutoPrepare = 10,
        });
    }

    public static async Task<PartResult> RunAsync(LocalSuite suite, Shop shop, BenchOptions options, CancellationToken cancellationToken)
    {
        using var levels = new CacheLevels(suite, shop, options);
        var measurements = new List<Measurement>
        {
            await levels.AgainstAsync("Redis asked directly", await levels.RedisReadAsync(), cancellationToken),
            await levels.AgainstAsync("PostgreSQL asked directly", levels.PostgresRead(), cancellationToken),
            await levels.StampedeAsync(cancellationToken),
        };
        measurements.AddRange(await levels.ZipfAsync(cancellationToken));
        return new PartResult(
            BenchOptions.Caches,
            string.Create(CultureInfo.InvariantCulture, $"GetUser and the levels of its cache ({ConnectionCount} connections, credentials checked at every call)"),
            ["./build.sh bench --only caches"],
            measurements);
    }

    public void Dispose()
    {
        _connections.Dispose();
        _redis.Dispose();
        _postgres.Dispose();
    }

    private async Task<Measurement> AgainstAsync(string yardstick, Func<int, Task> read, CancellationToken cancellationToken)
    {
        var requests = _shop.Customers.Select(name => new GetUserRequest { Name = name }).ToArray();
        Task GetUser(int caller) => _clients[caller % ConnectionCount].GetUserAsync(requests[caller], cancellationToken: cancellationToken).ResponseAsync;
        await ClosedLoop.RunAsync(Callers, _options.WarmUp, GetUser, cancellationToken);
        await ClosedLoop.RunAsync(Callers, _options.Window, read, cancellationToken);
        var pairs = new PairedRatio();
        for (var round = 0; round < _options.Rounds; round++)
        {
            var ours = (await ClosedLoop.RunAsync(Callers, _options.Window, GetUser, cancellationToken)).PerSecond;
            var theirs = (await ClosedLoop.RunAsync(Callers, _options.Window, read, cancellationToken)).PerSecond;
            pairs.Add(ours, theirs);
            Progress.Say($"GetUser, round {round + 1} of {_options.Rounds}: {ours:0}/s, {yardstick} {theirs:0}/s, ratio {ours / theirs:0.00}");
        }

        return Measurement.PerSecond(string.Create(CultureInfo.InvariantCulture, $"GetUser, cached, {Callers} callers"), yardstick, pairs);
    }

    /// <summary>The same message, read from Redis without a service in between.</summary>
    private async Task<Func<int, Task>> RedisReadAsync()
    {
        var user = await _clients[0].GetUserAsync(new GetUserRequest { Name = _shop.Customers[0] });
        var redis = _redis.GetDatabase();
        await redis.StringSetAsync("bench:user", user.ToByteArray());
        return async _ => User.Parser.ParseFrom((byte[])(await redis.StringGetAsync("bench:user"))!);
    }

    private Func<int, Task> PostgresRead()
    {
        var ids = _shop.Customers.Select(name => Guid.Parse(name["users/".Length..])).ToArray();
        return async caller =>
        {
            await using var command = _postgres.CreateCommand("SELECT id, email, display_name, state, version, create_time, update_time FROM users WHERE id = $1");
            command.Parameters.Add(new() { Value = ids[caller] });
            await using var reader = await command.ExecuteReaderAsync();
            await reader.ReadAsync();
            _ = reader.GetString(1);
        };
    }

    /// <summary>Nothing is cached anywhere, and a thousand callers ask for the same user at once.</summary>
    private async Task<Measurement> StampedeAsync(CancellationToken cancellationToken)
    {
        await ForgetAsync(cancellationToken);
        // The connections and the credentials are warm; the user that is asked for is not.
        await Task.WhenAll(_clients.Select(c => c.GetUserAsync(new GetUserRequest { Name = _shop.Customers[1] }, cancellationToken: cancellationToken).ResponseAsync));
        var before = await ReadsAsync(cancellationToken);
        await Task.WhenAll(Enumerable.Range(0, Misses).Select(i =>
            _clients[i % ConnectionCount].GetUserAsync(new GetUserRequest { Name = _shop.Customers[0] }, cancellationToken: cancellationToken).ResponseAsync));
        var reads = await ReadsAsync(cancellationToken) - before;
        return new Measurement($"reads of the database for {Misses.ToString("#,##0", CultureInfo.InvariantCulture)} misses of one key", reads, string.Empty)
        {
            Target = new Target(1, IsLeast: false, OfRatio: false),
        };
    }

    private async Task<IReadOnlyList<Measurement>> ZipfAsync(CancellationToken cancellationToken)
    {
        var users = _options.ManyUsers;
        Progress.Say($"Zipf: making {users} users");
        var requests = (await InsertAsync(users, cancellationToken)).Select(id => new GetUserRequest { Name = $"users/{id}" }).ToArray();
        var zipf = new Zipf(users);
        await ForgetAsync(cancellationToken);
        var cold = await RatesAsync("nothing cached at first", requests, zipf, cancellationToken);
        await _suite.User.RestartAsync(cancellationToken: cancellationToken);
        var restarted = await RatesAsync("a replica just started, Redis warm", requests, zipf, cancellationToken);
        return [cold, restarted];
    }

    private async Task<Measurement> RatesAsync(string state, GetUserRequest[] requests, Zipf zipf, CancellationToken cancellationToken)
    {
        var random = Enumerable.Range(0, Callers).Select(seed => new Random(seed)).ToArray();
        var (reads, hits) = (await ReadsAsync(cancellationToken), await HitsAsync());
        var result = await ClosedLoop.RunAsync(
            Callers,
            _options.HalfLoad,
            caller => _clients[caller % ConnectionCount].GetUserAsync(requests[zipf.Next(random[caller])], cancellationToken: cancellationToken).ResponseAsync,
            cancellationToken);
        var redis = await HitsAsync() - hits;
        var database = await ReadsAsync(cancellationToken) - reads;
        double calls = result.Latencies.Count;
        Progress.Say($"Zipf, {state}: {result.PerSecond:0}/s, from Redis {redis / calls:0.0%}, from the database {database / calls:0.0%}");
        return new Measurement($"GetUser, Zipf, {state}", result.PerSecond, "/s")
        {
            Details = new Dictionary<string, double>
            {
                ["from memory %"] = 100 * (calls - redis - database) / calls,
                ["from Redis %"] = 100 * redis / calls,
                ["from PostgreSQL %"] = 100 * database / calls,
                ["p99 ms"] = result.Latencies.P99,
            },
        };
    }

    /// <summary>Empties every level: Redis, and the service's memory by a new start.</summary>
    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await _redis.GetDatabase().ExecuteAsync("FLUSHALL");
        await _suite.User.RestartAsync(cancellationToken: cancellationToken);
    }

    /// <summary>How often the table of users was looked into by its key.</summary>
    private async Task<long> ReadsAsync(CancellationToken cancellationToken)
    {
        // A backend tells what it did when it has been idle for a while, ten seconds at most (pgstat.c, PGSTAT_IDLE_INTERVAL).
        await Task.Delay(TimeSpan.FromSeconds(11), cancellationToken);
        await using var command = _postgres.CreateCommand("SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'users_pkey'");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<long> HitsAsync()
    {
        var stats = await _redis.GetServers()[0].InfoAsync("stats");
        return long.Parse(stats.SelectMany(group => group).Single(pair => pair.Key == "keyspace_hits").Value, CultureInfo.InvariantCulture);
    }

    private async Task<IReadOnlyList<Guid>> InsertAsync(int count, CancellationToken cancellationToken)
    {
        await using var command = _postgres.CreateCommand(
            """
            INSERT INTO users (id, email, display_name, state, version, create_time, update_time)
            SELECT gen_random_uuid(), 'zipf' || n || '@example.com', 'Number ' || n, 1, 1, now(), now() FROM generate_series(1, $1) n
            RETURNING id
            """);
        command.CommandTimeout = 120;
        command.Parameters.Add(new() { Value = count });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<Guid>(count);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetGuid(0));
        }

        return ids;
    }

    /// <summary>Numbers whose frequency falls with their rank (exponent 1), as that of names people ask for does.</summary>
    private sealed class Zipf
    {
        private readonly double[] _upTo;

        public Zipf(int count)
        {
            _upTo = new double[count];
            var sum = 0.0;
            for (var i = 0; i < count; i++)
            {
                sum += 1.0 / (i + 1);
                _upTo[i] = sum;
            }
        }

        public int Next(Random random)
        {
#pragma warning disable CA5394 // Load is no secret.
            var at = Array.BinarySearch(_upTo, random.NextDouble() * _upTo[^1]);
#pragma warning restore CA5394
            return Math.Min(at < 0 ? ~at : at, _upTo.Length - 1);
        }
    }
}
