using System.Globalization;
using Suite.Faults.History;
using Suite.Faults.Load;
using Suite.Faults.Plan;
using Suite.Faults.Running;
using Suite.Faults.Wires;
using Suite.Local;

namespace Suite.Faults.Nemesis;

/// <summary>
/// Carries a plan out: each lane one fault after the other, each begun at its moment or, when the one before is not mended yet, later.
/// </summary>
internal sealed class Nemesis
{
    private readonly Cluster _cluster;
    private readonly Crowd _crowd;
    private readonly FaultPlan _plan;
    private readonly RunHistory _history;
    private readonly ProcessFaults _processes;
    private readonly StoreFaults _stores;
    private readonly WireFaults _wires;
    private int _fired;

    public Nemesis(Cluster cluster, Crowd crowd, FaultPlan plan, RunHistory history)
    {
        (_cluster, _crowd, _plan, _history) = (cluster, crowd, plan, history);
        _processes = new ProcessFaults(cluster);
        _wires = new WireFaults(cluster.Wiring, crowd.NewProd());
        _stores = new StoreFaults(cluster, _processes, _wires);
    }

    /// <summary>How many faults are over.</summary>
    public int Fired => _fired;

    /// <summary>How many brokers have been lost with all they had.</summary>
    public int LostBrokers => _stores.LostBrokers;

    /// <summary>Whether a replica's process may be gone: somebody is breaking or mending it.</summary>
    public bool IsAtWorkOn(Local.Services.LocalService service) => _processes.IsAtWorkOn(service);

    /// <summary>Does all of it. What has not begun when <paramref name="stopping"/> fires never fires.</summary>
    /// <param name="stopping">Ends the run.</param>
    /// <param name="limit">No fault begins later than this.</param>
    public async Task RunAsync(TimeSpan limit, CancellationToken stopping)
    {
        var began = _history.Now;
        await Task.WhenAll(_plan.Faults.GroupBy(fault => fault.Lane).Select(lane => Task.Run(
            async () =>
            {
                foreach (var fault in lane)
                {
                    if (fault.Start - (_history.Now - began) is var wait && wait > TimeSpan.Zero)
                    {
                        await Task.Delay(wait, stopping);
                    }

                    if (_history.Now - began > limit)
                    {
                        return;
                    }

                    await FireAsync(fault, stopping);
                }
            },
            stopping)));
    }

    /// <summary>Undoes what may have been left: wires carry, processes go on, and all of them run.</summary>
    public async Task MendAsync(CancellationToken cancellationToken)
    {
        _cluster.Wiring.Mend();
        foreach (var service in _cluster.Suite.Services)
        {
            service.Process!.Resume();
            if (service.Process.Exited.IsCompleted)
            {
                await ProcessFaults.StartAsync(service, null, cancellationToken);
            }
        }
    }

    private async Task FireAsync(PlannedFault fault, CancellationToken stopping)
    {
        var start = _history.Now;
        Hit hit;
        try
        {
            hit = fault.Kind switch
            {
                FaultKind.Provider => await ProviderAsync(fault, stopping),
                FaultKind.Flush => await _stores.StrikeAsync(fault, stopping),
                _ when FaultKind.OfWires.Contains(fault.Kind) => await _wires.StrikeAsync(fault, stopping),
                _ when Targets.IsReplica(fault.Target) => await _processes.StrikeAsync(fault, stopping),
                _ => await _stores.StrikeAsync(fault, stopping),
            };
        }
        catch (SuiteLocalException e)
        {
            hit = new Hit(0, e.Message);
        }

        _history.Add(new FaultFired
        {
            At = _history.Now,
            Fault = fault.Id,
            Kind = fault.Kind,
            Target = fault.Target,
            Start = start,
            Hits = hit.Count,
            Evidence = hit.Evidence,
        });
        Interlocked.Increment(ref _fired);
    }

    private async Task<Hit> ProviderAsync(PlannedFault fault, CancellationToken stopping)
    {
        var customer = _crowd.NewOddCustomer("odd-" + fault.Id, fault.Target, int.Parse(fault.Id[1..], CultureInfo.InvariantCulture));
        var began = _history.Now;
        do
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            limit.CancelAfter(fault.Duration);
            await customer.RunAsync(limit.Token);
            stopping.ThrowIfCancellationRequested();
        }
        while (customer.Hits == 0 && _history.Now - began < fault.Duration + WireFaults.Patience);

        return new Hit(customer.Hits, string.Create(CultureInfo.InvariantCulture, $"{customer.Hits} orders went through it"));
    }
}
