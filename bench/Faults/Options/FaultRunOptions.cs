using System.Globalization;
using System.Security.Cryptography;
using Suite.Faults.Plan;
using Suite.Local;
using Suite.Local.Mongo;
using Suite.Tests;

namespace Suite.Faults.Options;

/// <summary>What is asked of a run.</summary>
internal sealed record FaultRunOptions
{
    public const string Help =
        """
        Runs Suite as real processes, two replicas of each service, under load and faults, on servers of its own that are gone afterwards:
          --minutes N       how long faults go on: 10; parts of a minute are fine (1.5)
          --seed S          the seed of plan and load, a whole number; another one each time when not given
          --clients N       how many clients call at once: 6
          --drain SECONDS   how long everything may take to come to rest after the last fault: 120
          --only a,b        only these kinds of faults, of kill, pause, terminate, flush, skew, cut, refuse, slow, stall, lose-replies, provider;
                            'none' for a run without faults
          --mock            the broker built into librdkafka, even where Apache Kafka is found
          --no-documents    PostgreSQL keeps all documents, even where MongoDB and Elasticsearch are found
          --keep            keep the data and the logs of servers and services, also when nothing is found
        Kafka is taken from KAFKA_HOME, else from ../shared, else it is the broker built into librdkafka; MongoDB from the path and
        Elasticsearch from ELASTICSEARCH_HOME or ../shared, else PostgreSQL keeps documents. The report is artifacts/faults/SEED/report.md. Exit code: 0 nothing found, 1 violations, 2 the run could not be made.
        """;

    /// <summary>How long faults go on.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromMinutes(10);

    public required long Seed { get; init; }

    public bool IsSeedGiven { get; init; }

    public int Clients { get; init; } = 6;

    /// <summary>How long everything may take to come to rest.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(120);

    public IReadOnlySet<string> Kinds { get; init; } = FaultKind.All.ToHashSet();

    public bool Keep { get; init; }

    /// <summary>Which servers there are.</summary>
    public required Present Present { get; init; }

    /// <summary>Where Apache Kafka lies; null for the broker built into librdkafka.</summary>
    public string? KafkaHome => Present.RealKafka ? SharedServers.KafkaHome : null;

    /// <summary>Null when help was asked for.</summary>
    /// <exception cref="SuiteLocalException">Something that is no option, or no value of one.</exception>
    public static FaultRunOptions? Parse(IReadOnlyList<string> arguments)
    {
        // Small enough to be typed.
        var options = new FaultRunOptions
        {
            Seed = RandomNumberGenerator.GetInt32(1, 1_000_000_000),
            Present = new Present(SharedServers.KafkaHome is not null, MongoServer.OnPath() is not null, SharedServers.HasElasticsearch),
        };
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = arguments[i].Split('=', 2) is [var left, var right] ? (left, right) : (arguments[i], null);
            switch (name)
            {
                case "--help" or "-h":
                    return null;
                case "--keep" when value is null:
                    options = options with { Keep = true };
                    break;
                case "--mock" when value is null:
                    options = options with { Present = options.Present with { RealKafka = false } };
                    break;
                case "--no-documents" when value is null:
                    options = options with { Present = options.Present with { Mongo = false, Elasticsearch = false } };
                    break;
                case "--minutes":
                    options = options with { Length = TimeSpan.FromMinutes(Number(name, Value(), 0.25, 24 * 60)) };
                    break;
                case "--seed":
                    options = options with { Seed = Whole(name, Value(), 0, long.MaxValue), IsSeedGiven = true };
                    break;
                case "--clients":
                    options = options with { Clients = (int)Whole(name, Value(), 1, 64) };
                    break;
                case "--drain":
                    options = options with { Drain = TimeSpan.FromSeconds(Whole(name, Value(), 5, 3600)) };
                    break;
                case "--only":
                    options = options with { Kinds = ParseKinds(Value()) };
                    break;
                default:
                    throw new SuiteLocalException($"'{arguments[i]}' is no option here.\n{Help}");
            }

            string Value() => value ?? (i + 1 < arguments.Count ? arguments[++i] : throw new SuiteLocalException($"{name} needs a value.\n{Help}"));
        }

        return options;
    }

    /// <summary>What the run is made of, for its first lines and its report.</summary>
    public IReadOnlyDictionary<string, string> Describe(FaultPlan plan) => new Dictionary<string, string>
    {
        ["seed"] = Seed.ToString(CultureInfo.InvariantCulture),
        ["minutes"] = Length.TotalMinutes.ToString("0.##", CultureInfo.InvariantCulture),
        ["clients"] = Clients.ToString(CultureInfo.InvariantCulture),
        ["drain"] = Drain.TotalSeconds.ToString("0", CultureInfo.InvariantCulture) + " s",
        ["kinds"] = Kinds.Count == 0 ? "none" : string.Join(",", FaultKind.All.Where(Kinds.Contains)),
        ["broker"] = Present.RealKafka ? "Apache Kafka" : "built into librdkafka",
        ["stories in"] = Present.Mongo ? "MongoDB" : "PostgreSQL",
        ["search in"] = Present.Elasticsearch ? "Elasticsearch" : "PostgreSQL",
        ["planned faults"] = plan.Faults.Count.ToString(CultureInfo.InvariantCulture),
    };

    private static double Number(string name, string text, double least, double most) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new SuiteLocalException(string.Create(CultureInfo.InvariantCulture, $"{name} takes a number from {least} to {most}, not '{text}'."));

    private static long Whole(string name, string text, long least, long most) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new SuiteLocalException(string.Create(CultureInfo.InvariantCulture, $"{name} takes a whole number from {least} to {most}, not '{text}'."));

    private static HashSet<string> ParseKinds(string text)
    {
        if (text == "none")
        {
            return [];
        }

        var kinds = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet();
        return kinds.Count > 0 && kinds.IsSubsetOf(FaultKind.All)
            ? kinds
            : throw new SuiteLocalException($"--only takes some of {string.Join(", ", FaultKind.All)}, with commas between them, or none; not '{text}'.");
    }
}
