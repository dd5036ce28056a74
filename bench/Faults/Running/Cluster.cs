using Suite.Faults.Options;
using Suite.Faults.Plan;
using Suite.Faults.Wires;
using Suite.Local;
using Suite.Local.Commands;
using Suite.Local.Folders;
using Suite.Local.Mongo;
using Suite.Local.Services;
using Suite.Tests;

namespace Suite.Faults.Running;

/// <summary>Two replicas of each service, the stores, and the wires between all of them.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private Cluster(LocalSuite suite, Wiring wiring, string folder)
    {
        (Suite, Wiring, Folder) = (suite, wiring, folder);
        AdminKey = File.ReadAllText(suite.AdminKeyFile).Trim();
    }

    public LocalSuite Suite { get; }

    public Wiring Wiring { get; }

    /// <summary>Where all data lies, and what services print in <c>logs</c>.</summary>
    public string Folder { get; }

    /// <summary>The administrator's API key, which every client sends.</summary>
    public string AdminKey { get; }

    /// <summary>Whether the broker is a process that remembers.</summary>
    public bool HasRealKafka => Suite.Kafka is { ProcessId: not null };

    /// <summary>Starts everything and returns when every service is ready.</summary>
    /// <exception cref="SuiteLocalException">Something is missing, or does not start.</exception>
    public static async Task<Cluster> StartAsync(FaultRunOptions options, IStages stages, CancellationToken cancellationToken)
    {
        var folder = ScratchFolder.Create("faults");
        var wiring = new Wiring(options.Present);
        try
        {
            var local = new LocalSuiteOptions
            {
                DataDirectory = folder,
                OutlivesPower = false,
                KafkaHome = options.KafkaHome,
                MongoProgram = options.Present.Mongo ? MongoServer.OnPath() : null,
                ElasticsearchHome = options.Present.Elasticsearch ? SharedServers.ElasticsearchHome(folder) : null,
                KafkaDoors = wiring.Doors,
                Replicas = Targets.Services.ToDictionary(service => service, _ => Targets.Replicas),
                ReplicaEnvironment = wiring.EnvironmentOf,
                Stages = stages,
                Environment = new Dictionary<string, string>
                {
                    // Waiting is made short: what takes minutes in earnest takes seconds here, and happens more often.
                    ["SUITE_PROVIDER_TIMEOUT"] = "1",
                    ["SUITE_PAYMENT_LEASE"] = "2",
                    ["SUITE_SIMULATOR_SLOW"] = "0.8",
                    ["SUITE_SIMULATOR_LATER"] = "1",
                    ["SUITE_ORDER_SWEEP_AFTER"] = "20",
                    ["SUITE_STEP_PATIENCE"] = "3",
                    // Payment asks Order for its books here, over a wire that is used for nothing else.
                    ["SUITE_RECONCILE_EVERY"] = "5",
                    ["SUITE_KAFKA_PARTITIONS"] = "4",
                },
            };
            await Requirements.CheckAsync(local, static _ => { }, cancellationToken);
            return new Cluster(await LocalSuite.StartAsync(local, cancellationToken), wiring, folder);
        }
        catch
        {
            await wiring.DisposeAsync();
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>A replica by its name here, for example <c>order-1</c>.</summary>
    public LocalService Replica(string name) => Suite.Service(Targets.ServiceOf(name), Targets.IndexOf(name));

    public async ValueTask DisposeAsync()
    {
        // A process that stands still hears no SIGTERM.
        foreach (var service in Suite.Services)
        {
            service.Process?.Resume();
        }

        await Suite.DisposeAsync();
        await Wiring.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
