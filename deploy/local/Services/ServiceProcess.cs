using System.Diagnostics;
using System.Globalization;
using Suite.Local.Ports;
using Suite.Local.Processes;

namespace Suite.Local.Services;

/// <summary>One running process of one of the services, <c>user</c>, <c>order</c> or <c>payment</c>.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private static readonly Dictionary<string, (string Folder, string Assembly)> s_programs = new()
    {
        ["user"] = ("services/User", "Suite.Users"),
        ["order"] = ("services/Order", "Suite.Orders"),
        ["payment"] = ("services/Payment", "Suite.Payments"),
    };

    private readonly ChildProcess _process;
    private readonly Queue<string> _last;

    private ServiceProcess(string name, ChildProcess process, Queue<string> last, int httpPort, int grpcPort)
    {
        Name = name;
        _process = process;
        _last = last;
        HttpPort = httpPort;
        GrpcPort = grpcPort;
    }

    /// <summary>The names of the services, in the order in which they are started.</summary>
    public static IReadOnlyList<string> Names { get; } = ["user", "payment", "order"];

    /// <summary>Which service it is.</summary>
    public string Name { get; }

    /// <summary>JSON, <c>/livez</c> and <c>/readyz</c>.</summary>
    public int HttpPort { get; }

    /// <summary>gRPC without TLS.</summary>
    public int GrpcPort { get; }

    /// <summary>For example <c>http://127.0.0.1:8102</c>.</summary>
    public string HttpAddress => Address(HttpPort);

    /// <summary>For example <c>http://127.0.0.1:9102</c>.</summary>
    public string GrpcAddress => Address(GrpcPort);

    /// <summary>The process id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Completes with the exit code (137 after SIGKILL) when the process has ended, whatever the way.</summary>
    public Task<int> Exited => _process.Exited;

    /// <summary>
    /// Starts a service that was built in this checkout. <paramref name="environment"/> is what configures it (<c>SUITE_POSTGRES</c>, <c>SUITE_KAFKA</c>,
    /// …); ports that it does not name are free ones, on loopback only. Returns at once: see <see cref="WaitReadyAsync"/>.
    /// </summary>
    /// <param name="name"><c>user</c>, <c>order</c> or <c>payment</c>.</param>
    /// <param name="environment">Added to the environment of this process.</param>
    /// <param name="log">Gets every line the service prints.</param>
    /// <param name="pidFile">Where its id is kept while it runs; null for nowhere.</param>
    public static ServiceProcess Start(
        string name, IReadOnlyDictionary<string, string> environment, Action<string>? log = null, string? pidFile = null)
    {
        var dll = Find(name);
        var http = PortOf(environment, "SUITE_HTTP_PORT");
        var grpc = PortOf(environment, "SUITE_GRPC_PORT");
        Dictionary<string, string?> complete = new()
        {
            ["SUITE_BIND"] = Environment.GetEnvironmentVariable("SUITE_BIND") ?? "127.0.0.1",
            ["ASPNETCORE_URLS"] = null,
        };
        foreach (var (key, value) in environment)
        {
            complete[key] = value;
        }

        complete["SUITE_HTTP_PORT"] = http.ToString(CultureInfo.InvariantCulture);
        complete["SUITE_GRPC_PORT"] = grpc.ToString(CultureInfo.InvariantCulture);
        var last = new Queue<string>();
        var process = ChildProcess.Start(
            new ChildStart(Checkout.DotNet, [dll]) { Environment = complete, WorkingDirectory = Path.GetDirectoryName(dll), PidFile = pidFile },
            Output);
        return new ServiceProcess(name, process, last, http, grpc);

        void Output(string line)
        {
            lock (last)
            {
                last.Enqueue(line);
                while (last.Count > 15)
                {
                    last.Dequeue();
                }
            }

            log?.Invoke(line);
        }
    }

    /// <summary>The built program of a service.</summary>
    /// <exception cref="SuiteLocalException">It has not been built.</exception>
    internal static string Find(string name)
    {
        var (folder, assembly) = s_programs.TryGetValue(name, out var program)
            ? program
            : throw new ArgumentException($"There is no service '{name}': {string.Join(", ", Names)}.", nameof(name));
        return Checkout.Program(folder, assembly);
    }

    /// <summary>Waits until <c>/readyz</c> answers that it can serve.</summary>
    /// <exception cref="SuiteLocalException">It ended, or took longer than <paramref name="limit"/> (two minutes when null).</exception>
    public async Task WaitReadyAsync(TimeSpan? limit = null, CancellationToken cancellationToken = default)
    {
        var waited = Stopwatch.StartNew();
        var answer = "nothing";
        while (waited.Elapsed < (limit ?? TimeSpan.FromMinutes(2)))
        {
            if (Exited.IsCompleted)
            {
                throw new SuiteLocalException($"{Name} ended with exit code {await Exited} before it was ready:\n  " + LastLines());
            }

            try
            {
                using var response = await s_http.GetAsync(new Uri(HttpAddress + "/readyz"), cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }

                answer = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken)}";
            }
            catch (HttpRequestException e)
            {
                answer = e.Message;
            }
            catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                answer = "no answer in time";
            }

            await Task.Delay(50, cancellationToken);
        }

        throw new SuiteLocalException($"{Name} was not ready in time; /readyz: {answer}\n  " + LastLines());
    }

    /// <summary>SIGKILL, and waits until the process is gone.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>SIGSTOP: it stands still, with everything it holds, until <see cref="Resume"/>.</summary>
    public void Pause() => _process.Signal(Signals.Stop);

    /// <summary>SIGCONT after <see cref="Pause"/>.</summary>
    public void Resume() => _process.Signal(Signals.Continue);

    /// <summary>SIGTERM; SIGKILL when it takes longer than <paramref name="limit"/> (20 seconds when null). True when it went by itself.</summary>
    public Task<bool> StopAsync(TimeSpan? limit = null) => _process.StopAsync(Signals.Terminate, limit ?? TimeSpan.FromSeconds(20));

    /// <summary>Kills it when it still runs.</summary>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    private static int PortOf(IReadOnlyDictionary<string, string> environment, string key) =>
        environment.TryGetValue(key, out var text) ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : FreePorts.Next();

    /// <summary>The last it said, for a failure that is to be understood.</summary>
    internal string LastLines()
    {
        lock (_last)
        {
            return string.Join("\n  ", _last);
        }
    }
}
