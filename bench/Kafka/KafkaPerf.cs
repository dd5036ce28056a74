using System.Globalization;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Suite.Local;
using Suite.Local.Processes;

namespace Suite.Bench.Kafka;

/// <summary>Kafka's own load generators, on a topic of their own.</summary>
internal sealed partial class KafkaPerf(string home, string bootstrap)
{
    public const int RecordBytes = 300;

    private const string Topic = "suite.bench.perf";

    /// <summary>The command that produces, for a shell.</summary>
    public static string ProduceCommand { get; } =
        $"kafka-producer-perf-test.sh --topic {Topic} --num-records N --record-size {RecordBytes} --throughput -1 --producer-props acks=all bootstrap.servers=…";

    /// <summary>The command that consumes, for a shell.</summary>
    public static string ConsumeCommand { get; } = $"kafka-consumer-perf-test.sh --topic {Topic} --messages N --bootstrap-server …";

    /// <summary>Makes the topic, with as many partitions as a topic of Suite has.</summary>
    public async Task CreateTopicAsync(int partitions)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = Topic, NumPartitions = partitions, ReplicationFactor = 1 }]);
    }

    /// <summary>Produces so many records of <see cref="RecordBytes"/>, acknowledged by all replicas; so many more before them do not count.</summary>
    /// <returns>Records a second.</returns>
    public async Task<double> ProduceAsync(int records, int warmUp, CancellationToken cancellationToken)
    {
        var output = await RunAsync(
            ["kafka-producer-perf-test.sh"],
            [
                "--topic", Topic, "--num-records", Number(records + warmUp), "--warmup-records", Number(warmUp),
                "--record-size", Number(RecordBytes), "--throughput", "-1", "--producer-props", "acks=all", $"bootstrap.servers={bootstrap}",
            ],
            cancellationToken);
        // The last line is of what follows the warm-up.
        return Produced().Matches(output) is { Count: > 0 } found ? Read(found[^1]) : throw Unexpected(output);
    }

    /// <summary>Consumes so many records from the start of the topic.</summary>
    /// <returns>Records a second, the time to join the group excluded.</returns>
    public async Task<double> ConsumeAsync(int records, CancellationToken cancellationToken)
    {
        // Some distributions leave the script out; the class behind it is always there.
        string[] command = File.Exists(Path.Combine(home, "bin", "kafka-consumer-perf-test.sh"))
            ? ["kafka-consumer-perf-test.sh"]
            : ["kafka-run-class.sh", "org.apache.kafka.tools.ConsumerPerformance"];
        var output = await RunAsync(
            command, ["--topic", Topic, "--messages", Number(records), "--bootstrap-server", bootstrap, "--hide-header"], cancellationToken);
        // start, end, MB, MB/s, records, records/s, rebalance ms, fetch ms, fetch MB/s, fetch records/s
        return Consumed().Match(output) is { Success: true } found ? Read(found) : throw Unexpected(output);
    }

    private async Task<string> RunAsync(string[] command, string[] arguments, CancellationToken cancellationToken)
    {
        List<string> lines = [];
        var start = new ChildStart(Path.Combine(home, "bin", command[0]), [.. command[1..], .. arguments])
        {
            Environment = new Dictionary<string, string?> { ["KAFKA_HEAP_OPTS"] = "-Xms128m -Xmx512m", ["LOG_DIR"] = Path.GetTempPath() },
        };
        var code = await ChildProcess.RunAsync(
            start,
            line =>
            {
                lock (lines)
                {
                    lines.Add(line);
                }
            },
            cancellationToken);
        var output = string.Join('\n', lines);
        return code == 0 ? output : throw new SuiteLocalException($"{command[^1]} ended with exit code {code}:\n{output}");
    }

    private static double Read(Match match) => double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    private static SuiteLocalException Unexpected(string output) => new($"Kafka's tool prints something else than expected:\n{output}");

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"records sent.*?, ([\d.]+) records/sec")]
    private static partial Regex Produced();

    [GeneratedRegex(@"^\d{4}-.*, ([\d.]+)\s*$", RegexOptions.Multiline)]
    private static partial Regex Consumed();
}
