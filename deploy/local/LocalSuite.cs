using System.Globalization;
using Suite.Local.Elasticsearch;
using Suite.Local.Kafka;
using Suite.Local.Keys;
using Suite.Local.Mongo;
using Suite.Local.Ports;
using Suite.Local.Postgres;
using Suite.Local.Redis;
using Suite.Local.Services;

namespace Suite.Local;

/// <summary>
/// A whole Suite on this machine: PostgreSQL, Redis, a Kafka broker, MongoDB and Elasticsearch where they are, and the services, each a process of
/// ours, unless the options name one that is there already. Disposing stops it in order: services, broker, Redis, Elasticsearch, MongoDB, database.
/// </summary>
public sealed class LocalSuite : IAsyncDisposable
{
    private readonly LocalSuiteOptions _options;
    private readonly LogFiles _logs;
    private readonly List<LocalService> _services = [];
    private readonly DataLock _lock;
    private LocalKeys? _keys;
    private Keeper? _postgresKeeper;
    private Keeper? _redisKeeper;
    private Keeper? _mongoKeeper;
    private Keeper? _elasticsearchKeeper;
    private Keeper? _kafkaKeeper;

    private LocalSuite(LocalSuiteOptions options, DataLock dataLock)
    {
        _options = options;
        _lock = dataLock;
        _logs = new LogFiles(Path.Combine(options.DataDirectory, "logs"));
    }

    /// <summary>The private database server; null when <see cref="LocalSuiteOptions.Postgres"/> named one.</summary>
    public PostgresServer? Postgres { get; private set; }

    /// <summary>The private Redis; null when <see cref="LocalSuiteOptions.Redis"/> named one.</summary>
    public RedisServer? Redis { get; private set; }

    /// <summary>The private MongoDB; null when <see cref="LocalSuiteOptions.Mongo"/> named one, or when there is none.</summary>
    public MongoServer? Mongo { get; private set; }

    /// <summary>The private Elasticsearch; null when <see cref="LocalSuiteOptions.Elasticsearch"/> named one, or when there is none.</summary>
    public ElasticsearchServer? Elasticsearch { get; private set; }

    /// <summary>The private broker; null when <see cref="LocalSuiteOptions.Kafka"/> named one.</summary>
    public KafkaBroker? Kafka { get; private set; }

    /// <summary>The database server's connection string, as services get it.</summary>
    public string PostgresConnectionString => _options.Postgres ?? Postgres!.ConnectionString;

    /// <summary>Redis in the form of StackExchange.Redis, as services get it.</summary>
    public string RedisConnectionString => _options.Redis ?? Redis!.ConnectionString;

    /// <summary>MongoDB's connection string, as services get it; null when PostgreSQL keeps the documents.</summary>
    public string? MongoConnectionString => _options.Mongo ?? Mongo?.ConnectionString;

    /// <summary>Elasticsearch's address, as services get it; null when PostgreSQL finds orders.</summary>
    public string? ElasticsearchAddress => _options.Elasticsearch ?? Elasticsearch?.Address;

    /// <summary>The broker's address, as services get it.</summary>
    public string KafkaBootstrapServers => _options.Kafka ?? Kafka!.BootstrapServers;

    /// <summary>Every replica of every service.</summary>
    public IReadOnlyList<LocalService> Services => _services;

    /// <summary>The first User.</summary>
    public LocalService User => Service("user");

    /// <summary>The first Order.</summary>
    public LocalService Order => Service("order");

    /// <summary>The first Payment.</summary>
    public LocalService Payment => Service("payment");

    /// <summary>
    /// What a client reads from its environment: <c>SUITE_USER_ADDRESS</c> and its like, of all replicas, and <c>SUITE_TOKEN_FILE</c>
    /// with the administrator's key.
    /// </summary>
    public IReadOnlyDictionary<string, string> ClientEnvironment =>
        new Dictionary<string, string>(Addresses) { ["SUITE_TOKEN_FILE"] = AdminKeyFile };

