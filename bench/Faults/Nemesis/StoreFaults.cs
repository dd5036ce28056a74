using System.Globalization;
using StackExchange.Redis;
using Suite.Faults.Plan;
using Suite.Faults.Running;
using Suite.Local;

namespace Suite.Faults.Nemesis;

/// <summary>What is done to PostgreSQL, Kafka and Redis. All of them come back at the same address.</summary>
internal sealed class StoreFaults(Cluster cluster, ProcessFaults processes)
{
    /// <summary>How often the broker has been started with nothing in it.</summary>
    public int LostBrokers { get; private set; }

    public Task<Hit> StrikeAsync(PlannedFault fault, CancellationToken cancellationToken) => (fault.Kind, fault.Target) switch
    {
        (FaultKind.Flush, _) => FlushAsync(),
        (_, Targets.Postgres) => PostgresAsync(fault, cancellationToken),
        (_, Targets.Redis) => RedisAsync(fault, cancellationToken),
        _ => KafkaAsync(fault, cancellationToken),
    };

    /// <summary>A store that is not back in time is started once more: without it there is nothing to look at any more.</summary>
    private static async Task StartAsync(Func<CancellationToken, Task> startAsync, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await startAsync(cancellationToken);
                return;
            }
            catch (SuiteLocalException) when (attempt < 4)
            {
                // It took too long on a machine that is busy; what had started was ended.
            }
        }
    }

    private async Task<Hit> PostgresAsync(PlannedFault fault, CancellationToken cancellationToken)
    {
        var server = cluster.Suite.Postgres!;
        await (fault.Kind == FaultKind.Kill ? server.KillAsync() : server.StopAsync());
        await Task.Delay(fault.Duration, cancellationToken);
        await StartAsync(cluster.Suite.StartPostgresAsync, cancellationToken);
        return Ended(server.ProcessId, await server.Exited);
    }

    private async Task<Hit> RedisAsync(PlannedFault fault, CancellationToken cancellationToken)
    {
        var server = cluster.Suite.Redis!;
        await server.KillAsync();
        await Task.Delay(fault.Duration, cancellationToken);
        await StartAsync(cluster.Suite.StartRedisAsync, cancellationToken);
        return Ended(server.ProcessId, await server.Exited);
    }

    private async Task<Hit> KafkaAsync(PlannedFault fault, CancellationToken cancellationToken)
    {
        var broker = cluster.Suite.Kafka!;
        var process = broker.ProcessId;
        await (fault.Kind == FaultKind.Kill ? broker.KillAsync() : broker.StopAsync());
        await Task.Delay(fault.Duration, cancellationToken);
        await StartAsync(cluster.Suite.StartKafkaAsync, cancellationToken);
        if (process is { } id)
        {
            return Ended(id, await (Task<int>)broker.Exited);
        }

        // It comes back elsewhere, which a service is told at its start.
        LostBrokers++;
        await Task.WhenAll(cluster.Suite.Services.Select(service => processes.RestartAsync(service, cancellationToken)));
        return new Hit(1, "the broker and all it had are gone; services were started again with the address of another");
    }

    private async Task<Hit> FlushAsync()
    {
        var options = ConfigurationOptions.Parse(cluster.Suite.RedisConnectionString);
        options.AllowAdmin = true;
        await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
        var server = connection.GetServers().Single();
        var keys = await server.DatabaseSizeAsync();
        await server.FlushAllDatabasesAsync();
        return new Hit(1, string.Create(CultureInfo.InvariantCulture, $"{keys} keys were removed"));
    }

    private static Hit Ended(int process, int code) =>
        new(1, string.Create(CultureInfo.InvariantCulture, $"process {process} ended with {code}"));
}
