using Grpc.Core;
using Npgsql;
using Suite.Bench;
using Suite.Bench.Echo;
using Suite.Client;
using Suite.Local;
using Suite.Local.Commands;

if (args is [EchoServer.Verb, ..])
{
    return await EchoServer.RunAsync();
}

if (args is [OtlpSink.Verb, ..])
{
    return await OtlpSink.RunAsync();
}

var stopping = StopSignals.Listen();
try
{
    if (BenchOptions.Parse(args) is not { } options)
    {
        Console.Error.WriteLine(BenchOptions.Help);
        return 0;
    }

    await BenchRun.RunAsync(options, stopping);
    return 0;
}
catch (SuiteLocalException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
catch (Exception e) when (stopping.IsCancellationRequested && e is (OperationCanceledException or RpcException or SuiteException or NpgsqlException))
{
    Console.Error.WriteLine("Stopped; no results.");
    return 130;
}
catch (Exception e) when (e is RpcException or SuiteException or NpgsqlException)
{
    Console.Error.WriteLine(e);
    return 1;
}