    /// <summary>The file with the administrator's API key, which holds every scope that methods name. Only its owner can read it.</summary>
    public string AdminKeyFile => _keys?.AdminKeyFile ?? throw new InvalidOperationException("The suite is not started.");

    private IEnumerable<KeyValuePair<string, string>> Addresses => _services
        .GroupBy(service => service.Name)
        .Select(replicas => KeyValuePair.Create(AddressKey(replicas.Key), string.Join(',', replicas.Select(service => service.GrpcAddress))));

    private string KafkaFolder => Path.Combine(_options.DataDirectory, "kafka");

    private string RedisFolder => Path.Combine(_options.DataDirectory, "redis");

    private string MongoFolder => Path.Combine(_options.DataDirectory, "mongo");

    private string ElasticsearchFolder => Path.Combine(_options.DataDirectory, "elasticsearch");

    private string PostgresFolder => Path.Combine(_options.DataDirectory, "postgres");

    /// <summary>The fixed ports of a service, before an offset is added.</summary>
    public static (int Http, int Grpc) FixedPorts(string service) => service switch
    {
        "user" => (8101, 9101),
        "order" => (8102, 9102),
        "payment" => (8103, 9103),
        _ => throw new ArgumentException($"There is no service '{service}'.", nameof(service)),
    };

    /// <summary>Starts everything and returns when every service is ready.</summary>
    /// <exception cref="SuiteLocalException">Something is missing, in the way or does not start. What had started is stopped.</exception>
    public static async Task<LocalSuite> StartAsync(LocalSuiteOptions options, CancellationToken cancellationToken = default)
    {
        options = options with { DataDirectory = Path.GetFullPath(options.DataDirectory) };
        var suite = new LocalSuite(options, DataLock.Take(options.DataDirectory));
        try
        {
            CheckPorts(options);
            await suite.CleanUpAsync(cancellationToken);
            suite._keys = LocalKeys.Open(options);
            await suite.StartStoresAsync(cancellationToken);
            await suite.StartServicesAsync(cancellationToken);
            return suite;
        }
        catch
        {
            await suite.DisposeAsync();
            throw;
        }
    }

    /// <summary>Throws when a fixed port is taken, naming each holder. It takes milliseconds and starts nothing.</summary>
    /// <exception cref="SuiteLocalException">A port is taken.</exception>
    internal static void CheckPorts(LocalSuiteOptions options)
    {
        if (options.PortOffset is not { } offset)
        {
            return;
        }

        var taken = options.Services
            .Select(FixedPorts)
            .SelectMany(ports => (int[])[ports.Http + offset, ports.Grpc + offset])
            .Select(PortHolder.Find)
            .OfType<PortHolder>()
            .ToList();
        if (taken.Count > 0)
        {
            throw new SuiteLocalException(
                string.Join('\n', taken) + "\nEnd it, or choose other ports with --port-offset N (added to every port).");
        }
    }

    /// <summary>One replica of a service.</summary>
    public LocalService Service(string name, int replica = 0) =>
        _services.FirstOrDefault(service => service.Name == name && service.Replica == replica)
        ?? throw new ArgumentException($"No replica {replica} of '{name}' was asked for.", nameof(name));

    /// <summary>Stops the services, then the broker, Redis, Elasticsearch, MongoDB and the database, each within a time limit.</summary>
    public async Task StopAsync()
    {
        await Task.WhenAll(_services.Select(service => service.StopAsync()));
        if (_kafkaKeeper is not null)
        {
            await _kafkaKeeper.DisposeAsync();
            _kafkaKeeper = null;
        }

        await (Kafka?.StopAsync() ?? Task.CompletedTask);
        if (_redisKeeper is not null)
        {
            await _redisKeeper.DisposeAsync();
            _redisKeeper = null;
        }

        await (Redis?.StopAsync() ?? Task.CompletedTask);
        if (_elasticsearchKeeper is not null)
        {
            await _elasticsearchKeeper.DisposeAsync();
            _elasticsearchKeeper = null;
        }

        await (Elasticsearch?.StopAsync() ?? Task.CompletedTask);
        if (_mongoKeeper is not null)
        {
            await _mongoKeeper.DisposeAsync();
            _mongoKeeper = null;
        }

        await (Mongo?.StopAsync() ?? Task.CompletedTask);
        if (_postgresKeeper is not null)
        {
            await _postgresKeeper.DisposeAsync();
            _postgresKeeper = null;
        }

        await (Postgres?.StopAsync() ?? Task.CompletedTask);
    }

