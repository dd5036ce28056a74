using System.Globalization;
using Npgsql;
using Suite.Bench.Echo;
using Suite.Bench.Kafka;
using Suite.Bench.Load;
using Suite.Bench.Parts;
using Suite.Bench.Pgbench;
using Suite.Bench.Report;
using Suite.Client;
using Suite.Local;
using Suite.Local.Commands;

namespace Suite.Bench;

/// <summary>Starts what each part needs, measures, and leaves nothing but the results.</summary>
internal static class BenchRun
{
    public static async Task RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var time = DateTimeOffset.UtcNow;
        var machine = Machine.Read();
        var results = Directory.CreateDirectory(Path.Combine(Checkout.Root, "artifacts", "bench")).FullName;
        var data = Path.Combine(Checkout.Root, ".suite", "bench");
        var servers = new BenchServers(data, options);
        var (postgres, kafka) = (string.Empty, string.Empty);
        var parts = new List<PartResult>();
        try
        {
            if (options.Parts.Contains(BenchOptions.Tokens))
            {
                parts.Add(await TokenChecks.RunAsync(options, cancellationToken));
            }

            if (options.Parts.Contains(BenchOptions.Ledger))
            {
                parts.Add(await LedgerPosting.RunAsync(Path.Combine(data, "ledger"), options, cancellationToken));
            }

            if (options.Parts.Contains(BenchOptions.Drain))
            {
                await using var stores = await StartAsync(servers.Stores, cancellationToken);
                (postgres, kafka) = (await VersionAsync(stores, cancellationToken), stores.Kafka!.Kind);
                parts.AddRange(await DrainAsync(servers, stores, options, cancellationToken));
            }

            if (options.Parts.Overlaps([BenchOptions.GetUser, BenchOptions.Caches, BenchOptions.CreateOrder, BenchOptions.Import, BenchOptions.Overload]))
            {
                await using var suite = await StartAsync(servers.WithoutPayment, cancellationToken);
                (postgres, kafka) = (await VersionAsync(suite, cancellationToken), suite.Kafka!.Kind);
                parts.AddRange(await WithoutPaymentAsync(suite, Path.Combine(results, "create_order.sql"), options, cancellationToken));
            }

            if (options.Parts.Overlaps([BenchOptions.Chain, BenchOptions.Footprint, BenchOptions.Scale]))
            {
                await using var suite = await StartAsync(servers.Whole, cancellationToken);
                (postgres, kafka) = (await VersionAsync(suite, cancellationToken), suite.Kafka!.Kind);
                parts.AddRange(await WholeAsync(suite, options, cancellationToken));
            }

            if (options.Parts.Contains(BenchOptions.Documents))
            {
                await using var suite = await StartAsync(servers.WithDocuments, cancellationToken);
                (postgres, kafka) = (await VersionAsync(suite, cancellationToken), suite.Kafka!.Kind);
                await using var client = Client(suite);
                using var documents = new Documents(suite, client, await Shop.OpenAsync(client, cancellationToken), options);
                parts.Add(await documents.RunAsync(cancellationToken));
            }

            if (options.Parts.Contains(BenchOptions.Telemetry))
            {
                parts.Add(await TelemetryAsync(servers, options, cancellationToken));
            }
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            Remove(data);
            Remove(data + "-servers");
        }

