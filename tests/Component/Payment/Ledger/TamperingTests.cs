using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Ledger;

namespace Suite.Tests.Component.Payments.Ledger;

/// <summary>What was tampered with is found, and named. Each test looks from within a transaction that it rolls back.</summary>
public sealed class TamperingTests
{
    private PaymentDatabase _database = null!;
    private Guid _victim;

    [OneTimeSetUp]
    public async Task PostAndSeal()
    {
        _database = await PaymentDatabase.CreateAsync();
        var room = new LedgerRoom(_database.DataSource);
        for (var i = 0; i < 8; i++)
        {
            await room.AppendAsync([.. Enumerable.Range(0, 5).Select(_ => JournalTests.Transaction(
                JournalTests.Entry("a", 1, "EUR"), JournalTests.Entry("b", -1, "EUR")))]);
        }

        // One in the chain that is cut, so that it has an end.
        while (await _database.ScalarAsync<long>("SELECT count(*) FROM ledger_transactions WHERE shard = 3") == 0)
        {
            await room.AppendAsync(JournalTests.Transaction(JournalTests.Entry("c", 1, "EUR"), JournalTests.Entry("d", -1, "EUR")));
        }

        await room.Chain.SealAsync(CancellationToken.None);
        Assert.That((await room.VerifyAsync()).Differences, Is.Empty);
        _victim = await _database.ScalarAsync<Guid>("SELECT id FROM ledger_transactions ORDER BY sequence OFFSET 20 LIMIT 1");
    }

    [OneTimeTearDown]
    public async Task DropDatabase() => await _database.DisposeAsync();

    [TestCase("UPDATE ledger_entries SET debit_minor = debit_minor + 1 WHERE transaction_id = $1 AND line = 1", "chain")]
    [TestCase("UPDATE ledger_entries SET account = 'mine' WHERE transaction_id = $1 AND line = 2", "chain")]
    [TestCase("UPDATE ledger_entries SET effective_time = effective_time - interval '1 day' WHERE transaction_id = $1", "chain")]
    [TestCase("DELETE FROM ledger_entries WHERE transaction_id = $1", "chain")]
    [TestCase("UPDATE ledger_transactions SET description = 'another' WHERE id = $1", "chain")]
    [TestCase("UPDATE ledger_chain SET hash = sha256('x') WHERE transaction_id = $1", "chain")]
    [TestCase("DELETE FROM ledger_transactions WHERE id = $1", "transaction")]
    [TestCase("DELETE FROM ledger_chain WHERE transaction_id = $1", "transaction")]
    [TestCase("UPDATE ledger_entries SET debit_minor = debit_minor + 1 WHERE transaction_id = $1 AND line = 1", "transaction")]
    public async Task What_was_changed_is_named(string tampering, string kind)
    {
        var result = await TamperAndVerifyAsync(tampering);

        var difference = result.Differences.Single(d => d.Kind == kind);
        Assert.That(difference.Resource, Is.EqualTo($"transactions/{_victim}"));
        Assert.That(difference.Description, Is.Not.Empty);
    }

    [Test]
    public async Task Both_sides_of_a_transaction_changed_alike_still_break_the_chain_and_the_balances()
    {
        var result = await TamperAndVerifyAsync(
            """
            UPDATE ledger_entries SET debit_minor = CASE debit_minor WHEN 0 THEN 0 ELSE 9 END, credit_minor = CASE credit_minor WHEN 0 THEN 0 ELSE 9 END
            WHERE transaction_id = $1
            """);

        Assert.That(result.Differences.Select(d => (d.Kind, d.Resource)), Is.EqualTo(new[]
        {
            ("chain", $"transactions/{_victim}"), ("balance", "accounts/a"),
        }));
        Assert.That(result.Differences[1].Description, Does.Contain("the entries say 0 0 48 0, the balance says 0 0 40 0"));
    }

    [Test]
    public async Task A_balance_that_was_changed_is_named()
    {
        var result = await TamperAndVerifyAsync("UPDATE ledger_balances SET posted_credit = posted_credit + 1 WHERE account = 'b'");

        Assert.That(result.Differences.Select(d => (d.Kind, d.Resource)), Is.EqualTo(new[] { ("balance", "accounts/b") }));
    }

    [Test]
    public async Task A_chain_that_was_cut_at_its_end_is_noticed()
    {
        var result = await TamperAndVerifyAsync(
            "DELETE FROM ledger_chain WHERE shard = 3 AND position = (SELECT max(position) FROM ledger_chain WHERE shard = 3)");

        Assert.That(result.Differences.Single(d => d.Kind == "chain").Resource, Is.EqualTo("chains/3"));
    }

    [Test]
    public async Task A_transaction_of_a_payment_that_does_not_exist_is_named()
    {
        var source = $"payments/{Guid.NewGuid()}/steps/{Guid.NewGuid()}";
        var result = await TamperAndVerifyAsync(
            $"UPDATE ledger_transactions SET source = '{source}', key = '{source}/capture' WHERE id = $1");

        Assert.That(result.Differences.Select(d => d.Kind), Is.EqualTo(new[] { "chain", "source" }));
        Assert.That(result.Differences[1].Resource, Is.EqualTo($"transactions/{_victim}"));
    }

    /// <summary>Changes what nobody can change, as a superuser who turns the triggers off; $1 is the victim.</summary>
    private async Task<VerifyLedgerResponse> TamperAndVerifyAsync(string sql)
    {
        var connection = await _database.DataSource.OpenConnectionAsync();
        await using var snapshot = new LedgerSnapshot(connection, await connection.BeginTransactionAsync());
        await snapshot.Command("SET LOCAL session_replication_role = replica").ExecuteNonQueryAsync();
        await using var command = sql.Contains("$1", StringComparison.Ordinal) ? snapshot.Command(sql, _victim) : snapshot.Command(sql);
        Assert.That(await command.ExecuteNonQueryAsync(), Is.GreaterThan(0));
        return await new VerifyLedger(_database.DataSource, NullLogger<VerifyLedger>.Instance).RunAsync(snapshot, CancellationToken.None).LastAsync();
    }
}