    /// <summary>Starts another broker in the place of the one that was stopped or killed, at the same address when it is a real one.</summary>
    /// <remarks>The built-in broker comes back empty and elsewhere: services must be restarted, which hands them the new address.</remarks>
    public async Task StartKafkaAsync(CancellationToken cancellationToken = default)
    {
        var port = Kafka is { ProcessId: not null } ? int.Parse(Kafka.BootstrapServers.Split(':')[1], CultureInfo.InvariantCulture) : 0;
        Kafka = _options.KafkaHome is { } home
            ? await KafkaBroker.StartRealAsync(home, KafkaFolder, port, line => Print("kafka", line), _options.KafkaDoors, cancellationToken)
            : KafkaBroker.StartMock();
    }

    /// <summary>Starts Redis again after it was stopped or killed, empty and at the same address.</summary>
    public async Task StartRedisAsync(CancellationToken cancellationToken = default) => Redis = await RedisServer.StartAsync(
        RedisFolder, Redis?.Port ?? 0, line => Print("redis", line), cancellationToken: cancellationToken);

    /// <summary>Starts MongoDB again after it was stopped or killed, on the same data and at the same address.</summary>
    public async Task StartMongoAsync(CancellationToken cancellationToken = default) => Mongo = await MongoServer.StartAsync(
        _options.MongoProgram!, MongoFolder, Mongo?.Port ?? 0, line => Print("mongo", line), cancellationToken);

    /// <summary>Starts Elasticsearch again after it was stopped or killed, on the same data and at the same address.</summary>
    public async Task StartElasticsearchAsync(CancellationToken cancellationToken = default) => Elasticsearch = await ElasticsearchServer.StartAsync(
        _options.ElasticsearchHome!, ElasticsearchFolder, Elasticsearch?.Port ?? 0, line => Print("elasticsearch", line), cancellationToken);

    /// <summary>Starts the database again after it was stopped or killed, on the same data and at the same address.</summary>
    public async Task StartPostgresAsync(CancellationToken cancellationToken = default) => Postgres = await PostgresServer.StartAsync(
        PostgresFolder, Postgres?.Port ?? 0, line => Print("postgres", line), _options.OutlivesPower, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var service in _services)
        {
            await service.DisposeAsync();
        }

