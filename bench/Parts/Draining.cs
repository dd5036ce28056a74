using System.Diagnostics;
using System.Globalization;
using Suite.Bench.Kafka;
using Suite.Bench.Load;
using Suite.Bench.Measuring;
using Suite.Bench.Report;
using Suite.Local;

namespace Suite.Bench.Parts;

/// <summary>
/// A backlog in the outbox that goes through the relay, the broker and a consumer to the inbox and its effect, against what each of the
/// stores does alone: Kafka's own tools, and the ids of the inbox inserted without anything around.
/// </summary>
internal sealed class Draining(LocalSuite stores, KafkaPerf kafka, BenchOptions options)
{
    /// <summary>As many as a consumer takes into one transaction.</summary>
    private const int InboxBatch = 1_000;

    private readonly PairedRatio _producer = new();
    private readonly PairedRatio _consumer = new();
    private readonly PairedRatio _inbox = new();

    public async Task<PartResult> RunAsync(CancellationToken cancellationToken)
    {
        await kafka.CreateTopicAsync(DrainHost.Partitions);
        await using var host = await DrainHost.StartAsync(stores, cancellationToken);
        Progress.Say($"Drain: warming up");
        var warm = Stopwatch.StartNew();
        while (warm.Elapsed < options.WarmUp)
        {
            await DrainAsync(host, options.DrainMessages / 4, cancellationToken);
            await InsertAsync(host, options.Window / 5, cancellationToken);
        }

        for (var round = 0; round < options.Rounds; round++)
        {
            await RoundAsync(host, round, cancellationToken);
        }

        var what = Text($"outbox to effect, {options.DrainMessages:#,##0} messages");
        return new PartResult(
            BenchOptions.Drain,
            Text($"A backlog of the outbox, drained through {stores.Kafka?.Kind ?? "Kafka"} to inbox and effect ({KafkaPerf.RecordBytes} bytes, acks=all)"),
            ["./build.sh bench --only drain", KafkaPerf.ProduceCommand, KafkaPerf.ConsumeCommand],
            [
                Measurement.PerSecond(what, "kafka-producer-perf-test", _producer) with { Target = Target.RatioAtLeast(0.25) },
                Measurement.PerSecond(what, "kafka-consumer-perf-test", _consumer),
                Measurement.PerSecond(what, Text($"bare inserts into the inbox, {InboxBatch} a commit"), _inbox) with { Target = Target.RatioAtLeast(0.3) },
            ]);
    }

    private async Task RoundAsync(DrainHost host, int round, CancellationToken cancellationToken)
    {
        // Whoever goes first in one round goes last in the next.
        var first = round % 2 == 0 ? await DrainAsync(host, options.DrainMessages, cancellationToken) : 0;
        var produced = await kafka.ProduceAsync(options.PerfRecords, options.PerfRecords / 2, cancellationToken);
        var consumed = await kafka.ConsumeAsync(options.PerfRecords, cancellationToken);
        var inserted = await InsertAsync(host, options.Window, cancellationToken);
        var ours = round % 2 == 0 ? first : await DrainAsync(host, options.DrainMessages, cancellationToken);
        _producer.Add(ours, produced);
        _consumer.Add(ours, consumed);
        _inbox.Add(ours, inserted);
        Progress.Say($"Drain, round {round + 1}: {ours:0}/s; Kafka's producer {produced:0}/s, its consumer {consumed:0}/s, bare inserts {inserted:0}/s");
    }

    /// <returns>Messages a second, from the moment the backlog is there to the last effect.</returns>
    private static async Task<double> DrainAsync(DrainHost host, int count, CancellationToken cancellationToken)
    {
        await host.FillAsync(count, cancellationToken);
        var took = Stopwatch.StartNew();
        await host.DrainAsync(cancellationToken);
        return count / took.Elapsed.TotalSeconds;
    }

    private static async Task<double> InsertAsync(DrainHost host, TimeSpan duration, CancellationToken cancellationToken)
    {
        var result = await ClosedLoop.RunAsync(1, duration, _ => host.InsertBareAsync(InboxBatch, cancellationToken), cancellationToken);
        return result.PerSecond * InboxBatch;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
