using System.Globalization;
using StackExchange.Redis;
using Suite.Faults.Plan;
using Suite.Faults.Running;
using Suite.Local;

namespace Suite.Faults.Nemesis;

/// <summary>What is done to stores. All of them come back at the same address.</summary>
internal sealed class StoreFaults(Cluster cluster, ProcessFaults processes, WireFaults wires)
{
    /// <summary>How often the broker has been started with nothing in it.</summary>
    public int LostBrokers { get; private set; }

    public Task<Hit> StrikeAsync(PlannedFault fault, CancellationToken cancellationToken) => (fault.Kind, fault.Target) switch
    {
        (FaultKind.Flush, _) => FlushAsync(),
        (_, Targets.Postgres) => PostgresAsync(fault, cancellationToken),
        (_, Targets.Redis) => RedisAsync(fault, cancellationToken),
        (_, Targets.Mongo) => MongoAsync(fault, cancellationToken),
        (_, Targets.Elasticsearch) => ElasticsearchAsync(fault, cancellationToken),
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

    private Task<Hit> MongoAsync(PlannedFault fault, CancellationToken cancellationToken)
    {
        var server = cluster.Suite.Mongo!;
        return InBulkAsync(fault, server.ProcessId, server.KillAsync, server.Exited, cluster.Suite.StartMongoAsync, cancellationToken);
    }

    private Task<Hit> ElasticsearchAsync(PlannedFault fault, CancellationToken cancellationToken)
    {
        var server = cluster.Suite.Elasticsearch!;
        return InBulkAsync(fault, server.ProcessId, server.KillAsync, server.Exited, cluster.Suite.StartElasticsearchAsync, cancellationToken);
    }

    private async Task<Hit> InBulkAsync(
        PlannedFault fault, int process, Func<Task> killAsync, Task<int> exited, Func<CancellationToken, Task> startAsync, CancellationToken cancellationToken)
    {
        var ways = cluster.Wiring.All.Select(wire => wire.Name).Where(name => name.EndsWith("/" + fault.Target, StringComparison.Ordinal)).ToList();
        if (await wires.InBulkAsync(ways, killAsync, cancellationToken) is not { } way)
        {
            return new Hit(0, "no documents were under way");
        }

        await Task.Delay(fault.Duration, cancellationToken);
        await StartAsync(startAsync, cancellationToken);
        var code = await exited;
        return new Hit(1, string.Create(CultureInfo.InvariantCulture, $"process {process} ended with {code} while documents were under way on {way}"));
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
