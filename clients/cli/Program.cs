using System.Runtime.InteropServices;
using Suite.Cli;
using Suite.Cli.Session;

// The first Ctrl-C or SIGTERM asks the command to stop; the second ends the process, as the system would.
using var stopping = new CancellationTokenSource();
var stoppedBy = ExitCode.Ok;
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, ExitCode.Interrupted));
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, ExitCode.Terminated));
var exit = await new CommandLine(CliHost.ForProcess()).RunAsync(args, stopping.Token);
return (int)(exit == ExitCode.Interrupted && stoppedBy != ExitCode.Ok ? stoppedBy : exit);

void Stop(PosixSignalContext signal, ExitCode code)
{
    signal.Cancel = !stopping.IsCancellationRequested;
    stoppedBy = code;
    stopping.Cancel();
}
