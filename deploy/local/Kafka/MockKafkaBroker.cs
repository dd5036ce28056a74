using System.Runtime.InteropServices;
using System.Text;

namespace Suite.Local.Kafka;

/// <summary>
/// librdkafka's mock cluster. <c>test.mock.num.brokers</c> makes the same one, but cannot say how many partitions a topic has;
/// its C interface can, and is exported by the library that Confluent.Kafka ships.
/// </summary>
internal sealed partial class MockKafkaBroker : KafkaBroker
{
    private readonly Lock _lock = new();
    private nint _client;
    private nint _cluster;

    private MockKafkaBroker(nint client, nint cluster, string bootstrapServers)
    {
        _client = client;
        _cluster = cluster;
        BootstrapServers = bootstrapServers;
    }

    public override string BootstrapServers { get; }

    public override string Kind => "librdkafka's broker, in memory";

    public static MockKafkaBroker Start(int partitions, IEnumerable<string> topics)
    {
        Native.Load();
        var error = new byte[512];
        var configuration = Native.ConfNew();
        // Errors only: a client without bootstrap servers is warned about, and this one wants none.
        Native.ConfSet(configuration, "log_level", "3", error, (nuint)error.Length);
        // The client that hosts the cluster never connects anywhere; it must be a producer and is used for nothing else.
        var client = Native.New(Native.Producer, configuration, error, (nuint)error.Length);
        if (client == 0)
        {
            throw new SuiteLocalException("librdkafka's broker did not start: " + Encoding.UTF8.GetString(error).TrimEnd('\0'));
        }

        var cluster = Native.MockClusterNew(client, 1);
        if (cluster == 0)
        {
            Native.Destroy(client);
            throw new SuiteLocalException("librdkafka's broker did not start.");
        }

        // Groups form at once: nobody starts a hundred consumers here, for which the usual 3 s are meant.
        Native.MockGroupInitialRebalanceDelay(cluster, 0);
        var broker = new MockKafkaBroker(client, cluster, Marshal.PtrToStringUTF8(Native.MockClusterBootstraps(cluster))!);
        foreach (var topic in topics)
        {
            broker.CreateTopic(topic, partitions);
        }

        return broker;
    }

    public override void CreateTopic(string topic, int partitions)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_cluster == 0, this);
            var code = Native.MockTopicCreate(_cluster, topic, partitions, 1);
            if (code != 0)
            {
                throw new SuiteLocalException($"librdkafka's broker refused the topic {topic} (error {code}).");
            }
        }
    }

    public override Task StopAsync()
    {
        lock (_lock)
        {
            if (_cluster != 0)
            {
                Native.MockClusterDestroy(_cluster);
                Native.Destroy(_client);
                (_cluster, _client) = (0, 0);
            }
        }

        return Task.CompletedTask;
    }

    public override Task KillAsync() => StopAsync();

    private static partial class Native
    {
        public const int Producer = 0;

        private const string Library = "librdkafka";

        // The builds of the library that the package carries, in Confluent.Kafka's own order: the first needs libsasl2.
        private static readonly string[] s_builds = ["librdkafka", "centos8-librdkafka", "alpine-librdkafka"];

        private static readonly Lazy<nint> s_library = new(Find);

        static Native() => NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, static (name, _, _) => name == Library ? s_library.Value : 0);

        /// <summary>Finds the library, so that its absence is an error of its own.</summary>
        public static void Load() => _ = s_library.Value;

        private static nint Find()
        {
            foreach (var build in s_builds)
            {
                if (NativeLibrary.TryLoad(build, typeof(Confluent.Kafka.Library).Assembly, null, out var library))
                {
                    return library;
                }
            }

            throw new SuiteLocalException("librdkafka cannot be loaded on this machine; set KAFKA_HOME or SUITE_KAFKA to use another broker.");
        }

        [LibraryImport(Library, EntryPoint = "rd_kafka_conf_new")]
        public static partial nint ConfNew();

        [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
        public static partial int ConfSet(nint configuration, string name, string value, [Out] byte[] error, nuint errorLength);

        [LibraryImport(Library, EntryPoint = "rd_kafka_new")]
        public static partial nint New(int type, nint configuration, [Out] byte[] error, nuint errorLength);

        [LibraryImport(Library, EntryPoint = "rd_kafka_destroy")]
        public static partial void Destroy(nint client);

        [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_new")]
        public static partial nint MockClusterNew(nint client, int brokers);

        [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_destroy")]
        public static partial void MockClusterDestroy(nint cluster);

        [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_bootstraps")]
        public static partial nint MockClusterBootstraps(nint cluster);

        [LibraryImport(Library, EntryPoint = "rd_kafka_mock_group_initial_rebalance_delay_ms")]
        public static partial void MockGroupInitialRebalanceDelay(nint cluster, int milliseconds);

        [LibraryImport(Library, EntryPoint = "rd_kafka_mock_topic_create", StringMarshalling = StringMarshalling.Utf8)]
        public static partial int MockTopicCreate(nint cluster, string topic, int partitions, int replication);
    }
}
