using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Suite.Local.Ports;
using Suite.Local.Processes;

namespace Suite.Local.Postgres;

/// <summary>
/// A private PostgreSQL server: a process of ours on loopback TCP, its data in a folder of ours, with full durability. It
/// never touches the system's own servers.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string UserName = "suite";

    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(20);

    private readonly PostgresData _data;
    private readonly ChildProcess _process;

    private PostgresServer(PostgresData data, ChildProcess process, int port, string connectionString)
    {
        _data = data;
        _process = process;
        Port = port;
        ConnectionString = connectionString;
    }

    /// <summary>The TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Connects to the server's database <c>postgres</c> as its owner; services put their own database's name into it.</summary>
    public string ConnectionString { get; }

    /// <summary>The id of the server's first process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>The folder that holds <c>data</c> and <c>password</c>.</summary>
    public string DataDirectory => _data.Folder;

    /// <summary>Completes when the server's process has ended, whatever the way.</summary>
    public Task<int> Exited => _process.Exited;

    /// <summary>
    /// Starts the server on the data in <paramref name="dataDirectory"/>, made when it is missing, and returns when it answers. A
    /// server that an earlier run left on this data is stopped first.
    /// </summary>
    /// <param name="dataDirectory">The folder of this server.</param>
    /// <param name="port">The port on 127.0.0.1; 0 for a free one.</param>
    /// <param name="log">Gets what the server prints, and what is done.</param>
    /// <param name="outlivesPower">
    /// Whether what was committed outlives the machine (<c>fsync</c>). Without it, it still outlives a SIGKILL of every process: the operating
    /// system has it. That is for tests, many of whose servers share one disk and kill processes, not machines.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SuiteLocalException">PostgreSQL is missing or does not start; the message says why.</exception>
    public static async Task<PostgresServer> StartAsync(
        string dataDirectory,
        int port = 0,
        Action<string>? log = null,
        bool outlivesPower = true,
        CancellationToken cancellationToken = default)
    {
        log ??= static _ => { };
        await PostgresInstall.EnsureAsync(log, cancellationToken);
        var data = await PostgresData.OpenAsync(dataDirectory, log, cancellationToken);
        return await FreePorts.StartAsync(port, log, chosen => StartAsync(data, chosen, log, outlivesPower, cancellationToken));
    }

    /// <summary>SIGKILL to the server and all its processes.</summary>
    public async Task KillAsync()
    {
        await _process.KillAsync();
        await EndLeftoversAsync(DataDirectory, static _ => { }, CancellationToken.None);
    }

    /// <summary>Stops the server: connections are cut, everything is written. Killed after 20 seconds.</summary>
    public Task StopAsync() => _process.StopAsync(Signals.Interrupt, s_stopLimit);

    /// <summary>Ends a server that an earlier run left on <paramref name="dataDirectory"/>.</summary>
    internal static Task EndLeftoversAsync(string dataDirectory, Action<string> log, CancellationToken cancellationToken) =>
        PostgresData.EndLeftoversAsync(Path.Combine(Path.GetFullPath(dataDirectory), "data"), log, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _process.DisposeAsync();
    }

    private static async Task<PostgresServer> StartAsync(
        PostgresData data, int port, Action<string> log, bool outlivesPower, CancellationToken cancellationToken)
    {
        var last = new LastLines(log);
        var process = ChildProcess.Start(
            data.Command(data.Binaries.Server, ["-D", PostgresData.Handle, .. Settings(port, outlivesPower)]) with { DeathSignal = "QUIT" }, last.Add);
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = port,
            Username = UserName,
            Password = data.Password,
            Database = "postgres",
        };
        try
        {
            await WaitAsync(process, settings.ConnectionString, cancellationToken);
            return new PostgresServer(data, process, port, settings.ConnectionString);
        }
        catch (Exception e)
        {
            await process.DisposeAsync();
            await EndLeftoversAsync(data.Folder, log, CancellationToken.None);
            if (e is OperationCanceledException)
            {
                throw;
            }

            throw last.Failure($"PostgreSQL did not start on {data.Folder}", e);
        }
    }

    private static async Task WaitAsync(ChildProcess process, string connectionString, CancellationToken cancellationToken)
    {
        var probe = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = 5 }.ConnectionString;
        var waited = Stopwatch.StartNew();
        while (true)
        {
            if (process.HasExited)
            {
                throw new SuiteLocalException($"it ended with exit code {await process.Exited}.");
            }

            try
            {
                await using var connection = new NpgsqlConnection(probe);
                await connection.OpenAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException e) when (e.SqlState is null or PostgresErrorCodes.CannotConnectNow && waited.Elapsed < s_startLimit)
            {
                await Task.Delay(30, cancellationToken);
            }
        }
    }

    /// <summary>Durable, sized for a few services on one machine, and quiet.</summary>
    private static IEnumerable<string> Settings(int port, bool outlivesPower)
    {
        Dictionary<string, string> settings = new()
        {
            ["port"] = port.ToString(CultureInfo.InvariantCulture),
            ["listen_addresses"] = "127.0.0.1",
            ["unix_socket_directories"] = "",
            ["max_connections"] = "200",
            ["shared_buffers"] = "256MB",
            ["max_wal_size"] = "2GB",
            ["checkpoint_timeout"] = "15min",
            ["wal_compression"] = "on",
            ["fsync"] = outlivesPower ? "on" : "off",
            ["synchronous_commit"] = "on",
            ["full_page_writes"] = "on",
            ["jit"] = "off",
            ["random_page_cost"] = "1.1",
            ["timezone"] = "UTC",
            ["log_timezone"] = "UTC",
            ["log_line_prefix"] = "%m [%p] %q%d ",
            ["log_checkpoints"] = "off",
            ["log_min_messages"] = "warning",
        };
        return settings.SelectMany(setting => (string[])["-c", $"{setting.Key}={setting.Value}"]);
    }
}
