using Npgsql;
using Suite.Faults.Checking;
using Suite.Faults.History;
using Suite.Faults.Load;
using Suite.Faults.Options;
using Suite.Faults.Plan;
using Suite.Faults.Report;
using Suite.Local;

namespace Suite.Faults.Running;

/// <summary>A whole run: start, load and faults, drain, reading, judgement.</summary>
internal sealed class FaultRun : IDisposable
{
    /// <summary>How much longer than planned faults may take, at least: mending is slower on a machine that is busy.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(180);

    private static readonly TimeSpan s_tell = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_readTopics = TimeSpan.FromSeconds(60);

    private readonly FaultRunOptions _options;
    private readonly FaultPlan _plan;
    private readonly RunFolder _folder;
    private readonly RunHistory _history;
    private readonly LiveCheck _live = new();
    private readonly OrderPool _pool = new();
    private readonly Recorder _recorder;

    public FaultRun(FaultRunOptions options)
    {
        _options = options;
        _plan = FaultPlan.Make(options.Seed, options.Length, options.Kinds, options.Present);
        _folder = RunFolder.Make(options.Seed);
        _history = new RunHistory(_folder.HistoryFile);
        _recorder = new Recorder(_history, See);
    }

    /// <summary>Runs.</summary>
    /// <returns>Whether nothing was found.</returns>
    /// <exception cref="SuiteLocalException">It could not be run.</exception>
    public async Task<bool> RunAsync(CancellationToken stopping)
    {
        var described = _options.Describe(_plan);
        Progress.Say($"{string.Join(", ", described.Select(option => $"{option.Key} {option.Value}"))}");
        _history.Add(new RunBegan { At = _history.Now, Seed = _options.Seed, Time = DateTimeOffset.UtcNow, Options = described });
        foreach (var fault in _plan.Faults)
        {
            _history.Add(new FaultPlanned { At = _history.Now, Fault = fault.Id, Kind = fault.Kind, Target = fault.Target });
        }

        var violations = new List<Violation>();
        await using (var cluster = await Cluster.StartAsync(_options, new Progress(), stopping))
        {
            try
            {
                violations.AddRange(await UseAsync(cluster, stopping));
                Progress.Say($"Checking {_history.Entries.Count} records");
                violations.AddRange(Checker.Check(_history));
            }
            finally
            {
                if (violations.Count > 0 || _options.Keep || !_history.Of<FinalState>().Any())
                {
                    _folder.KeepLogs(cluster.Folder);
                }
            }
        }

        await RunReport.WriteAsync(_folder, described, _plan, _history, violations);
        Progress.Say($"{Sum()}");
        foreach (var violation in violations.Take(20))
        {
            Progress.Say($"VIOLATION {violation}");
        }

        Progress.Say($"{violations.Count} violations; the report is {Path.GetRelativePath(Directory.GetCurrentDirectory(), _folder.ReportFile)}");
        return violations.Count == 0;
    }

    public void Dispose() => _history.Dispose();

    private async Task<IReadOnlyList<Violation>> UseAsync(Cluster cluster, CancellationToken stopping)
    {
        Begin(Phase.Begin);
        var taps = new List<Tap> { new(cluster.Suite.Kafka!, 1, _history) };
        using var lines = new Lines(cluster.Wiring.ClientAddress, cluster.AdminKey);
        var market = await Market.OpenAsync(new Caller("opener", lines, _recorder), _options.Clients);
        _pool.Spare(market.Loyal);
        await using var crowd = new Crowd(
            () => new Lines(cluster.Wiring.ClientAddress, cluster.AdminKey), _recorder, market, _pool, _options.Seed);
        var nemesis = new Nemesis.Nemesis(cluster, crowd, _plan, _history);
        await using var watch = new Watch(cluster, _history, nemesis.IsAtWorkOn);
        try
        {
            Begin(Phase.Faults);
            await FaultsAsync(cluster, crowd, nemesis, taps, stopping);
            Progress.Say($"Faults are over; waiting until nothing is on its way");
            await nemesis.MendAsync(stopping);
            await crowd.StopAsync();
            Begin(Phase.Drain);
            var drained = await Draining.RunAsync(cluster, _options.Drain, _history, Progress.Say, stopping);
            Progress.Say($"Drained in {(drained.At - drained.Start).TotalSeconds:0.0} s");
            Begin(Phase.Read);
            await taps[^1].AtEndAsync(s_readTopics, stopping);
            await ReadAsync(cluster, stopping);
            return watch.Found;
        }
        finally
        {
            foreach (var tap in taps)
            {
                await tap.DisposeAsync();
            }
        }
    }

    private async Task FaultsAsync(Cluster cluster, Crowd crowd, Nemesis.Nemesis nemesis, List<Tap> taps, CancellationToken stopping)
    {
        var began = _history.Now;
        var carrying = nemesis.RunAsync(_options.Length + TimeSpan.FromTicks(Math.Max(s_grace.Ticks, 4 * _options.Length.Ticks)), stopping);
        var length = Task.Delay(_options.Length, stopping);
        for (var all = Task.WhenAll(carrying, length); !all.IsCompleted;)
        {
            await Task.WhenAny(all, crowd.Ended, carrying.IsFaulted ? carrying : all, Task.Delay(s_tell, stopping));
            stopping.ThrowIfCancellationRequested();
            if (crowd.Ended.IsFaulted)
            {
                await crowd.Ended;
            }

            if (carrying.IsFaulted)
            {
                await carrying;
            }

            if (cluster.Suite.Kafka != taps[^1].Broker && !cluster.HasRealKafka)
            {
                taps.Add(new Tap(cluster.Suite.Kafka!, taps.Count + 1, _history));
            }

            Progress.Say($"{(_history.Now - began).TotalSeconds,4:0} s  {Sum()}, {nemesis.Fired}/{_plan.Faults.Count} faults, {_live.Found.Count} violations");
        }

        await Task.WhenAll(carrying, length);
    }

    private async Task ReadAsync(Cluster cluster, CancellationToken stopping)
    {
        using var lines = new Lines(name => cluster.Replica(name).GrpcAddress, cluster.AdminKey);
        await new FinalReading(lines, stopping).RunAsync(_history);
        await Comparing.RunAsync(lines, _history, stopping);
        var settings = new NpgsqlConnectionStringBuilder(cluster.Suite.PostgresConnectionString) { Database = "suite_payment", Pooling = false };
        await using var database = NpgsqlDataSource.Create(settings.ConnectionString);
        foreach (var seen in await ProviderReading.ReadAsync(database, _history.Now, stopping))
        {
            _history.Add(seen);
        }
    }

    private void Begin(Phase phase) => _history.Add(new PhaseBegan { At = _history.Now, Phase = phase });

    private void See(ClientCall call)
    {
        _pool.Learn(call);
        foreach (var violation in _live.See(call))
        {
            Progress.Say($"VIOLATION {violation}");
        }
    }

    private string Sum() => $"{_recorder.Ok} ok, {_recorder.Failed} failed, {_recorder.Unknown} unknown";
}