        await (Kafka?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (Redis?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (Elasticsearch?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (Mongo?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (Postgres?.DisposeAsync() ?? ValueTask.CompletedTask);
        _logs.Dispose();
        _lock.Dispose();
    }

    private static string AddressKey(string service) => $"SUITE_{service.ToUpperInvariant()}_ADDRESS";

    private async Task StartStoresAsync(CancellationToken cancellationToken)
    {
        await _options.Stages.RunAsync("PostgreSQL", async () =>
        {
            if (_options.Postgres is { } named)
            {
                return await StoreChecks.PostgresAsync(named, cancellationToken);
            }

            await StartPostgresAsync(cancellationToken);
            return $"127.0.0.1:{Postgres!.Port}, data in {Relative(Postgres.DataDirectory)}";
        });
        await _options.Stages.RunAsync("Redis", async () =>
        {
            if (_options.Redis is { } named)
            {
                return await StoreChecks.RedisAsync(named);
            }

            await StartRedisAsync(cancellationToken);
            return $"127.0.0.1:{Redis!.Port}, in memory";
        });
        if (_options.Mongo is not null || _options.MongoProgram is not null)
        {
            await _options.Stages.RunAsync("MongoDB", async () =>
            {
                if (_options.Mongo is { } named)
                {
                    return await StoreChecks.MongoAsync(named, cancellationToken);
                }

                await StartMongoAsync(cancellationToken);
                return $"127.0.0.1:{Mongo!.Port}, data in {Relative(Mongo.DataDirectory)}";
            });
        }

        if (_options.Elasticsearch is not null || _options.ElasticsearchHome is not null)
        {
            await _options.Stages.RunAsync("Elasticsearch", async () =>
            {
                if (_options.Elasticsearch is { } named)
                {
                    return await StoreChecks.ElasticsearchAsync(named, cancellationToken);
                }

                await StartElasticsearchAsync(cancellationToken);
                return $"127.0.0.1:{Elasticsearch!.Port}, data in {Relative(Elasticsearch.DataDirectory)}";
            });
        }

        await _options.Stages.RunAsync("Kafka", async () =>
        {
            if (_options.Kafka is { } named)
            {
                return await StoreChecks.KafkaAsync(named, cancellationToken);
            }

            await StartKafkaAsync(cancellationToken);
            return $"{Kafka!.BootstrapServers}, {Kafka.Kind}";
        });
        if (_options.Supervise && Postgres is not null)
        {
            _postgresKeeper = new Keeper("postgres", async token => { await StartPostgresAsync(token); return Postgres!.Exited; }, _options.Say);
            _postgresKeeper.Watch(Postgres.Exited);
        }

        if (_options.Supervise && Redis is not null)
        {
            _redisKeeper = new Keeper("redis", async token => { await StartRedisAsync(token); return Redis!.Exited; }, _options.Say);
            _redisKeeper.Watch(Redis.Exited);
        }

        if (_options.Supervise && Mongo is not null)
        {
            _mongoKeeper = new Keeper("mongo", async token => { await StartMongoAsync(token); return Mongo!.Exited; }, _options.Say);
            _mongoKeeper.Watch(Mongo.Exited);
        }

        if (_options.Supervise && Elasticsearch is not null)
        {
            _elasticsearchKeeper = new Keeper("elasticsearch", async token => { await StartElasticsearchAsync(token); return Elasticsearch!.Exited; }, _options.Say);
            _elasticsearchKeeper.Watch(Elasticsearch.Exited);
        }

        if (_options.Supervise && Kafka is not null)
        {
            _kafkaKeeper = new Keeper("kafka", async token => { await StartKafkaAsync(token); return Kafka!.Exited; }, _options.Say);
            _kafkaKeeper.Watch(Kafka.Exited);
        }
    }

    private async Task StartServicesAsync(CancellationToken cancellationToken)
    {
        foreach (var name in _options.Services)
        {
            for (var replica = 0; replica < _options.Replicas.GetValueOrDefault(name, 1); replica++)
            {
                _services.Add(Place(name, replica));
            }
        }

        // All at once: each waits for what it needs by itself, and two cores are busy for half as long.
        var environment = ServiceAddresses();
        foreach (var service in _services)
        {
            service.Configure(environment);
            service.Launch();
        }

        foreach (var service in _services)
        {
            await _options.Stages.RunAsync(service.Title, async () =>
            {
                await service.Process!.WaitReadyAsync(cancellationToken: cancellationToken);
                return $"{service.HttpAddress} (HTTP), {service.GrpcAddress} (gRPC)";
            });
        }

        if (_options.Supervise)
        {
            _services.ForEach(service => service.Supervise(_options.Say));
        }
    }

    private LocalService Place(string name, int replica)
    {
        var (http, grpc) = FixedPorts(name);
        var isFixed = _options.PortOffset is not null && replica == 0;
        var title = replica == 0 ? name : $"{name}-{replica + 1}";
        return new LocalService(
            name,
            replica,
            isFixed ? http + _options.PortOffset!.Value : FreePorts.Next(),
            isFixed ? grpc + _options.PortOffset!.Value : FreePorts.Next(),
            PidFileOf(title),
            line => Print(title, line));
    }

    /// <summary>Asked for at every start of a service, since the built-in broker has another address after it went.</summary>
    private Func<LocalService, IReadOnlyDictionary<string, string>> ServiceAddresses() => service =>
    {
        Dictionary<string, string> environment = new()
        {
            ["SUITE_POSTGRES"] = PostgresConnectionString,
            ["SUITE_REDIS"] = RedisConnectionString,
            ["SUITE_KAFKA"] = KafkaBootstrapServers,
        };
        if (MongoConnectionString is { } mongo)
        {
            environment["SUITE_MONGO"] = mongo;
        }

        if (ElasticsearchAddress is { } elasticsearch)
        {
            environment["SUITE_ELASTICSEARCH"] = elasticsearch;
        }

        if (Kafka is { ProcessId: null })
        {
            // A real broker answers as soon as there is something; the one built into librdkafka looks again only after this time.
            environment["SUITE_KAFKA_OPTIONS"] = "fetch.wait.max.ms=20";
        }

        var issuer = _services.Where(service => service is { Name: "user", Replica: 0 })
            .Select(user => KeyValuePair.Create("SUITE_ISSUER", _options.Issuer ?? user.HttpAddress));
        foreach (var (key, value) in Addresses.Concat(_keys!.EnvironmentOf(service.Name)).Concat(issuer))
        {
            environment[key] = value;
        }

        var more = _options.ServiceEnvironment.TryGetValue(service.Name, out var own) ? _options.Environment.Concat(own) : _options.Environment;
        foreach (var (key, value) in more.Concat(_options.ReplicaEnvironment(this, service)))
        {
            environment[key] = value;
        }

        return environment;
    };

    /// <summary>Ends what an earlier launcher left behind, services first: they would go on writing to the stores.</summary>
    private async Task CleanUpAsync(CancellationToken cancellationToken)
    {
        var pids = Path.Combine(_options.DataDirectory, "pids");
        foreach (var file in Directory.Exists(pids) ? Directory.GetFiles(pids, "*.pid") : [])
        {
            await Processes.PidFile.EndLeftoverAsync(file, Processes.Signals.Terminate, TimeSpan.FromSeconds(3), _options.Say, cancellationToken);
        }

        await KafkaBroker.EndLeftoversAsync(KafkaFolder, _options.Say, cancellationToken);
        await RedisServer.EndLeftoversAsync(RedisFolder, _options.Say, cancellationToken);
        await ElasticsearchServer.EndLeftoversAsync(ElasticsearchFolder, _options.Say, cancellationToken);
        await MongoServer.EndLeftoversAsync(MongoFolder, _options.Say, cancellationToken);
        await PostgresServer.EndLeftoversAsync(PostgresFolder, _options.Say, cancellationToken);
        if (_options.Fresh)
        {
            foreach (var entry in Directory.GetFileSystemEntries(_options.DataDirectory).Where(IsData))
            {
                if (File.GetAttributes(entry).HasFlag(FileAttributes.Directory))
                {
                    Directory.Delete(entry, recursive: true);
                }
                else
                {
                    File.Delete(entry);
                }
            }
        }

        // The keys belong to the database, which stays when it is somebody else's.
        bool IsData(string path) => Path.GetFileName(path) is not (DataLock.FileName or "launcher.pid")
            && (_options.Postgres is null || Path.GetFileName(path) is not (LocalKeys.FolderName or LocalKeys.AdminFileName));
    }

    private string PidFileOf(string title) => Path.Combine(_options.DataDirectory, "pids", title + ".pid");

    private static string Relative(string path) => Path.GetRelativePath(Directory.GetCurrentDirectory(), path) is var relative
        && relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;

    private void Print(string name, string line)
    {
        _logs.Write(name, line);
        _options.Output(name, line);
    }
}
