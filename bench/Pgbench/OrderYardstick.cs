using Npgsql;
using Suite.Bench.Load;
using Suite.Bench.Measuring;
using Suite.Client;
using Suite.Local;

namespace Suite.Bench.Pgbench;

/// <summary>
/// pgbench with the statement behind CreateOrder, on a copy of the service's database: what it writes is not relayed by the service while
/// it is measured.
/// </summary>
internal sealed class OrderYardstick : IDisposable
{
    private const string Copy = "suite_order_pgbench";
    private const int FirstOrders = 1_000;

    private readonly LocalSuite _suite;
    private readonly PgbenchTool _pgbench;
    private readonly string _script;
    private readonly TimeSpan _window;

    private OrderYardstick(LocalSuite suite, string script, TimeSpan window)
    {
        _suite = suite;
        _script = script;
        _window = window;
        var database = new NpgsqlConnectionStringBuilder(suite.PostgresConnectionString) { Database = Copy, Pooling = false };
        _pgbench = new PgbenchTool(script, database);
        Services = new ProcessorTime(suite.Services.Select(s => s.Process!.ProcessId).Concat(suite.Kafka?.ProcessId is { } kafka ? [kafka] : []));
    }

    /// <summary>The processor time of the services with their relays, and of the broker where it is a process of its own; not of PostgreSQL.</summary>
    public ProcessorTime Services { get; }

    /// <summary>The command of a run, for a shell.</summary>
    public string Command => _pgbench.Command("N", "SECONDS").Replace(_script, Path.GetRelativePath(Checkout.Root, _script), StringComparison.Ordinal);

    /// <summary>Places the first orders, writes one of them as a script, and copies the database.</summary>
    public static async Task<OrderYardstick> OpenAsync(
        LocalSuite suite, SuiteClient client, Shop shop, string script, BenchOptions options, CancellationToken cancellationToken)
    {
        Progress.Say($"pgbench: the first {FirstOrders} orders, and a copy of their database");
        await WriteScriptAsync(suite, client, shop, script, cancellationToken);
        await CopyDatabaseAsync(suite, cancellationToken);
        return new OrderYardstick(suite, script, options.Window);
    }

    public void Dispose() => Services.Dispose();

    /// <summary>Runs so many clients for a while that does not count.</summary>
    public Task WarmUpAsync(int clients, TimeSpan duration, CancellationToken cancellationToken) => _pgbench.RunAsync(clients, duration, cancellationToken);

    /// <summary>Runs so many clients for one window, when all is quiet.</summary>
    public async Task<PgbenchResult> MeasureAsync(int clients, CancellationToken cancellationToken)
    {
        await SettleAsync(cancellationToken);
        return await _pgbench.RunAsync(clients, _window, cancellationToken);
    }

    /// <summary>Lets the relay finish with what the last window left, and starts every window behind a checkpoint of its own.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        if (!await Services.WaitQuietAsync(TimeSpan.FromSeconds(30), cancellationToken))
        {
            Progress.Say($"The services are still busy after 30 s; going on all the same");
        }

        await using var connection = new NpgsqlConnection(_suite.PostgresConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var checkpoint = new NpgsqlCommand("CHECKPOINT", connection) { CommandTimeout = 120 };
        await checkpoint.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task WriteScriptAsync(LocalSuite suite, SuiteClient client, Shop shop, string script, CancellationToken cancellationToken)
    {
        var (orderId, requestId) = (Guid.Empty, Guid.Empty);
        var requests = Enumerable.Range(0, FirstOrders).Select(_ => shop.NextOrder()).ToAsyncEnumerable();
        await foreach (var result in client.Orders.ImportAsync(requests, cancellationToken: cancellationToken))
        {
            (orderId, requestId) = result.IsPlaced ? (Shop.IdOf(result.Order.Name), Guid.Parse(result.RequestId)) : throw result.Error;
        }

        await using var orders = OrderDatabase.Open(suite);
        var sample = await SampleOrder.ReadAsync(orders, orderId, requestId, cancellationToken);
        await File.WriteAllTextAsync(script, PgbenchScript.Make(sample, shop.Customers.Select(Shop.IdOf)), cancellationToken);
    }

    /// <summary>PostgreSQL copies a database only while nobody is connected to it, so Order pauses for it.</summary>
    private static async Task CopyDatabaseAsync(LocalSuite suite, CancellationToken cancellationToken)
    {
        await suite.Order.StopAsync();
        await using (var connection = new NpgsqlConnection(suite.PostgresConnectionString))
        {
            await connection.OpenAsync(cancellationToken);
            await using var copy = new NpgsqlCommand($"CREATE DATABASE {Copy} TEMPLATE suite_order", connection) { CommandTimeout = 120 };
            await copy.ExecuteNonQueryAsync(cancellationToken);
        }

        await suite.Order.StartAsync(cancellationToken: cancellationToken);
    }
}
