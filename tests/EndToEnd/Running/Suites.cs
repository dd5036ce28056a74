using Suite.Local;
using Suite.Tests.EndToEnd.Telemetry;

namespace Suite.Tests.EndToEnd.Running;

/// <summary>
/// The suites that fixtures share, each started at its first use: a start costs seconds. A folder of fixtures uses one of them and ends
/// it, since eight idle services with their stores keep two cores busy.
/// </summary>
internal static class Suites
{
    private static TestSuite? s_calm;
    private static TestSuite? s_breakable;
    private static TestSuite? s_onRealKafka;
    private static TestSuite? s_onDocumentStores;
    private static TestSuite? s_traced;

    /// <summary>What the traced suite sent; null before it started.</summary>
    public static OtlpReceiver? Spans { get; private set; }

    /// <summary>Two replicas of Order and of Payment, on the broker built into librdkafka.</summary>
    public static async Task<TestSuite> CalmAsync() => s_calm ??= await TestSuite.StartAsync(
        static options => options with { Replicas = new Dictionary<string, int> { ["order"] = 2, ["payment"] = 2 } });

    /// <summary>One process a service, to be killed and started with other settings. Whoever breaks it mends it.</summary>
    public static async Task<TestSuite> BreakableAsync() => s_breakable ??= await TestSuite.StartAsync(static options => options);

    /// <summary>One process a service on Apache Kafka; the calling test is ignored when there is none on this machine.</summary>
    public static async Task<TestSuite> OnRealKafkaAsync()
    {
        if (SharedServers.KafkaHome is not { } home)
        {
            Assert.Ignore("Apache Kafka is not here: set KAFKA_HOME.");
            throw new InvalidOperationException();
        }

        return s_onRealKafka ??= await TestSuite.StartAsync(options => options with { KafkaHome = home });
    }

    /// <summary>One process a service, on MongoDB and Elasticsearch; the calling test is ignored when they are not on this machine.</summary>
    public static async Task<TestSuite> OnDocumentStoresAsync()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Checkout.Root, ".suite", "tests")).FullName;
        if ((SharedServers.MongoProgram(folder), SharedServers.ElasticsearchHome(folder)) is not ({ } mongo, { } elasticsearch))
        {
            Assert.Ignore("MongoDB or Elasticsearch is not here.");
            throw new InvalidOperationException();
        }

        return s_onDocumentStores ??= await TestSuite.StartAsync(options => options with { MongoProgram = mongo, ElasticsearchHome = elasticsearch });
    }

    /// <summary>One process a service, whose spans come to <see cref="Spans"/>. Whoever breaks it mends it.</summary>
    public static async Task<TestSuite> TracedAsync()
    {
        Spans ??= await OtlpReceiver.StartAsync();
        return s_traced ??= await TestSuite.StartAsync(options => options with
        {
            Environment = new Dictionary<string, string>(options.Environment)
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Spans.Endpoint,
                ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            },
        });
    }

    /// <summary>Ends those that run; each starts afresh at its next use.</summary>
    public static async Task StopAsync()
    {
        foreach (var suite in new[] { s_calm, s_breakable, s_onRealKafka, s_onDocumentStores, s_traced })
        {
            await (suite?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        s_calm = s_breakable = s_onRealKafka = s_onDocumentStores = s_traced = null;
        await (Spans?.DisposeAsync() ?? ValueTask.CompletedTask);
        Spans = null;
    }
}
