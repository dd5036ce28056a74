using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Suite.Bench.Load;
using Suite.Bench.Measuring;
using Suite.Bench.Report;
using Suite.Local;
using Suite.Orders;
using Suite.Orders.Search;
using Suite.Orders.Search.Storage;
using Suite.Orders.Timelines;
using Suite.Orders.Timelines.Storage;
using Suite.Platform.Elastic;
using Suite.Platform.Messaging;
using Suite.Platform.Projections;

namespace Suite.Bench.Parts;

/// <summary>
/// How many events a second become documents, in batches as a consumer takes them, against the store's own way of writing very many: COPY of
/// PostgreSQL into a table with the same indexes, and <c>_bulk</c> of Elasticsearch with documents that were read before.
/// </summary>
internal sealed class Projecting(LocalSuite suite, BenchOptions options)
{
    private const int Batch = 1_000;

    private static readonly HttpClient s_http = new();

    private long _generation = 1_000_000;

    public async Task<IReadOnlyList<Measurement>> RunAsync(CancellationToken cancellationToken)
    {
        await using var database = OrderDatabase.Open(suite);
        var record = new OrderRecord(database);
        var history = new OrderHistorySource(database);
        List<Measurement> measurements =
        [
            await MeasureAsync(
                "timelines in PostgreSQL", new TimelineProjection(new PostgresTimelines(database), []), history, (generation, token) => CopyAsync(database, "timeline", generation, token), cancellationToken),
            await MeasureAsync(
                "search in PostgreSQL", new SearchProjection(new PostgresIndex(database), record), record, (generation, token) => CopyAsync(database, "order_search", generation, token), cancellationToken),
        ];
        if (suite.ElasticsearchAddress is { } address)
        {
            s_http.BaseAddress ??= new Uri(address);
            var index = new ElasticIndex(new ElasticClient(s_http));
            measurements.Add(await MeasureAsync(
                "search in Elasticsearch", new SearchProjection(index, record), record, (generation, token) => BulkAsync(index, generation, token), cancellationToken));
        }

        return measurements;
    }

    private async Task<Measurement> MeasureAsync(
        string what, IProjection projection, IHistorySource history, Func<long, CancellationToken, Task<double>> bulkAsync, CancellationToken cancellationToken)
    {
        var events = (await history.ReadAsync(string.Empty, cancellationToken).ToListAsync(cancellationToken)).SelectMany(page => page.Events).ToList();
        await ProjectAsync(projection, events, (_, _) => Task.FromResult(1.0), cancellationToken);
        var pairs = new PairedRatio();
        for (var round = 0; round < options.Rounds; round++)
        {
            var (ours, theirs) = await ProjectAsync(projection, events, bulkAsync, cancellationToken);
            pairs.Add(ours, theirs);
            Progress.Say($"Documents, {what}, round {round + 1} of {options.Rounds}: {ours:0} events/s, the store's own {theirs:0}/s");
        }

        return Measurement.PerSecond(Text($"events to {what}, {Batch:#,##0} a batch"), "the same documents written at once", pairs) with { Target = Target.RatioAtLeast(0.7) };
    }

    /// <summary>Makes documents of all events in a new place, and writes the same documents once more in the store's own way.</summary>
    /// <returns>Events a second, each way.</returns>
    private async Task<(double Ours, double Theirs)> ProjectAsync(
        IProjection projection, List<IncomingMessage> events, Func<long, CancellationToken, Task<double>> bulkAsync, CancellationToken cancellationToken)
    {
        var generation = ++_generation;
        await projection.PrepareAsync(generation, cancellationToken);
        try
        {
            var began = Stopwatch.GetTimestamp();
            foreach (var batch in events.Chunk(Batch))
            {
                await projection.ApplyAsync([generation], batch, cancellationToken);
            }

            var ours = Stopwatch.GetElapsedTime(began).TotalSeconds;
            return (events.Count / ours, events.Count / await bulkAsync(generation, cancellationToken));
        }
        finally
        {
            await projection.DropAsync(generation, cancellationToken);
        }
    }

    /// <summary>The seconds that a COPY of a generation's rows takes into an empty table that has the same indexes.</summary>
    private static async Task<double> CopyAsync(NpgsqlDataSource database, string table, long generation, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, $"DROP TABLE IF EXISTS bench_copy; CREATE TABLE bench_copy (LIKE {table} INCLUDING ALL)", cancellationToken);
        using var rows = new MemoryStream();
        await using (var from = await connection.BeginRawBinaryCopyAsync(Text($"COPY {table}_{generation} TO STDOUT (FORMAT binary)"), cancellationToken))
        {
            await from.CopyToAsync(rows, cancellationToken);
        }

        rows.Position = 0;
        var began = Stopwatch.GetTimestamp();
        await using (var to = await connection.BeginRawBinaryCopyAsync("COPY bench_copy FROM STDIN (FORMAT binary)", cancellationToken))
        {
            await rows.CopyToAsync(to, cancellationToken);
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await ExecuteAsync(connection, "DROP TABLE bench_copy", cancellationToken);
        return seconds;
    }

    /// <summary>The seconds that <c>_bulk</c> of a generation's documents takes into an empty index.</summary>
    private async Task<double> BulkAsync(ElasticIndex index, long generation, CancellationToken cancellationToken)
    {
        await index.RefreshAsync(generation, cancellationToken);
        var documents = new List<OrderDocument>();
        while (await index.PageAsync(generation, documents.Count == 0 ? Guid.Empty : documents[^1].Id, Batch, cancellationToken) is { Count: > 0 } page)
        {
            documents.AddRange(page);
        }

        var other = ++_generation;
        await index.PrepareAsync(other, cancellationToken);
        try
        {
            var began = Stopwatch.GetTimestamp();
            await index.PutAsync(other, documents, cancellationToken);
            return Stopwatch.GetElapsedTime(began).TotalSeconds;
        }
        finally
        {
            await index.DropAsync(other, cancellationToken);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
