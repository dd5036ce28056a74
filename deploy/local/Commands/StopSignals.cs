using System.Runtime.InteropServices;
using Suite.Local.Processes;

namespace Suite.Local.Commands;

/// <summary>
/// Turns Ctrl-C, SIGTERM, and the terminal's end into one token, and keeps them from ending the process at once. It holds until the
/// process ends: one who asks twice must not cut the stop short that he asked for.
/// </summary>
internal static class StopSignals
{
    private static readonly CancellationTokenSource s_stop = new();
    private static readonly List<PosixSignalRegistration> s_registrations = [];

    /// <summary>Starts listening, and returns the token that fires when the process shall stop.</summary>
    public static CancellationToken Listen()
    {
        // A script that starts us in the background has us ignore SIGINT. Whoever sends one all the same means it.
        Signals.Restore(Signals.Interrupt);
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT])
        {
            s_registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        }

        return s_stop.Token;
    }

    private static void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        s_stop.CancelAsync();
    }
}