        await TellAsync(new BenchReport(time, options.IsQuick, machine, postgres, kafka, parts), results, cancellationToken);
    }

    private static async Task TellAsync(BenchReport report, string folder, CancellationToken cancellationToken)
    {
        var json = report.ToJson();
        var name = string.Create(CultureInfo.InvariantCulture, $"{report.Time:yyyyMMdd-HHmmss}.json");
        await File.WriteAllTextAsync(Path.Combine(folder, name), json, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "latest.json"), json, cancellationToken);
        Console.Write(report.ToTable());
        Console.WriteLine($"\nAs JSON: {Path.GetRelativePath(Directory.GetCurrentDirectory(), Path.Combine(folder, name))}");
    }

    private static async Task<LocalSuite> StartAsync(LocalSuiteOptions options, CancellationToken cancellationToken)
    {
        Progress.Say($"Starting {string.Join(", ", [.. options.Services, "servers of their own"])}");
        await Requirements.CheckAsync(options, line => Progress.Say($"{line}"), cancellationToken);
        return await LocalSuite.StartAsync(options, cancellationToken);
    }

    private static async Task<List<PartResult>> DrainAsync(BenchServers servers, LocalSuite stores, BenchOptions options, CancellationToken cancellationToken)
    {
        if (servers.KafkaHome is { } home)
        {
            return [await new Draining(stores, new KafkaPerf(home, stores.KafkaBootstrapServers), options).RunAsync(cancellationToken)];
        }

        Progress.Say($"Drain: left out; its yardsticks are the tools of Apache Kafka, which is not here (KAFKA_HOME)");
        return [];
    }

    private static async Task<List<PartResult>> WithoutPaymentAsync(
        LocalSuite suite, string script, BenchOptions options, CancellationToken cancellationToken)
    {
        await using var client = Client(suite);
        var shop = await Shop.OpenAsync(client, cancellationToken);
        var parts = new List<PartResult>();
        if (options.Parts.Contains(BenchOptions.GetUser))
        {
            parts.Add(await CachedRead.RunAsync(suite, shop, options, cancellationToken));
        }

        if (options.Parts.Contains(BenchOptions.Caches))
        {
            parts.Add(await CacheLevels.RunAsync(suite, shop, options, cancellationToken));
        }

        if (options.Parts.Overlaps([BenchOptions.CreateOrder, BenchOptions.Import]))
        {
            using var yardstick = await OrderYardstick.OpenAsync(suite, client, shop, script, options, cancellationToken);
            if (options.Parts.Contains(BenchOptions.CreateOrder))
            {
                using var placing = new OrderPlacing(suite, shop, yardstick, options);
                parts.Add(await placing.RunAsync(cancellationToken));
            }

            if (options.Parts.Contains(BenchOptions.Import))
            {
                parts.Add(await new OrderImporting(client, shop, yardstick, options).RunAsync(cancellationToken));
            }
        }

        if (options.Parts.Contains(BenchOptions.Overload))
        {
            using var overload = new Overload(suite, shop, options);
            parts.Add(await overload.RunAsync(cancellationToken));
        }

        return parts;
    }

    private static async Task<PartResult> TelemetryAsync(BenchServers servers, BenchOptions options, CancellationToken cancellationToken)
    {
        await using var sink = await OtlpSink.StartAsync(cancellationToken);
        await using var off = await StartAsync(servers.WithTelemetry("off", ("SUITE_TELEMETRY", "off")), cancellationToken);
        await using var on = await StartAsync(servers.WithTelemetry("on", ("OTEL_EXPORTER_OTLP_ENDPOINT", sink.Address)), cancellationToken);
        await using var offClient = Client(off);
        await using var onClient = Client(on);
        using var cost = new TelemetryCost(
            (off, await Shop.OpenAsync(offClient, cancellationToken)), (on, await Shop.OpenAsync(onClient, cancellationToken)), options);
        return await cost.RunAsync(cancellationToken);
    }

    private static async Task<List<PartResult>> WholeAsync(LocalSuite suite, BenchOptions options, CancellationToken cancellationToken)
    {
        await using var client = Client(suite);
        var shop = await Shop.OpenAsync(client, cancellationToken);
        var parts = new List<PartResult>();
        if (options.Parts.Contains(BenchOptions.Chain))
        {
            await using var orders = OrderDatabase.Open(suite);
            parts.Add(await new OrderChain(suite, client, shop, orders, options).RunAsync(cancellationToken));
        }

        if (options.Parts.Contains(BenchOptions.Scale))
        {
            using var scale = new Scale(suite, shop, options);
            parts.Add(await scale.RunAsync(cancellationToken));
        }

        if (options.Parts.Contains(BenchOptions.Footprint))
        {
            // Last: it starts the services anew.
            parts.Add(await new Footprint(suite, shop, options).RunAsync(cancellationToken));
        }

        return parts;
    }

    private static SuiteClient Client(LocalSuite suite)
    {
        var options = new SuiteClientOptions
        {
            UserAddress = new Uri(suite.User.GrpcAddress),
            OrderAddress = new Uri(suite.Order.GrpcAddress),
            Credentials = SuiteCredentials.FromFile(suite.AdminKeyFile),
        };
        return new SuiteClient(options);
    }

    private static async Task<string> VersionAsync(LocalSuite suite, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(suite.PostgresConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection.PostgreSqlVersion.ToString();
    }

    private static void Remove(string data)
    {
        try
        {
            Directory.Delete(data, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
        }
    }
}
