using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.Breaking;

/// <summary>Where PostgreSQL keeps the documents.</summary>
internal sealed class PostgresTimelineTests() : TimelineTests(Suites.BreakableAsync), IStoredTimelines
{
    protected override IStoredTimelines Stored => this;

    public Task LoseAsync(TestSuite suite) => suite.ExecuteAsync("order", "TRUNCATE timeline");

    public Task ForgeAsync(TestSuite suite, Guid order) =>
        suite.ExecuteAsync("order", $"UPDATE timeline SET entries = jsonb_set(entries, '{{o1-0,by}}', '\"somebody\"') WHERE owner = '{order}'");

    public Task<long> TextsAsync(TestSuite suite, string text) => suite.ScalarAsync<long>(
        "order",
        """
        SELECT count(*) FROM timeline
        WHERE entries::text LIKE '%' || $1 || '%' AND generation = (SELECT generation FROM projection_generation WHERE name = 'timelines' AND state = 2)
        """,
        text);

    public async Task SlowDownAsync(TestSuite suite)
    {
        await suite.ExecuteAsync("order", "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.002); RETURN NEW; END $$");
        await suite.ExecuteAsync("order", "CREATE TRIGGER slow BEFORE INSERT ON timeline FOR EACH ROW EXECUTE FUNCTION slow()");
    }

    public Task GoOnAsync(TestSuite suite) => suite.ExecuteAsync("order", "DROP FUNCTION slow() CASCADE");
}
