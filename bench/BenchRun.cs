using System.Globalization;
using Npgsql;
using Suite.Bench.Load;
using Suite.Bench.Parts;
using Suite.Bench.Report;
using Suite.Client;
using Suite.Local;
using Suite.Local.Commands;
using Suite.Local.Ports;

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

            if (options.Parts.Overlaps([BenchOptions.GetUser, BenchOptions.Caches, BenchOptions.CreateOrder, BenchOptions.Overload]))
            {
                await using var suite = await StartAsync(WithoutPayment(Local(data, options)), cancellationToken);
                await using var client = Client(suite);
                (postgres, kafka) = (await VersionAsync(suite, cancellationToken), suite.Kafka!.Kind);
                var shop = await Shop.OpenAsync(client, cancellationToken);
                if (options.Parts.Contains(BenchOptions.GetUser))
                {
                    parts.Add(await CachedRead.RunAsync(suite, shop, options, cancellationToken));
                }

                if (options.Parts.Contains(BenchOptions.Caches))
                {
                    parts.Add(await CacheLevels.RunAsync(suite, shop, options, cancellationToken));
                }

                if (options.Parts.Contains(BenchOptions.CreateOrder))
                {
                    var script = Path.Combine(results, "create_order.sql");
                    parts.Add(await OrderPlacing.RunAsync(suite, client, shop, script, options, cancellationToken));
                }

                if (options.Parts.Contains(BenchOptions.Overload))
                {
                    using var overload = new Overload(suite, shop, options);
                    parts.Add(await overload.RunAsync(cancellationToken));
                }
            }

            if (options.Parts.Contains(BenchOptions.Chain))
            {
                await using var suite = await StartAsync(Local(data, options), cancellationToken);
                await using var client = Client(suite);
                (postgres, kafka) = (await VersionAsync(suite, cancellationToken), suite.Kafka!.Kind);
                var shop = await Shop.OpenAsync(client, cancellationToken);
                await using var orders = OrderDatabase.Open(suite);
                parts.Add(await new OrderChain(suite, client, shop, orders, options).RunAsync(cancellationToken));
            }
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            Remove(data);
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
        Progress.Say($"Starting {string.Join(", ", options.Services)} with servers of their own");
        await Requirements.CheckAsync(options, line => Progress.Say($"{line}"), cancellationToken);
        return await LocalSuite.StartAsync(options, cancellationToken);
    }

    private static LocalSuiteOptions Local(string data, BenchOptions options) => new()
    {
        DataDirectory = data,
        Fresh = true,
        // Production refuses development keys. These go with the suite.
        DevelopmentKeys = false,
        KafkaHome = options.UseMockKafka ? null : KafkaHome(),
        Stages = new Progress(),
        Environment = new Dictionary<string, string>
        {
            // As it would be run, but for the pause that lets load balancers see a stop.
            ["SUITE_ENVIRONMENT"] = "Production",
            ["SUITE_STOP_DELAY"] = "0",
            // Orders that wait for a Payment that is not there, or in a long queue, are not overdue.
            ["SUITE_ORDER_SWEEP_AFTER"] = "3600",
        },
    };

    /// <summary>Order must know an address of Payment even where it has no need of it.</summary>
    private static LocalSuiteOptions WithoutPayment(LocalSuiteOptions options) => options with
    {
        Services = ["user", "order"],
        Environment = new Dictionary<string, string>(options.Environment)
        {
            ["SUITE_PAYMENT_ADDRESS"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePorts.Next()}"),
        },
    };

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

    private static string? KafkaHome()
    {
        var beside = Path.Combine(Checkout.Root, "..", "shared", "kafka");
        return Environment.GetEnvironmentVariable("KAFKA_HOME") is { Length: > 0 } named ? named
            : File.Exists(Path.Combine(beside, "bin", "kafka-server-start.sh")) ? Path.GetFullPath(beside)
            : null;
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
