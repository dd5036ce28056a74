using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;
using Suite.Local.Keys;
using Suite.Local.Ports;
using Suite.Local.Processes;

namespace Suite.Local.Redis;

/// <summary>
/// A private Redis server: a process of ours on loopback TCP that asks for a password and keeps nothing on disk, since what is in it
/// can be lost. It never touches the system's own servers.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(5);

    private readonly ChildProcess _process;

    private RedisServer(string folder, ChildProcess process, int port, string password)
    {
        DataDirectory = folder;
        _process = process;
        Port = port;
        Password = password;
    }

    /// <summary>The TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>What the server asks for.</summary>
    public string Password { get; }

    /// <summary>Names the server in the form of StackExchange.Redis, as services get it.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port},password={Password}");

    /// <summary>The folder that holds <c>password</c> and <c>redis.conf</c>.</summary>
    public string DataDirectory { get; }

    /// <summary>The process id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Completes when the process has ended, whatever the way.</summary>
    public Task<int> Exited => _process.Exited;

    /// <summary>
    /// Starts an empty server, its folder in <paramref name="dataDirectory"/>, and returns when it answers. A server that an earlier run
    /// left there is stopped first.
    /// </summary>
    /// <param name="dataDirectory">The folder of this server.</param>
    /// <param name="port">The port on 127.0.0.1; 0 for a free one.</param>
    /// <param name="log">Gets what the server prints, and what is done.</param>
    /// <param name="settings">More lines of <c>redis.conf</c>; they win.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SuiteLocalException">Redis is missing or does not start; the message says why.</exception>
    public static async Task<RedisServer> StartAsync(
        string dataDirectory,
        int port = 0,
        Action<string>? log = null,
        IReadOnlyList<string>? settings = null,
        CancellationToken cancellationToken = default)
    {
        log ??= static _ => { };
        await RedisInstall.EnsureAsync(log, cancellationToken);
        var folder = Path.GetFullPath(dataDirectory);
        Directory.CreateDirectory(folder);
        await EndLeftoversAsync(folder, log, cancellationToken);
        return await FreePorts.StartAsync(port, log, chosen => LaunchAsync(folder, chosen, log, settings ?? [], cancellationToken));
    }

    /// <summary>SIGKILL, as when the machine loses power.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Stops the server. Killed after 5 seconds.</summary>
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

    private static string PidFileIn(string folder) => Path.Combine(folder, "redis.pid");

    private static async Task<RedisServer> LaunchAsync(
        string folder, int port, Action<string> log, IReadOnlyList<string> settings, CancellationToken cancellationToken)
    {
        var password = await PasswordFile.ReadOrCreateAsync(Path.Combine(folder, "password"), cancellationToken);
        // A file and no arguments: everybody on the machine can read those.
        var file = Path.Combine(folder, "redis.conf");
        OwnerFile.Write(file, string.Join('\n', [.. Settings(port, password), .. settings]) + "\n");
        var last = new LastLines(log);
        var process = ChildProcess.Start(
            new ChildStart(Program(folder), [file]) { WorkingDirectory = folder, DeathSignal = "KILL", PidFile = PidFileIn(folder) }, last.Add);
        var server = new RedisServer(folder, process, port, password);
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

            throw last.Failure($"Redis did not start in {folder}", e);
        }
    }

    /// <summary>The program by the name <c>redis-server</c>, without which it would not be one; see <see cref="RedisBinaries"/>.</summary>
    private static string Program(string folder)
    {
        var program = RedisBinaries.Find()!.Server;
        if (Path.GetFileName(program) == "redis-server")
        {
            return program;
        }

        var link = Path.Combine(folder, "redis-server");
        File.Delete(link);
        return File.CreateSymbolicLink(link, program).FullName;
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        var options = ConfigurationOptions.Parse(ConnectionString);
        options.ConnectTimeout = 500;
        options.ConnectRetry = 1;
        var waited = Stopwatch.StartNew();
        while (true)
        {
            if (_process.HasExited)
            {
                throw new SuiteLocalException($"it ended with exit code {await Exited}.");
            }

            if (!FreePorts.IsFree(Port))
            {
                try
                {
                    await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
                    await connection.GetDatabase().PingAsync();
                    return;
                }
                catch (RedisException) when (waited.Elapsed < s_startLimit)
                {
                }
            }
            else if (waited.Elapsed > s_startLimit)
            {
                throw new SuiteLocalException("it does not listen.");
            }

            await Task.Delay(20, cancellationToken);
        }
    }

    private static IEnumerable<string> Settings(int port, string password) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"port {port}"),
        "bind 127.0.0.1",
        $"requirepass {password}",
        $"masterauth {password}",
        "daemonize no",
        // Nothing is kept: whoever asks must be able to do without.
        "save \"\"",
        "appendonly no",
        "maxmemory 256mb",
        // What expires can be spared, least recently used first; what does not is a counter that must not go back (fencing tokens).
        // By lru and not by ttl: that would take the locks first, which live for seconds, and spare what is cached for an hour.
        "maxmemory-policy volatile-lru",
        "loglevel warning",
    ];
}
