using System.Text;
using Npgsql;
using Suite.Local.Keys;
using Suite.Local.Observe;

namespace Suite.Local.Commands;

/// <summary>The table of what listens where, and the same for programs in <c>endpoints.env</c>.</summary>
internal static class Endpoints
{
    public static string Table(LocalSuite suite, Observation? observation = null)
    {
        List<(string What, string Where, string For)> rows = [];
        foreach (var service in suite.Services)
        {
            rows.Add((service.Title, service.GrpcAddress, "gRPC, reflection, health"));
            rows.Add((string.Empty, service.HttpAddress, "HTTP/JSON, /livez, /readyz, /metrics"));
        }

        var postgres = new NpgsqlConnectionStringBuilder(suite.PostgresConnectionString);
        rows.Add(("postgres", $"{postgres.Host}:{postgres.Port}", "suite_user, suite_order, suite_payment"));
        rows.Add(suite.Redis is { } redis
            ? ("redis", $"127.0.0.1:{redis.Port}", "caches, locks, counters")
            : ("redis", "elsewhere", "named by SUITE_REDIS"));
        if (suite.MongoConnectionString is not null)
        {
            rows.Add(suite.Mongo is { } mongo
                ? ("mongo", $"127.0.0.1:{mongo.Port}", "stories of orders; no password")
                : ("mongo", "elsewhere", "named by SUITE_MONGO"));
        }

        if (suite.ElasticsearchAddress is not null)
        {
            rows.Add(suite.Elasticsearch is { } elasticsearch
                ? ("elastic", $"127.0.0.1:{elasticsearch.Port}", "finds orders; no password")
                : ("elastic", "elsewhere", "named by SUITE_ELASTICSEARCH"));
        }

        rows.Add(("kafka", suite.KafkaBootstrapServers, suite.Kafka?.Kind ?? "named by SUITE_KAFKA"));
        if (observation?.PrometheusAddress is { } prometheus)
        {
            rows.Add(("prometheus", prometheus, "metrics, rules, alerts"));
        }

        if (observation?.JaegerAddress is { } jaeger)
        {
            rows.Add(("jaeger", jaeger, "traces"));
        }

        var text = new StringBuilder();
        foreach (var (what, where, purpose) in rows)
        {
            text.AppendLine($"  {what,-10} {where,-24} {purpose}");
        }

        return text.ToString();
    }

    /// <summary>
    /// Writes the addresses for a shell to source. The stores go by the names that their own tools read (<c>PGHOST</c>, …): under
    /// <c>SUITE_POSTGRES</c> the next run would take them for a server of somebody else's. Only the owner may read it.
    /// </summary>
    public static void Write(string file, LocalSuite suite)
    {
        var lines = new List<string> { "# Written by ./build.sh run while it runs:  set -a; . .suite/endpoints.env; set +a" };
        lines.AddRange(suite.ClientEnvironment.Select(pair => $"{pair.Key}={Quoted(pair.Value)}"));
        lines.AddRange(suite.Services.Where(s => s.Replica == 0).Select(s => $"SUITE_{s.Name.ToUpperInvariant()}_HTTP_ADDRESS={s.HttpAddress}"));
        lines.Add($"KAFKA_BOOTSTRAP_SERVERS={suite.KafkaBootstrapServers}");
        if (suite.Postgres is not null)
        {
            var postgres = new NpgsqlConnectionStringBuilder(suite.PostgresConnectionString);
            lines.AddRange([$"PGHOST={postgres.Host}", $"PGPORT={postgres.Port}", $"PGUSER={postgres.Username}", $"PGPASSWORD={postgres.Password}"]);
        }

        if (suite.Redis is { } redis)
        {
            lines.AddRange([$"REDIS_PORT={redis.Port}", $"REDISCLI_AUTH={redis.Password}"]);
        }

        OwnerFile.Write(file, string.Concat(lines.Select(line => line + "\n")));
    }

    // A path may hold what a shell would take for something else.
    private static string Quoted(string value) => value.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or ':' or '-' or '_')
        ? value
        : $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
