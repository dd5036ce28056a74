namespace Suite.Faults.Plan;

/// <summary>What there is to break: two replicas of each service, the stores, every wire, and the provider's tokens.</summary>
internal static class Targets
{
    public const string Postgres = "postgres";
    public const string Redis = "redis";
    public const string Kafka = "kafka";
    public const string Mongo = "mongo";
    public const string Elasticsearch = "elasticsearch";
    public const string Client = "client";

    /// <summary>How many replicas each service has.</summary>
    public const int Replicas = 2;

    private static readonly Dictionary<string, string[]> s_calls = new()
    {
        ["user"] = [Postgres, Redis, Kafka, "order"],
        ["order"] = [Postgres, Redis, Kafka, Mongo, Elasticsearch, "user", "payment"],
        ["payment"] = [Postgres, Kafka, "user", "order"],
    };

    /// <summary>Stores of documents, which can be made anew.</summary>
    public static IReadOnlyList<string> DocumentStores { get; } = [Mongo, Elasticsearch];

    /// <summary>The services.</summary>
    public static IReadOnlyList<string> Services { get; } = ["user", "order", "payment"];

    /// <summary>Every replica, for example <c>order-1</c>.</summary>
    public static IReadOnlyList<string> AllReplicas { get; } =
        [.. Services.SelectMany(service => Enumerable.Range(1, Replicas).Select(replica => $"{service}-{replica}"))];

    /// <summary>Payment methods with which the provider or its webhooks misbehave.</summary>
    public static IReadOnlyList<string> Tokens { get; } =
    [
        "tok_timeout", "tok_flaky", "tok_slow", "tok_visa+capture_timeout", "tok_visa+capture_flaky", "tok_visa+void_timeout", "tok_visa+void_flaky",
        "tok_visa+refund_timeout", "tok_visa+refund_flaky", "tok_webhook_doubled", "tok_webhook_reordered", "tok_webhook_lost", "tok_webhook_first",
    ];

    /// <summary>Every wire: from a replica to a store or to another service, and from clients to a replica.</summary>
    /// <param name="present">What there is; the broker built into librdkafka names its own address, and has no wires.</param>
    public static IReadOnlyList<string> Wires(Present present) =>
    [
        .. AllReplicas.SelectMany(replica => s_calls[ServiceOf(replica)].Where(callee => Has(present, callee)).Select(callee => $"{replica}/{callee}")),
        .. AllReplicas.Select(replica => $"{Client}/{replica}"),
    ];

    /// <summary>What a kind of fault can be done to.</summary>
    /// <param name="kind">One of <see cref="FaultKind"/>.</param>
    /// <param name="present">What there is.</param>
    public static IReadOnlyList<string> Of(string kind, Present present) => kind switch
    {
        FaultKind.Kill => [.. AllReplicas, Postgres, Kafka, Redis, .. DocumentStores.Where(store => Has(present, store))],
        FaultKind.Terminate => [.. AllReplicas, Postgres, .. present.RealKafka ? new[] { Kafka } : []],
        FaultKind.Pause => AllReplicas,
        FaultKind.Flush => [Redis],
        FaultKind.Skew => [.. AllReplicas.Where(replica => ServiceOf(replica) is "order" or "payment")],
        FaultKind.Provider => Tokens,
        _ when FaultKind.OfWires.Contains(kind) => Wires(present),
        _ => throw new ArgumentException($"'{kind}' is no kind of fault.", nameof(kind)),
    };

    /// <summary>The service of a replica: <c>order</c> of <c>order-1</c>.</summary>
    public static string ServiceOf(string replica) => replica[..replica.IndexOf('-', StringComparison.Ordinal)];

    /// <summary>The replica's number from 0: 0 of <c>order-1</c>.</summary>
    public static int IndexOf(string replica) => replica[^1] - '1';

    /// <summary>Whether it is a replica of a service.</summary>
    public static bool IsReplica(string target) => AllReplicas.Contains(target);

    private static bool Has(Present present, string callee) => callee switch
    {
        Kafka => present.RealKafka,
        Mongo => present.Mongo,
        Elasticsearch => present.Elasticsearch,
        _ => true,
    };
}
