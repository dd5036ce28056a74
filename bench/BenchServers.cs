using System.Globalization;
using Suite.Local;
using Suite.Local.Ports;
using Suite.Tests;

namespace Suite.Bench;

/// <summary>The servers that parts are measured on, all of them new.</summary>
internal sealed class BenchServers(string data, BenchOptions options)
{
    /// <summary>Where Apache Kafka lies: <c>KAFKA_HOME</c>, else <c>../shared/kafka</c>; null when it does not, or is not wanted.</summary>
    public string? KafkaHome { get; } = options.UseMockKafka ? null : SharedServers.KafkaHome;

    /// <summary>All three services.</summary>
    public LocalSuiteOptions Whole => new()
    {
        DataDirectory = data,
        Fresh = true,
        // Production refuses development keys. These go with the suite.
        DevelopmentKeys = false,
        KafkaHome = KafkaHome,
        Stages = new Progress(),
        Environment = new Dictionary<string, string>
        {
            // As it would be run, but for the pause that lets load balancers see a stop.
            ["SUITE_ENVIRONMENT"] = "Production",
            ["SUITE_PROVIDER"] = "simulator",
            ["SUITE_STOP_DELAY"] = "0",
            // Orders that wait for a Payment that is not there, or in a long queue, are not overdue.
            ["SUITE_ORDER_SWEEP_AFTER"] = "3600",
        },
    };

    /// <summary>User and Order. Order must know an address of Payment even where it has no need of it.</summary>
    public LocalSuiteOptions WithoutPayment => Whole with
    {
        Services = ["user", "order"],
        Environment = new Dictionary<string, string>(Whole.Environment)
        {
            ["SUITE_PAYMENT_ADDRESS"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePorts.Next()}"),
        },
    };

    /// <summary>One of two suites beside each other, with a setting of telemetry.</summary>
    public LocalSuiteOptions WithTelemetry(string name, (string Key, string Value) setting) => WithoutPayment with
    {
        DataDirectory = Path.Combine(data, name),
        // Two brokers of Java would be half of the machine.
        KafkaHome = null,
        Environment = new Dictionary<string, string>(WithoutPayment.Environment) { [setting.Key] = setting.Value },
    };

    /// <summary>
    /// All three services, with the stores of documents that are here. MongoDB is measured as itself: what plays it in tests scans where it has
    /// an index.
    /// </summary>
    public LocalSuiteOptions WithDocuments => Whole with
    {
        MongoProgram = Local.Mongo.MongoServer.OnPath(),
        ElasticsearchHome = SharedServers.ElasticsearchHome(Directory.CreateDirectory(data + "-servers").FullName),
    };

    /// <summary>PostgreSQL, Redis and a broker.</summary>
    public LocalSuiteOptions Stores => Whole with { Services = [] };
}
