using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using Suite.Local.Ports;
using Suite.Local.Processes;

namespace Suite.Local.Kafka;

/// <summary>Apache Kafka as a process of ours, with its data in a folder of ours.</summary>
internal sealed class RealKafkaBroker : KafkaBroker
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(150);
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(20);

    private readonly ChildProcess _process;

    private RealKafkaBroker(ChildProcess process, int port)
    {
        _process = process;
        BootstrapServers = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
    }

    public override string BootstrapServers { get; }

    public override string Kind => "Apache Kafka";

    public override int? ProcessId => _process.Id;

    public override Task Exited => _process.Exited;

    public static async Task<RealKafkaBroker> StartAsync(
        string home, string folder, int port, Action<string> log, IReadOnlyList<KafkaDoor> doors, CancellationToken cancellationToken)
    {
        home = Path.GetFullPath(home);
        folder = Path.GetFullPath(folder);
        Check(home);
        Directory.CreateDirectory(folder);
        await EndLeftoverAsync(folder, log, cancellationToken);

        port = port == 0 ? FreePorts.Next() : port;
        var settings = await WriteSettingsAsync(folder, port, doors, cancellationToken);
        await FormatAsync(home, folder, settings, cancellationToken);
        var last = new LastLines(log);
        var process = ChildProcess.Start(
            Command(home, folder, "kafka-server-start.sh", settings) with { PidFile = PidFileOf(folder) },
            last.Add);
        var broker = new RealKafkaBroker(process, port);
        try
        {
            await WaitAsync(broker, cancellationToken);
            return broker;
        }
        catch (Exception e)
        {
            await process.DisposeAsync();
            if (e is OperationCanceledException)
            {
                throw;
            }

            throw last.Failure($"Kafka did not start on {folder}", e);
        }
    }

    public static Task EndLeftoverAsync(string folder, Action<string> log, CancellationToken cancellationToken) =>
        PidFile.EndLeftoverAsync(PidFileOf(folder), Signals.Terminate, TimeSpan.FromSeconds(5), log, cancellationToken);

    public override async Task StopAsync()
    {
        await _process.StopAsync(Signals.Terminate, s_stopLimit);
        await _process.DisposeAsync();
    }

    public override Task KillAsync() => _process.KillAsync();

    private static string PidFileOf(string folder) => Path.Combine(folder, "kafka.pid");

    internal static void Check(string home)
    {
        if (!File.Exists(Path.Combine(home, "bin", "kafka-server-start.sh")))
        {
            throw new SuiteLocalException($"KAFKA_HOME is '{home}', which has no bin/kafka-server-start.sh. Unset it to use the broker built into librdkafka.");
        }

        var java = Environment.GetEnvironmentVariable("JAVA_HOME") is { Length: > 0 } javaHome ? Path.Combine(javaHome, "bin", "java") : null;
        if ((java is null || !File.Exists(java)) && ChildProcess.OnPath("java") is null)
        {
            throw new SuiteLocalException(
                "Kafka needs Java 17 or later. Type:  sudo apt-get install openjdk-17-jre-headless   (or unset KAFKA_HOME to use the broker built into librdkafka)");
        }
    }

    private static async Task<string> WriteSettingsAsync(
        string folder, int port, IReadOnlyList<KafkaDoor> doors, CancellationToken cancellationToken)
    {
        var listeners = string.Concat(doors.Select((door, i) => $",DOOR{i}://127.0.0.1:{door.Port}"));
        var advertised = string.Concat(doors.Select((door, i) => $",DOOR{i}://127.0.0.1:{door.AdvertisedPort}"));
        var protocols = string.Concat(doors.Select((_, i) => $",DOOR{i}:PLAINTEXT"));
        var controller = FreePorts.Next();
        var file = Path.Combine(folder, "server.properties");
        await File.WriteAllTextAsync(
            file,
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                process.roles=broker,controller
                node.id=1
                listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}{listeners}
                advertised.listeners=PLAINTEXT://127.0.0.1:{port}{advertised}
                listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT{protocols}
                controller.listener.names=CONTROLLER
                # Named here and not stored in the data, so that the ports may be others the next time.
                controller.quorum.voters=1@127.0.0.1:{controller}
                log.dirs={folder}/data
                num.partitions=4
                auto.create.topics.enable=false
                offsets.topic.num.partitions=4
                offsets.topic.replication.factor=1
                transaction.state.log.num.partitions=4
                transaction.state.log.replication.factor=1
                transaction.state.log.min.isr=1
                share.coordinator.state.topic.replication.factor=1
                share.coordinator.state.topic.min.isr=1
                group.initial.rebalance.delay.ms=0
                # A broker that was killed is let in again only when its old session has ended; the usual 9 s are a long wait for one machine.
                broker.session.timeout.ms=5000
                broker.heartbeat.interval.ms=1000

                """),
            cancellationToken);
        return file;
    }

    private static async Task FormatAsync(string home, string folder, string settings, CancellationToken cancellationToken)
    {
        // Written last by the tool: without it the folder was never, or not completely, formatted.
        if (File.Exists(Path.Combine(folder, "data", "meta.properties")))
        {
            return;
        }

        // Its text must not begin with '-', which the tool would take for an option: a first byte below 128 makes it a letter.
        var bytes = Guid.NewGuid().ToByteArray();
        bytes[0] &= 0x7F;
        var id = Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_').TrimEnd('=');
        List<string> output = [];
        var code = await ChildProcess.RunAsync(
            Command(home, folder, "kafka-storage.sh", "format", "--ignore-formatted", "-t", id, "-c", settings), output.Add, cancellationToken);
        if (code != 0)
        {
            throw new SuiteLocalException($"kafka-storage.sh format failed with exit code {code}:\n  " + string.Join("\n  ", output.TakeLast(10)));
        }
    }

    private static ChildStart Command(string home, string folder, string script, params string[] arguments) =>
        new(Path.Combine(home, "bin", script), arguments)
        {
            WorkingDirectory = folder,
            Environment = new Dictionary<string, string?>
            {
                ["KAFKA_HEAP_OPTS"] = Environment.GetEnvironmentVariable("KAFKA_HEAP_OPTS") ?? "-Xms128m -Xmx512m",
                ["LOG_DIR"] = Path.Combine(folder, "logs"),
                ["KAFKA_LOG_LEVEL"] = Environment.GetEnvironmentVariable("KAFKA_LOG_LEVEL") ?? "warn",
            },
        };

    private static async Task WaitAsync(RealKafkaBroker broker, CancellationToken cancellationToken)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers, SocketTimeoutMs = 5000 })
            .SetLogHandler(static (_, _) => { })
            .SetErrorHandler(static (_, _) => { })
            .Build();
        var waited = Stopwatch.StartNew();
        while (true)
        {
            if (broker._process.HasExited)
            {
                throw new SuiteLocalException($"it ended with exit code {await broker._process.Exited}.");
            }

            try
            {
                // A broker that is not let in by its controller yet answers without naming itself.
                var metadata = await Task.Run(() => admin.GetMetadata(TimeSpan.FromSeconds(1)), cancellationToken);
                if (metadata.Brokers.Count > 0)
                {
                    return;
                }
            }
            catch (KafkaException e) when (waited.Elapsed > s_startLimit)
            {
                throw new SuiteLocalException($"it did not answer within {s_startLimit.TotalSeconds:0} s ({e.Message}).");
            }
            catch (KafkaException)
            {
            }

            await Task.Delay(100, cancellationToken);
        }
    }
}
