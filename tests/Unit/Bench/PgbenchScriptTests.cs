using System.Text.RegularExpressions;
using Suite.Bench.Pgbench;

namespace Suite.Tests.Unit.Bench;

internal sealed partial class PgbenchScriptTests
{
    private static readonly SampleOrder Sample = new(
        [1, 2], [3, 4], "EUR", 1998, "topic", "type", [5], null, null, null, "apiKeys/1", [new SampleLine("sku-1", 7, 2, 999, 1998, 1998)]);

    [Test]
    public void The_script_is_the_statement_with_an_expression_for_each_parameter()
    {
        var script = PgbenchScript.Make(Sample, [Guid.Empty]);

        Assert.That(script, Does.Not.Match(@"\$\d"));
        Assert.That(script, Does.Contain("INSERT INTO orders (").And.Contain("INSERT INTO outbox (").And.Contain("INSERT INTO idempotency ("));
        Assert.That(script, Does.Contain(@"ARRAY['sku-1']::text[]").And.Contain("ARRAY[1998]::bigint[]").And.Contain("decode('0304', 'hex')"));
        Assert.That(script.Split(';'), Has.Length.EqualTo(2), "one statement, so one transaction");
    }

    [Test]
    public void Every_variable_of_the_statement_is_drawn()
    {
        var script = PgbenchScript.Make(Sample, [Guid.Empty]);
        var drawn = Drawn().Matches(script).Select(m => m.Groups[1].Value);
        var used = Used().Matches(script).Select(m => m.Groups[1].Value).Distinct();

        Assert.That(used, Is.EquivalentTo(drawn));
    }

    [Test]
    public void What_pgbench_would_read_as_a_variable_is_refused() =>
        Assert.That(() => PgbenchScript.Make(Sample with { TraceState = "a:b" }, [Guid.Empty]), Throws.InvalidOperationException);

    [GeneratedRegex(@"^\\set (\w+)", RegexOptions.Multiline)]
    private static partial Regex Drawn();

    [GeneratedRegex(@"(?<!:):(\w+)")]
    private static partial Regex Used();
}
