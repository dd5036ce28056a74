using System.Globalization;
using Npgsql;
using Suite.Faults.Plan;
using Suite.Local;
using Suite.Local.Kafka;
using Suite.Local.Ports;
using Suite.Local.Services;

namespace Suite.Faults.Wires;

/// <summary>Every wire of a run, and the settings that put them between a replica and what it calls.</summary>
internal sealed class Wiring : IAsyncDisposable
{
    private readonly Dictionary<string, Wire> _wires;
    private readonly Dictionary<string, KafkaDoor> _doors = [];

    public Wiring(Present present)
    {
        _wires = Targets.Wires(present).ToDictionary(name => name, name => new Wire(name, greetings: IsToStore(name) ? 6 : 2));
        foreach (var (name, wire) in _wires.Where(wire => wire.Key.EndsWith("/" + Targets.Kafka, StringComparison.Ordinal)))
        {
            // A client of Kafka goes on to where the broker says it is, so each has a door that says: at the end of your wire.
            var door = new KafkaDoor(FreePorts.Next(), wire.Port);
            wire.FarPort = door.Port;
            _doors[name] = door;
        }
    }

    /// <summary>What the broker has to listen on.</summary>
    public IReadOnlyList<KafkaDoor> Doors => [.. _doors.Values];

    /// <summary>All of them.</summary>
    public IEnumerable<Wire> All => _wires.Values;

    /// <summary>A wire by its name, for example <c>order-1/postgres</c>.</summary>
    public Wire this[string name] => _wires[name];

    /// <summary>Where clients call a replica.</summary>
    public string ClientAddress(string replica) => Address(_wires[$"{Targets.Client}/{replica}"]);

    /// <summary>The settings of one replica, and where its wires lead, which is known at its start.</summary>
    public Dictionary<string, string> EnvironmentOf(LocalSuite suite, LocalService service)
    {
        var name = NameOf(service);
        _wires[$"{Targets.Client}/{name}"].FarPort = service.GrpcPort;
        var environment = new Dictionary<string, string>();
        foreach (var wire in _wires.Where(wire => wire.Key.StartsWith(name + "/", StringComparison.Ordinal)).Select(wire => wire.Value))
        {
            switch (wire.Name[(name.Length + 1)..])
            {
                case Targets.Postgres:
                    wire.FarPort = suite.Postgres!.Port;
                    environment["SUITE_POSTGRES"] =
                        new NpgsqlConnectionStringBuilder(suite.PostgresConnectionString) { Port = wire.Port }.ConnectionString;
                    break;
                case Targets.Redis:
                    wire.FarPort = suite.Redis!.Port;
                    environment["SUITE_REDIS"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{wire.Port},password={suite.Redis.Password}");
                    break;
                case Targets.Mongo:
                    wire.FarPort = suite.Mongo!.Port;
                    environment["SUITE_MONGO"] = string.Create(CultureInfo.InvariantCulture, $"mongodb://127.0.0.1:{wire.Port}");
                    break;
                case Targets.Elasticsearch:
                    wire.FarPort = suite.Elasticsearch!.Port;
                    environment["SUITE_ELASTICSEARCH"] = Address(wire);
                    break;
                case Targets.Kafka:
                    environment["SUITE_KAFKA"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{wire.Port}");
                    break;
                case var callee:
                    // The first replica of one calls the first of the other, the second the second.
                    wire.FarPort = suite.Service(callee, service.Replica).GrpcPort;
                    environment[$"SUITE_{callee.ToUpperInvariant()}_ADDRESS"] = Address(wire);
                    break;
            }
        }

        return environment;
    }

    /// <summary>The name of a replica here, for example <c>order-1</c>.</summary>
    public static string NameOf(LocalService service) => string.Create(CultureInfo.InvariantCulture, $"{service.Name}-{service.Replica + 1}");

    /// <summary>Has all of them carry everything on.</summary>
    public void Mend()
    {
        foreach (var wire in All)
        {
            wire.Set(WireMode.Through);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var wire in All)
        {
            await wire.DisposeAsync();
        }
    }

    private static bool IsToStore(string wire) => wire[(wire.IndexOf('/', StringComparison.Ordinal) + 1)..]
        is Targets.Postgres or Targets.Redis or Targets.Kafka or Targets.Mongo;

    private static string Address(Wire wire) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{wire.Port}");
}
