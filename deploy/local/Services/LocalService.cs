using System.Globalization;

namespace Suite.Local.Services;

/// <summary>One replica of a service at its ports, whether its process runs at the moment or not.</summary>
public sealed class LocalService : IAsyncDisposable
{
    private readonly Action<string> _log;
    private readonly string _pidFile;
    private Func<LocalService, IReadOnlyDictionary<string, string>> _environment = static _ => new Dictionary<string, string>();
    private Keeper? _keeper;

    internal LocalService(string name, int replica, int httpPort, int grpcPort, string pidFile, Action<string> log)
    {
        Name = name;
        Replica = replica;
        HttpPort = httpPort;
        GrpcPort = grpcPort;
        _pidFile = pidFile;
        _log = log;
    }

    /// <summary><c>user</c>, <c>order</c> or <c>payment</c>.</summary>
    public string Name { get; }

    /// <summary>0 for the first.</summary>
    public int Replica { get; }

    /// <summary>The name by which people tell replicas apart: <c>order</c>, <c>order-2</c>.</summary>
    public string Title => Replica == 0 ? Name : string.Create(CultureInfo.InvariantCulture, $"{Name}-{Replica + 1}");

    /// <summary>JSON, <c>/livez</c> and <c>/readyz</c>.</summary>
    public int HttpPort { get; }

    /// <summary>gRPC without TLS.</summary>
    public int GrpcPort { get; }

    /// <summary>For example <c>http://127.0.0.1:8102</c>.</summary>
    public string HttpAddress => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{HttpPort}");

    /// <summary>For example <c>http://127.0.0.1:9102</c>.</summary>
    public string GrpcAddress => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{GrpcPort}");

    /// <summary>The process of the latest start; null before the first.</summary>
    public ServiceProcess? Process { get; private set; }

    /// <summary>Starts the process and waits until it is ready.</summary>
    /// <param name="environment">Settings for this start alone, such as <c>SUITE_TEST_CRASH</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task StartAsync(IReadOnlyDictionary<string, string>? environment = null, CancellationToken cancellationToken = default)
    {
        Launch(environment);
        await Process!.WaitReadyAsync(cancellationToken: cancellationToken);
    }

    /// <summary>SIGKILL to the process, if one runs. A supervised service comes back by itself.</summary>
    public Task KillAsync() => Process?.KillAsync() ?? Task.CompletedTask;

    /// <summary>SIGTERM; SIGKILL when it takes too long. It stays stopped.</summary>
    public async Task StopAsync(TimeSpan? limit = null)
    {
        if (_keeper is not null)
        {
            await _keeper.DisposeAsync();
            _keeper = null;
        }

        if (Process is not null)
        {
            await Process.StopAsync(limit);
        }
    }

    /// <summary>Stops the process, when one runs, and starts it with other settings for this start.</summary>
    public async Task RestartAsync(IReadOnlyDictionary<string, string>? environment = null, CancellationToken cancellationToken = default)
    {
        await StopAsync();
        await StartAsync(environment, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero);
        if (Process is not null)
        {
            await Process.DisposeAsync();
        }
    }

    /// <summary>Where the settings of each start come from.</summary>
    internal void Configure(Func<LocalService, IReadOnlyDictionary<string, string>> environment) => _environment = environment;

    /// <summary>Starts the process without waiting for it.</summary>
    internal void Launch(IReadOnlyDictionary<string, string>? environment = null)
    {
        Dictionary<string, string> complete = new(_environment(this));
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            complete[key] = value;
        }

        complete["SUITE_HTTP_PORT"] = HttpPort.ToString(CultureInfo.InvariantCulture);
        complete["SUITE_GRPC_PORT"] = GrpcPort.ToString(CultureInfo.InvariantCulture);
        Process = ServiceProcess.Start(Name, complete, _log, _pidFile);
    }

    /// <summary>From here on the process is started again whenever it ends.</summary>
    internal void Supervise(Action<string> say)
    {
        _keeper = new Keeper(Title, StartAgainAsync, say);
        _keeper.Watch(Process!.Exited);
    }

    private async Task<Task> StartAgainAsync(CancellationToken cancellationToken)
    {
        await Process!.DisposeAsync();
        Launch();
        try
        {
            await Process.WaitReadyAsync(cancellationToken: cancellationToken);
        }
        catch (SuiteLocalException) when (Process.Exited.IsCompleted)
        {
            // An end before it is ready is an end like any other: the keeper pauses and tries again.
        }

        return Process.Exited;
    }
}
