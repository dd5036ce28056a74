using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.Breaking;

/// <summary>Where PostgreSQL finds orders.</summary>
internal sealed class PostgresSearchTests() : SearchTests(Suites.BreakableAsync)
{
    protected override Task LoseAsync() => Suite.ExecuteAsync("order", "TRUNCATE order_search");
}
