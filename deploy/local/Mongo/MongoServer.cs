using System.Diagnostics;
using System.Globalization;
using MongoDB.Bson;
using MongoDB.Driver;
using Suite.Local.Ports;
using Suite.Local.Processes;

namespace Suite.Local.Mongo;

/// <summary>
/// A private MongoDB: a process of ours on loopback TCP, its data in a folder of ours. It asks for no password: whoever may open ports on
/// this machine may read it. It never touches the system's own servers.
/// </summary>
public sealed class MongoServer : IAsyncDisposable
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(10);

    private readonly ChildProcess _process;

    private MongoServer(string folder, ChildProcess process, int port)
    {
        DataDirectory = folder;
        _process = process;
        Port = port;
    }

    /// <summary>The TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Names the server as services get it.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"mongodb://127.0.0.1:{Port}");

    /// <summary>The folder that holds the data.</summary>
    public string DataDirectory { get; }

    /// <summary>The process id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Completes when the process has ended, whatever the way.</summary>
    public Task<int> Exited => _process.Exited;

    /// <summary>The program on the path, or null.</summary>
    public static string? OnPath() => ChildProcess.OnPath("mongod");

    /// <summary>
    /// Starts a server on the data in <paramref name="dataDirectory"/> and returns when it answers. A server that an earlier run left there
    /// is stopped first.
    /// </summary>
    /// <param name="program">The path of <c>mongod</c>.</param>
    /// <param name="dataDirectory">The folder of this server.</param>
    /// <param name="port">The port on 127.0.0.1; 0 for a free one.</param>
    /// <param name="log">Gets what the server prints, and what is done.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SuiteLocalException">It does not start; the message says why.</exception>
    public static async Task<MongoServer> StartAsync(
        string program, string dataDirectory, int port = 0, Action<string>? log = null, CancellationToken cancellationToken = default)
    {
        log ??= static _ => { };
        var folder = Path.GetFullPath(dataDirectory);
        var data = Directory.CreateDirectory(Path.Combine(folder, "data")).FullName;
        await EndLeftoversAsync(folder, log, cancellationToken);
        return await FreePorts.StartAsync(port, log, chosen => LaunchAsync(program, folder, data, chosen, log, cancellationToken));
    }

    /// <summary>SIGKILL, as when the machine loses power.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Stops the server. Killed after 10 seconds.</summary>
    public Task StopAsync() => _process.StopAsync(Signals.Terminate, s_stopLimit);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _process.DisposeAsync();
    }

    /// <summary>Ends a server that an earlier run left in <paramref name="dataDirectory"/>.</summary>
    internal static Task EndLeftoversAsync(string dataDirectory, Action<string> log, CancellationToken cancellationToken) =>
        PidFile.EndLeftoverAsync(PidFileIn(Path.GetFullPath(dataDirectory)), Signals.Terminate, s_stopLimit, log, cancellationToken);

    private static string PidFileIn(string folder) => Path.Combine(folder, "mongod.pid");

    private static async Task<MongoServer> LaunchAsync(
        string program, string folder, string data, int port, Action<string> log, CancellationToken cancellationToken)
    {
        var last = new LastLines(log);
        string[] arguments = ["--dbpath", data, "--port", port.ToString(CultureInfo.InvariantCulture), "--bind_ip", "127.0.0.1", "--nounixsocket", "--quiet"];
        var process = ChildProcess.Start(new ChildStart(program, arguments) { WorkingDirectory = folder, DeathSignal = "TERM", PidFile = PidFileIn(folder) }, last.Add);
        var server = new MongoServer(folder, process, port);
        try
        {
            await server.WaitAsync(cancellationToken);
            return server;
        }
        catch (Exception e)
        {
            await process.DisposeAsync();
            if (e is OperationCanceledException)
            {
                throw;
            }

            throw last.Failure($"MongoDB did not start in {folder}", e);
        }
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        var settings = MongoClientSettings.FromConnectionString(ConnectionString);
        settings.ServerSelectionTimeout = TimeSpan.FromSeconds(1);
        using var client = new MongoClient(settings);
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(20, cancellationToken))
        {
            if (_process.HasExited)
            {
                throw new SuiteLocalException($"it ended with exit code {await Exited}.");
            }

            try
            {
                await client.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1), cancellationToken: cancellationToken);
                return;
            }
            catch (Exception e) when (e is MongoException or TimeoutException)
            {
                if (waited.Elapsed > s_startLimit)
                {
                    throw new SuiteLocalException("it does not answer.", e);
                }
            }
        }
    }
}
