using NUnit.Framework;
using Suite.Platform.Postgres;

namespace Suite.Tests.Unit.Telemetry;

public sealed class StatementNamesTests
{
    [TestCase("SELECT a, b FROM orders WHERE id = $1", "SELECT orders")]
    [TestCase("INSERT INTO inbox (message_id) SELECT id FROM unnest($1::uuid[]) AS id", "INSERT inbox")]
    [TestCase("WITH change AS (SELECT * FROM unnest($1::uuid[]) AS c (id)) UPDATE orders o SET state = 1 FROM change c", "UPDATE orders")]
    [TestCase("SELECT * FROM orders WHERE id = $1 FOR UPDATE", "SELECT orders")]
    [TestCase("SELECT * FROM orders ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED", "SELECT orders")]
    [TestCase("INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 1", "INSERT t")]
    [TestCase("DELETE FROM dead_letter WHERE id = $1", "DELETE dead_letter")]
    [TestCase("SELECT EXISTS (SELECT FROM dead_letter)", "SELECT dead_letter")]
    [TestCase("SET lock_timeout = '5s'", "SET")]
    [TestCase("SELECT 1", "SELECT")]
    [TestCase("", "SQL")]
    public void A_statement_is_called_by_what_it_does_to_which_table(string sql, string name) => Assert.That(StatementNames.Of(sql), Is.EqualTo(name));
}
