using System.Diagnostics;
using Npgsql;
using Suite.Contracts.Orders.V1;
using Suite.Faults.Checking;
using Suite.Faults.History;
using Suite.Faults.Load;
using Suite.Faults.Running;
using Suite.Local;
using Suite.Local.Folders;

namespace Suite.Tests.Faults.Rows;

/// <summary>A real suite with one replica of each service and no faults, a client that has all done it can, and the history of that.</summary>
internal sealed class RealSuite : IAsyncDisposable
{
    private static readonly bool IsCi = Environment.GetEnvironmentVariable("CI") is not (null or "" or "false");

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly LocalSuite _local;
    private readonly string _folder;
    private readonly RunHistory _history = new();
    private readonly Lines _lines;
    private readonly Tap _tap;
    private readonly Caller _caller;
    private Market? _market;

    private RealSuite(LocalSuite local, string folder)
    {
        (_local, _folder) = (local, folder);
        _lines = new Lines(name => local.Service(name.Split('-')[0]).GrpcAddress, File.ReadAllText(local.AdminKeyFile).Trim());
        _tap = new Tap(local.Kafka!, 1, _history);
        _caller = new Caller("client-1", _lines, new Recorder(_history, static _ => { }));
    }

    /// <summary>Where messages go.</summary>
    public string KafkaBootstrapServers => _local.KafkaBootstrapServers;

    /// <summary>Starts it. The calling test is ignored where PostgreSQL is missing, except in CI.</summary>
    public static async Task<RealSuite> StartAsync()
    {
        var folder = ScratchFolder.Create("rows");
        try
        {
            var suite = new RealSuite(await LocalSuite.StartAsync(new LocalSuiteOptions { DataDirectory = folder, OutlivesPower = false }), folder);
            suite._market = await Market.OpenAsync(suite._caller, customers: 1);
            return suite;
        }
        catch (SuiteLocalException e) when (!IsCi && e.Message.Contains("apt", StringComparison.Ordinal))
        {
            Assert.Ignore(e.Message);
            throw;
        }
    }

    /// <summary>An order that is CONFIRMED, or whatever comes of its token.</summary>
    public async Task<Order> OrderAsync(string token = "tok_visa")
    {
        var request = _market!.NewOrder(_market.Customers[0], token);
        var order = await AskAsync(() => _caller.CreateOrderAsync(0, request));
        await UntilAsync(async () =>
        {
            order = await AskAsync(() => _caller.GetOrderAsync(0, order.Name));
            return order.State != Order.Types.State.Pending;
        });
        return order;
    }

    public Task<Order> CancelAsync(Order order)
    {
        var id = Guid.NewGuid().ToString();
        return AskAsync(() => _caller.CancelOrderAsync(0, order.Name, id));
    }

    public Task<Order> FulfillAsync(Order order)
    {
        var id = Guid.NewGuid().ToString();
        return AskAsync(() => _caller.FulfillOrderAsync(0, order.Name, id));
    }

    public Task<Order> RefundAsync(Order order, long units)
    {
        var id = Guid.NewGuid().ToString();
        return AskAsync(() => _caller.RefundOrderAsync(0, order.Name, id, new() { CurrencyCode = order.Total.CurrencyCode, Units = units }));
    }

    /// <summary>Waits until nothing is on its way, and all that was told was read.</summary>
    public async Task DrainAsync()
    {
        var start = _history.Now;
        Dictionary<string, long> open = [];
        await UntilAsync(async () =>
        {
            open = await OpenWork.ReadAsync(_local.PostgresConnectionString, KafkaBootstrapServers, CancellationToken.None);
            return open.Values.All(count => count == 0);
        });
        _history.Add(new Drained { At = _history.Now, Start = start, Bound = Patience, Open = open });
        await Comparing.RunAsync(_lines, _history, CancellationToken.None);
    }

    /// <summary>Waits until the tap has read what a test knows of.</summary>
    public Task HearAsync(Func<EventSeen, bool> which) => UntilAsync(() => Task.FromResult(_history.Of<EventSeen>().Any(which)));

    /// <summary>Reads everything as it is now, and judges it.</summary>
    public async Task<IReadOnlyList<Violation>> CheckAsync()
    {
        using var history = new RunHistory();
        foreach (var entry in _history.Entries)
        {
            history.Add(entry);
        }

        await new FinalReading(_lines, CancellationToken.None).RunAsync(history);
        await using var database = Open("suite_payment");
        foreach (var seen in await ProviderReading.ReadAsync(database, history.Now, CancellationToken.None))
        {
            history.Add(seen);
        }

        return Checker.Check(history);
    }

    /// <summary>Changes rows behind everybody's back.</summary>
    /// <param name="database">For example <c>suite_order</c>.</param>
    /// <param name="sql">What to do; <c>$1</c> is the id.</param>
    /// <param name="name">The resource whose id is meant.</param>
    public async Task EditAsync(string database, string sql, string name)
    {
        await using var source = Open(database);
        await using var command = source.CreateCommand(sql);
        command.Parameters.Add(new() { Value = Guid.Parse(name.Split('/')[1]) });
        Assert.That(await command.ExecuteNonQueryAsync(), Is.Positive, sql);
    }

    public async ValueTask DisposeAsync()
    {
        await _tap.DisposeAsync();
        _lines.Dispose();
        await _local.DisposeAsync();
        _history.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task UntilAsync(Func<Task<bool>> isSoAsync)
    {
        for (var waited = Stopwatch.StartNew(); !await isSoAsync(); await Task.Delay(50))
        {
            if (waited.Elapsed > Patience)
            {
                throw new TimeoutException($"It is not so after {Patience.TotalSeconds} s.");
            }
        }
    }

    // A machine that is busy lets a deadline pass; then the same is asked for again.
    private static async Task<T> AskAsync<T>(Func<Task<(ClientCall Call, T? Answer)>> callAsync)
        where T : class
    {
        T? answer = null;
        await UntilAsync(async () =>
        {
            (var call, answer) = await callAsync();
            return answer is not null || (call.Outcome == Outcome.Failed ? throw new InvalidOperationException(call.ToString()) : false);
        });
        return answer!;
    }

    // Rows of the ledger refuse to be changed, unless by whoever owns the server.
    private NpgsqlDataSource Open(string database) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(_local.PostgresConnectionString) { Database = database, Pooling = false, Options = "-c session_replication_role=replica" });
}
