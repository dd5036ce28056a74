using System.Globalization;
using Suite.Faults.Plan;
using Suite.Faults.Running;
using Suite.Local;
using Suite.Local.Services;

namespace Suite.Faults.Nemesis;

/// <summary>What is done to the processes of services.</summary>
internal sealed class ProcessFaults(Cluster cluster)
{
    private readonly HashSet<LocalService> _touched = [];

    /// <summary>Whether somebody here is at work on a replica, whose end is no surprise then.</summary>
    public bool IsAtWorkOn(LocalService service)
    {
        lock (_touched)
        {
            return _touched.Contains(service);
        }
    }

    public async Task<Hit> StrikeAsync(PlannedFault fault, CancellationToken cancellationToken)
    {
        var service = cluster.Replica(fault.Target);
        return await AtWorkOnAsync(service, () => fault.Kind switch
        {
            FaultKind.Kill => KillAsync(service, fault, cancellationToken),
            FaultKind.Terminate => TerminateAsync(service, fault, cancellationToken),
            FaultKind.Pause => PauseAsync(service, fault, cancellationToken),
            _ => SkewAsync(service, fault, cancellationToken),
        });
    }

    /// <summary>Stops a replica and starts it again.</summary>
    public Task RestartAsync(LocalService service, CancellationToken cancellationToken) => AtWorkOnAsync(service, async () =>
    {
        await service.StopAsync();
        await StartAsync(service, null, cancellationToken);
        return true;
    });

    /// <summary>
    /// Starts a replica until it is ready: what else is broken at the moment may keep it from that, and one that can not get ready ends or
    /// hangs, as it would under whatever runs it in earnest.
    /// </summary>
    public static async Task StartAsync(
        LocalService service, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await service.StartAsync(environment, cancellationToken);
                return;
            }
            catch (SuiteLocalException) when (attempt < 4)
            {
                await service.KillAsync();
            }
        }
    }

    private async Task<T> AtWorkOnAsync<T>(LocalService service, Func<Task<T>> workAsync)
    {
        lock (_touched)
        {
            _touched.Add(service);
        }

        try
        {
            return await workAsync();
        }
        finally
        {
            lock (_touched)
            {
                _touched.Remove(service);
            }
        }
    }

    private static async Task<Hit> KillAsync(LocalService service, PlannedFault fault, CancellationToken cancellationToken)
    {
        var process = service.Process!;
        await process.KillAsync();
        var code = await process.Exited;
        await Task.Delay(fault.Duration, cancellationToken);
        await StartAsync(service, null, cancellationToken);
        return new Hit(code == 137 ? 1 : 0, string.Create(CultureInfo.InvariantCulture, $"process {process.ProcessId} ended with {code}"));
    }

    private static async Task<Hit> TerminateAsync(LocalService service, PlannedFault fault, CancellationToken cancellationToken)
    {
        var process = service.Process!;
        var byItself = await process.StopAsync();
        var code = await process.Exited;
        await Task.Delay(fault.Duration, cancellationToken);
        await StartAsync(service, null, cancellationToken);
        return new Hit(1, string.Create(
            CultureInfo.InvariantCulture, $"process {process.ProcessId} ended with {code}{(byItself ? "" : ", after it was killed")}"));
    }

    private static async Task<Hit> PauseAsync(LocalService service, PlannedFault fault, CancellationToken cancellationToken)
    {
        var process = service.Process!;
        process.Pause();
        try
        {
            var stood = await ProcessMemory.StandsStillAsync(process.ProcessId, cancellationToken);
            await Task.Delay(fault.Duration, cancellationToken);
            return new Hit(stood ? 1 : 0, string.Create(CultureInfo.InvariantCulture, $"process {process.ProcessId} stood still"));
        }
        finally
        {
            process.Resume();
        }
    }

    private static async Task<Hit> SkewAsync(LocalService service, PlannedFault fault, CancellationToken cancellationToken)
    {
        var skew = fault.Strength.ToString("+0.0##;-0.0##", CultureInfo.InvariantCulture);
        await service.StopAsync();
        await StartAsync(service, new Dictionary<string, string> { ["SUITE_TEST_CLOCK_SKEW"] = skew }, cancellationToken);
        var skewed = service.Process!.ProcessId;
        await Task.Delay(fault.Duration, cancellationToken);
        await service.StopAsync();
        await StartAsync(service, null, cancellationToken);
        return new Hit(1, string.Create(CultureInfo.InvariantCulture, $"process {skewed} ran with SUITE_TEST_CLOCK_SKEW={skew}"));
    }
}
