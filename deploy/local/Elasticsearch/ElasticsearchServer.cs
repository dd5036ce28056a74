using System.Diagnostics;
using System.Globalization;
using Suite.Local.Ports;
using Suite.Local.Processes;

namespace Suite.Local.Elasticsearch;

/// <summary>
/// A private Elasticsearch of one node: a process of ours on loopback TCP, its data in a folder of ours. It asks for no password: whoever may open
/// ports on this machine may read it. It never touches the system's own servers.
/// </summary>
public sealed class ElasticsearchServer : IAsyncDisposable
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(150);
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(20);

    private readonly ChildProcess _process;

    private ElasticsearchServer(string folder, ChildProcess process, int port)
    {
        DataDirectory = folder;
        _process = process;
        Port = port;
    }

    /// <summary>The TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Names the server as services get it.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    /// <summary>The folder that holds the data.</summary>
    public string DataDirectory { get; }

    /// <summary>The process id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Completes when the process has ended, whatever the way.</summary>
    public Task<int> Exited => _process.Exited;

    /// <summary>
    /// Starts a node on the data in <paramref name="dataDirectory"/> and returns when it answers. One that an earlier run left there is stopped first.
    /// </summary>
    /// <param name="home">The folder that holds <c>bin/elasticsearch</c>.</param>
    /// <param name="dataDirectory">The folder of this node.</param>
    /// <param name="port">The port on 127.0.0.1; 0 for a free one.</param>
    /// <param name="log">Gets what the node prints, and what is done.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SuiteLocalException">It does not start; the message says why.</exception>
    public static async Task<ElasticsearchServer> StartAsync(
        string home, string dataDirectory, int port = 0, Action<string>? log = null, CancellationToken cancellationToken = default)
    {
        log ??= static _ => { };
        var program = Path.Combine(Path.GetFullPath(home), "bin", "elasticsearch");
        if (!File.Exists(program))
        {
            throw new SuiteLocalException($"ELASTICSEARCH_HOME is '{home}', which has no bin/elasticsearch. Unset it to have PostgreSQL find orders.");
        }

        var folder = Path.GetFullPath(dataDirectory);
        Directory.CreateDirectory(folder);
        await EndLeftoversAsync(folder, log, cancellationToken);
        var chosen = port == 0 ? FreePorts.Next() : port;
        var last = new LastLines(log);
        string[] arguments =
        [
            $"-Epath.data={Path.Combine(folder, "data")}", $"-Epath.logs={Path.Combine(folder, "logs")}",
            string.Create(CultureInfo.InvariantCulture, $"-Ehttp.port={chosen}"), "-Enetwork.host=127.0.0.1", "-Ediscovery.type=single-node",
        ];
        var process = ChildProcess.Start(new ChildStart(program, arguments) { WorkingDirectory = folder, DeathSignal = "TERM", PidFile = PidFileIn(folder) }, last.Add);
        var server = new ElasticsearchServer(folder, process, chosen);
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

            throw last.Failure($"Elasticsearch did not start in {folder}", e);
        }
    }

    /// <summary>SIGKILL, as when the machine loses power.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Stops the node. Killed after 20 seconds.</summary>
    public Task StopAsync() => _process.StopAsync(Signals.Terminate, s_stopLimit);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _process.DisposeAsync();
    }

    /// <summary>Ends a node that an earlier run left in <paramref name="dataDirectory"/>.</summary>
    internal static Task EndLeftoversAsync(string dataDirectory, Action<string> log, CancellationToken cancellationToken) =>
        PidFile.EndLeftoverAsync(PidFileIn(Path.GetFullPath(dataDirectory)), Signals.Terminate, s_stopLimit, log, cancellationToken);

    private static string PidFileIn(string folder) => Path.Combine(folder, "elasticsearch.pid");

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(100, cancellationToken))
        {
            if (_process.HasExited)
            {
                throw new SuiteLocalException($"it ended with exit code {await Exited}.");
            }

            try
            {
                using var health = await http.GetAsync(new Uri($"{Address}/_cluster/health?wait_for_status=yellow&timeout=2s"), cancellationToken);
                if (health.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
            }

            if (waited.Elapsed > s_startLimit)
            {
                throw new SuiteLocalException("it does not answer.");
            }
        }
    }
}
