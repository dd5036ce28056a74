using System.Runtime.InteropServices;
using Suite.Local.Processes;

namespace Suite.Local.Commands;

/// <summary>Turns Ctrl-C, SIGTERM, and the terminal's end into one token, and keeps them from ending the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public StopSignals()
    {
        // A script that starts us in the background has us ignore SIGINT. Whoever sends one all the same means it.
        Signals.Restore(Signals.Interrupt);
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        }
    }

    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        _stop.CancelAsync();
    }
}
