using System.Globalization;
using Suite.Local;

namespace Suite.Bench;

/// <summary>How much is measured, and which parts.</summary>
internal sealed record BenchOptions
{
    public const string GetUser = "get-user";
    public const string Caches = "caches";
    public const string Tokens = "tokens";
    public const string CreateOrder = "create-order";
    public const string Import = "import";
    public const string Drain = "drain";
    public const string Chain = "chain";
    public const string Footprint = "footprint";
    public const string Scale = "scale";
    public const string Ledger = "ledger";
    public const string Overload = "overload";
    public const string Telemetry = "telemetry";
    public const string Documents = "documents";

    public const string Help =
        """
        Measures Suite on this machine, as ratios within one run, on servers of its own that are gone afterwards:
          --quick           a run of about a minute, to see that it works; its numbers mean little
          --only a,b        of get-user, caches, tokens, create-order, import, drain, overload, chain, footprint, scale, ledger, telemetry,
                            documents
          --orders N        how many orders there are in scale and documents; a million unless said
          --mock            the broker built into librdkafka, even where Apache Kafka is found
        Kafka is taken from KAFKA_HOME, MongoDB from the path, Elasticsearch from ELASTICSEARCH_HOME, Kafka and Elasticsearch else from ../shared. The table goes to stdout, progress to stderr, JSON to artifacts/bench.
        """;

    private static readonly string[] s_parts = [GetUser, Caches, Tokens, CreateOrder, Import, Drain, Overload, Chain, Footprint, Scale, Ledger, Telemetry, Documents];

    public bool IsQuick { get; private init; }

    public IReadOnlySet<string> Parts { get; private init; } = s_parts.ToHashSet();

    public bool UseMockKafka { get; private init; }

    /// <summary>How many orders there are in the end where it is measured whether their number matters.</summary>
    public long Orders => GivenOrders ?? (IsQuick ? 50_000 : 1_000_000);

    private long? GivenOrders { get; init; }

    /// <summary>How long to load what was just started before anything counts: the runtime compiles hot code again while it runs.</summary>
    public TimeSpan WarmUp => TimeSpan.FromSeconds(IsQuick ? 4 : 10);

    /// <summary>How long one measured window lasts.</summary>
    public TimeSpan Window => TimeSpan.FromSeconds(IsQuick ? 2 : 5);

    /// <summary>How many pairs of windows a ratio is made of.</summary>
    public int Rounds => IsQuick ? 1 : 5;

    /// <summary>How many orders go through the chain at once.</summary>
    public int ChainOrders => IsQuick ? 1_000 : 20_000;

    /// <summary>How often they do.</summary>
    public int ChainRounds => IsQuick ? 1 : 5;

    /// <summary>How many messages are drained at once.</summary>
    public int DrainMessages => IsQuick ? 10_000 : 200_000;

    /// <summary>How many records Kafka's own tools send and read; they need some time to be at their best.</summary>
    public int PerfRecords => IsQuick ? 100_000 : 2_000_000;

    /// <summary>How many orders are placed and watched one by one.</summary>
    public int Probes => IsQuick ? 50 : 500;

    /// <summary>How many users are read by rank.</summary>
    public int ManyUsers => IsQuick ? 10_000 : 100_000;

    /// <summary>How many entries the ledger is filled with.</summary>
    public int LedgerEntries => IsQuick ? 50_000 : 1_000_000;

    /// <summary>How long half of the top load is held.</summary>
    public TimeSpan HalfLoad => TimeSpan.FromSeconds(IsQuick ? 3 : 20);

    /// <summary>Null when help was asked for.</summary>
    /// <exception cref="SuiteLocalException">Something that is no option.</exception>
    public static BenchOptions? Parse(IReadOnlyList<string> arguments)
    {
        var options = new BenchOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = arguments[i].Split('=', 2) is [var left, var right] ? (left, right) : (arguments[i], null);
            switch (name)
            {
                case "--help" or "-h":
                    return null;
                case "--quick":
                    options = options with { IsQuick = true };
                    break;
                case "--mock":
                    options = options with { UseMockKafka = true };
                    break;
                case "--only":
                    value ??= ++i < arguments.Count ? arguments[i] : string.Empty;
                    options = options with { Parts = ParseParts(value) };
                    break;
                case "--orders":
                    value ??= ++i < arguments.Count ? arguments[i] : string.Empty;
                    options = options with { GivenOrders = ParseOrders(value) };
                    break;
                default:
                    throw new SuiteLocalException($"'{arguments[i]}' is no option here.\n{Help}");
            }
        }

        return options;
    }

    private static long ParseOrders(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var orders) && orders >= 10_000
        ? orders
        : throw new SuiteLocalException($"--orders takes a number of 10000 or more; not '{text}'.");

    private static HashSet<string> ParseParts(string text)
    {
        var parts = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet();
        return parts.Count > 0 && parts.IsSubsetOf(s_parts)
            ? parts
            : throw new SuiteLocalException($"--only takes some of {string.Join(", ", s_parts)}, with commas between them; not '{text}'.");
    }
}
