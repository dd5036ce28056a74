using Suite.Local.Kafka;
using Suite.Local.Mongo;
using Suite.Local.Services;

namespace Suite.Local;

/// <summary>What to start, and where.</summary>
public sealed record LocalSuiteOptions
{
    /// <summary>The folder for everything that is kept: databases, the broker's log, what services print.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Whether to remove everything in <see cref="DataDirectory"/> first.</summary>
    public bool Fresh { get; init; }

    /// <summary>
    /// Added to the fixed ports: User, Order and Payment take HTTP 8101, 8102, 8103 and gRPC 9101, 9102, 9103. Null has every port be a
    /// free one, which suits tests.
    /// </summary>
    public int? PortOffset { get; init; }

    /// <summary>An existing PostgreSQL server as a connection string; null starts a private one.</summary>
    public string? Postgres { get; init; }

    /// <summary>
    /// Whether what was committed outlives the machine, and not only its processes. False is for tests: they share one disk and kill processes.
    /// </summary>
    public bool OutlivesPower { get; init; } = true;

    /// <summary>An existing Redis, in the form of StackExchange.Redis; null starts a private one.</summary>
    public string? Redis { get; init; }

    /// <summary>An existing MongoDB as a connection string; null starts <see cref="MongoProgram"/>.</summary>
    public string? Mongo { get; init; }

    /// <summary>The path of <c>mongod</c>, for a private MongoDB; null has PostgreSQL keep the documents.</summary>
    public string? MongoProgram { get; init; }

    /// <summary>An existing Elasticsearch as <c>http://host:port</c>; null starts <see cref="ElasticsearchHome"/>.</summary>
    public string? Elasticsearch { get; init; }

    /// <summary>Where Elasticsearch lies, for a private one; null has PostgreSQL find orders.</summary>
    public string? ElasticsearchHome { get; init; }

    /// <summary>An existing Kafka as <c>bootstrap.servers</c>; null starts a private one.</summary>
    public string? Kafka { get; init; }

    /// <summary>Where Apache Kafka lies, for a private broker; null uses the broker built into librdkafka.</summary>
    public string? KafkaHome { get; init; }

    /// <summary>User's master key (<c>SUITE_MASTER_KEY_FILE</c>); null for one that is made at the first run and kept with the data.</summary>
    public string? MasterKeyFile { get; init; }

    /// <summary>The administrator's API key (<c>SUITE_ADMIN_KEY_FILE</c>); null for <c>admin.key</c> in the data folder, made at the first run.</summary>
    public string? AdminKeyFile { get; init; }

    /// <summary>Who issues access tokens (<c>SUITE_ISSUER</c>); null for the HTTP address of User.</summary>
    public string? Issuer { get; init; }

    /// <summary>
    /// Whether keys that are made here are marked as development keys, which services in Production refuse. False is for measuring a
    /// throwaway suite as it would be run.
    /// </summary>
    public bool DevelopmentKeys { get; init; } = true;

    /// <summary>The services to start, in this order; all by default.</summary>
    public IReadOnlyList<string> Services { get; init; } = ServiceProcess.Names;

    /// <summary>How many processes of a service; one where nothing is said. Replicas after the first have free ports.</summary>
    public IReadOnlyDictionary<string, int> Replicas { get; init; } = new Dictionary<string, int>();

    /// <summary>More settings for every service.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>More settings for one service, by its name; they win over <see cref="Environment"/>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> ServiceEnvironment { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>
    /// More settings for one replica, asked for at each of its starts, when the addresses of stores and services are known; they win over
    /// all others. It is how somebody puts a wire of their own between a service and what it calls.
    /// </summary>
    public Func<LocalSuite, LocalService, IReadOnlyDictionary<string, string>> ReplicaEnvironment { get; init; } =
        static (_, _) => new Dictionary<string, string>();

    /// <summary>More ports of a private Apache Kafka; the broker built into librdkafka has none.</summary>
    public IReadOnlyList<KafkaDoor> KafkaDoors { get; init; } = [];

    /// <summary>Whether what dies is started again.</summary>
    public bool Supervise { get; init; }

    /// <summary>Gets what happens after the start, for people: one sentence each.</summary>
    public Action<string> Say { get; init; } = static _ => { };

    /// <summary>Gets the stages of the start as they begin and end.</summary>
    public IStages Stages { get; init; } = IStages.Silent;

    /// <summary>Gets every line a process prints, with its name. All of it is also kept in <c>logs/</c> of the data folder.</summary>
    public Action<string, string> Output { get; init; } = static (_, _) => { };

    /// <summary>
    /// The options that the environment asks for: <c>SUITE_POSTGRES</c>, <c>SUITE_REDIS</c>, <c>SUITE_MONGO</c> (else a <c>mongod</c> on the
    /// path), <c>SUITE_ELASTICSEARCH</c>, <c>ELASTICSEARCH_HOME</c>, <c>SUITE_KAFKA</c>, <c>KAFKA_HOME</c>, <c>SUITE_MASTER_KEY_FILE</c>, <c>SUITE_ADMIN_KEY_FILE</c>, <c>SUITE_ISSUER</c>.
    /// </summary>
    public static LocalSuiteOptions FromEnvironment(string dataDirectory) => new()
    {
        DataDirectory = dataDirectory,
        Postgres = Named("SUITE_POSTGRES"),
        Redis = Named("SUITE_REDIS"),
        Mongo = Named("SUITE_MONGO"),
        MongoProgram = MongoServer.OnPath(),
        Elasticsearch = Named("SUITE_ELASTICSEARCH"),
        ElasticsearchHome = Named("ELASTICSEARCH_HOME"),
        Kafka = Named("SUITE_KAFKA"),
        KafkaHome = Named("KAFKA_HOME"),
        MasterKeyFile = NamedFile("SUITE_MASTER_KEY_FILE"),
        AdminKeyFile = NamedFile("SUITE_ADMIN_KEY_FILE"),
        Issuer = Named("SUITE_ISSUER"),
    };

    // Services run in folders of their own.
    private static string? NamedFile(string variable) => Named(variable) is { } path ? Path.GetFullPath(path) : null;

    private static string? Named(string variable) => System.Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
