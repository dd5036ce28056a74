using System.Globalization;
using Suite.Local.Ports;
using Suite.Local.Processes;

namespace Suite.Local.Observe;

/// <summary>
/// Places to look at a local suite: Prometheus with the rules and alerts of <c>deploy/observability</c>, and, where a program for it is on
/// the path, Jaeger, to which every service then sends its spans. All of them are processes of ours on loopback.
/// </summary>
internal sealed class Observation : IAsyncDisposable
{
    /// <summary>Prometheus's port before an offset is added; Jaeger's page is at the next one.</summary>
    public const int PrometheusPort = 8190;

    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(30);

    private readonly string _folder;
    private readonly int? _offset;
    private readonly Action<string, string> _print;
    private readonly List<ChildProcess> _processes = [];

    private Observation(string folder, int? offset, Action<string, string> print)
    {
        _folder = folder;
        _offset = offset;
        _print = print;
    }

    /// <summary>Prometheus's address, once it has started.</summary>
    public string? PrometheusAddress { get; private set; }

    /// <summary>Jaeger's address; null where there is no Jaeger.</summary>
    public string? JaegerAddress { get; private set; }

    /// <summary>What services need to be told so that their spans arrive.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; private set; } = new Dictionary<string, string>();

    /// <summary>Starts what takes spans, before the services.</summary>
    /// <param name="folder">Where to keep what they keep.</param>
    /// <param name="offset">Added to the fixed ports; null for free ones.</param>
    /// <param name="print">Gets every line a process prints, with its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="jaeger">Jaeger; null for the one that is found.</param>
    /// <exception cref="SuiteLocalException">A port is taken, or a program does not start.</exception>
    public static async Task<Observation> StartAsync(string folder, int? offset, Action<string, string> print, CancellationToken cancellationToken, JaegerBinary? jaeger = null)
    {
        var observation = new Observation(folder, offset, print);
        Directory.CreateDirectory(folder);
        try
        {
            if ((jaeger ?? JaegerBinary.Find()) is { } found)
            {
                await observation.StartJaegerAsync(found, cancellationToken);
            }

            return observation;
        }
        catch
        {
            await observation.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts Prometheus on the services that run.</summary>
    /// <param name="suite">The suite.</param>
    /// <param name="prometheus">Prometheus's program.</param>
    /// <param name="seconds">How often to scrape.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WatchAsync(LocalSuite suite, string prometheus, int seconds, CancellationToken cancellationToken)
    {
        var port = PortOf(PrometheusPort);
        var file = Path.Combine(_folder, "prometheus.yml");
        await File.WriteAllTextAsync(file, PrometheusFile.Write(suite, Path.Combine(Checkout.Root, "deploy", "observability", "prometheus"), seconds), cancellationToken);
        await StartAsync(
            "prometheus",
            prometheus,
            [
                $"--config.file={file}",
                $"--storage.tsdb.path={Path.Combine(_folder, "prometheus")}",
                string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{port}"),
                "--storage.tsdb.retention.time=1d",
                "--enable-feature=exemplar-storage",
                "--log.level=warn",
            ],
            $"http://127.0.0.1:{port}/-/ready",
            cancellationToken);
        PrometheusAddress = $"http://127.0.0.1:{port}";
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.StopAsync(Signals.Terminate, s_stopLimit);
            await process.DisposeAsync();
        }

        _processes.Clear();
    }

    private async Task StartJaegerAsync(JaegerBinary jaeger, CancellationToken cancellationToken)
    {
        var (otlp, http, query) = (FreePorts.Next(), FreePorts.Next(), PortOf(PrometheusPort + 1));
        await StartAsync("jaeger", jaeger.Program, jaeger.Arguments(otlp, http, query), $"http://127.0.0.1:{query}/api/services", cancellationToken);
        JaegerAddress = $"http://127.0.0.1:{query}";
        Environment = new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{otlp}" };
    }

    private int PortOf(int @fixed)
    {
        if (_offset is not { } offset)
        {
            return FreePorts.Next();
        }

        return PortHolder.Find(@fixed + offset) is { } holder
            ? throw new SuiteLocalException($"{holder}\nEnd it, or choose other ports with --port-offset N (added to every port).")
            : @fixed + offset;
    }

    private async Task StartAsync(string name, string program, IReadOnlyList<string> arguments, string ready, CancellationToken cancellationToken)
    {
        var last = new LastLines(line => _print(name, line));
        var start = new ChildStart(program, arguments) { WorkingDirectory = _folder, PidFile = Path.Combine(_folder, name + ".pid") };
        await PidFile.EndLeftoverAsync(start.PidFile, Signals.Terminate, s_stopLimit, line => _print(name, line), cancellationToken);
        var process = ChildProcess.Start(start, last.Add);
        _processes.Add(process);
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        var deadline = DateTime.UtcNow + s_startLimit;
        while (!await AnswersAsync(client, ready, cancellationToken))
        {
            if (process.HasExited || DateTime.UtcNow > deadline)
            {
                throw last.Failure($"{name} did not start", new SuiteLocalException(process.HasExited ? "it ended." : "it does not answer."));
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient client, string address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.GetAsync(new Uri(address), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
