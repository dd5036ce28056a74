using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Suite.Faults.Load;
using Suite.Faults.Plan;
using Suite.Faults.Wires;

namespace Suite.Faults.Nemesis;

/// <summary>What is done to wires. Where nothing passes by, the fault waits for something, for a while.</summary>
internal sealed class WireFaults(Wiring wiring, Prod prod)
{
    /// <summary>How much longer a fault goes on when it has not hit anything yet: another lane may have ended the server at the far end.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    // A wire has one trouble at a time: lanes that are late meet at one, and whoever ended first would end both.
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _free = new();

    public async Task<Hit> StrikeAsync(PlannedFault fault, CancellationToken cancellationToken)
    {
        var free = _free.GetOrAdd(fault.Target, _ => new SemaphoreSlim(1));
        await free.WaitAsync(cancellationToken);
        try
        {
            return await StrikeAloneAsync(fault, cancellationToken);
        }
        finally
        {
            free.Release();
        }
    }

    /// <summary>
    /// Holds back the answers on wires until documents are under way on one of them, does something, and resets them: nobody hears what became of
    /// the documents.
    /// </summary>
    /// <returns>The wire, or null when no documents came for long; nothing was done then.</returns>
    public async Task<string?> InBulkAsync(IReadOnlyList<string> wires, Func<Task> strikeAsync, CancellationToken cancellationToken)
    {
        foreach (var name in wires.Order(StringComparer.Ordinal))
        {
            await _free.GetOrAdd(name, _ => new SemaphoreSlim(1)).WaitAsync(cancellationToken);
        }

        var held = wires.Select(name => wiring[name]).ToList();
        try
        {
            held.ForEach(wire => wire.Set(WireMode.HoldReplies));
            for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < Patience; await Task.Delay(s_look, cancellationToken))
            {
                if (held.Find(wire => wire.IsWriting) is { } writing)
                {
                    await strikeAsync();
                    held.ForEach(wire => wire.Cut());
                    return writing.Name;
                }
            }

            return null;
        }
        finally
        {
            foreach (var wire in held)
            {
                wire.Set(WireMode.Through);
                _free[wire.Name].Release();
            }
        }
    }

    private async Task<Hit> StrikeAloneAsync(PlannedFault fault, CancellationToken cancellationToken)
    {
        var wire = wiring[fault.Target];
        var (mode, isCut) = fault.Kind switch
        {
            FaultKind.Refuse => (WireMode.Refuse, false),
            FaultKind.Slow => (WireMode.Slow, false),
            FaultKind.Stall => (WireMode.Stall, false),
            FaultKind.LoseReplies => (WireMode.LoseReplies, false),
            _ => (WireMode.Through, true),
        };
        var before = (Hits: wire.Counts.HitsOf(mode), Commits: wire.Counts.LostCommits);
        var began = Stopwatch.GetTimestamp();
        var prodding = Task.CompletedTask;
        try
        {
            wire.Set(mode, TimeSpan.FromMilliseconds(fault.Strength));
            while (true)
            {
                if (isCut)
                {
                    wire.Cut();
                }

                var elapsed = Stopwatch.GetElapsedTime(began);
                if (elapsed >= fault.Duration && (wire.Counts.HitsOf(mode) > before.Hits || elapsed > fault.Duration + Patience))
                {
                    break;
                }

                if (prodding.IsCompleted && Prod.IsNeeded(fault.Target))
                {
                    await prodding;
                    prodding = prod.OnceAsync(fault.Target);
                }

                await Task.Delay(s_look, cancellationToken);
            }
        }
        finally
        {
            wire.Set(WireMode.Through);
        }

        await prodding;
        var hits = wire.Counts.HitsOf(mode) - before.Hits;
        return new Hit(hits, string.Create(CultureInfo.InvariantCulture, $"{hits} {What(mode)}{Commits()}"));

        string Commits() => mode == WireMode.LoseReplies && wire.Counts.LostCommits > before.Commits
            ? string.Create(CultureInfo.InvariantCulture, $", {wire.Counts.LostCommits - before.Commits} of them of a COMMIT")
            : string.Empty;
    }

    private static string What(WireMode mode) => mode switch
    {
        WireMode.Refuse => "connections refused",
        WireMode.Slow => "pieces late",
        WireMode.Stall => "pieces held",
        WireMode.LoseReplies => "connections whose answers were lost",
        _ => "connections cut",
    };
}
