using Grpc.Core;
using Npgsql;
using Suite.Faults.Options;
using Suite.Faults.Running;
using Suite.Local;
using Suite.Local.Commands;

var stopping = StopSignals.Listen();
try
{
    if (FaultRunOptions.Parse(args) is not { } options)
    {
        Console.Error.WriteLine(FaultRunOptions.Help);
        return 0;
    }

    using var run = new FaultRun(options);
    return await run.RunAsync(stopping) ? 0 : 1;
}
catch (SuiteLocalException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
catch (Exception e) when (stopping.IsCancellationRequested && e is OperationCanceledException or RpcException or NpgsqlException)
{
    Console.Error.WriteLine(stopping.IsCancellationRequested ? "Stopped; nothing was judged." : e);
    return 2;
}
