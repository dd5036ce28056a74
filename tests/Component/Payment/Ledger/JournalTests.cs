using Npgsql;
using NUnit.Framework;
using Suite.Payments.Ledger;
using Suite.Platform.Monetary;
using Suite.Platform.Postgres;

namespace Suite.Tests.Component.Payments.Ledger;

/// <summary>What the database itself makes sure of, whoever writes.</summary>
public sealed class JournalTests : PaymentFixture
{
    private const string Columns = "transaction_id, line, account, pending, currency, debit_minor, credit_minor, sequence, effective_time, record_time";

    [Test]
    public async Task A_transaction_that_does_not_balance_is_refused()
    {
        await RefusedAsync("ledger_transaction_balances", Entry("a", 5, "EUR"), Entry("b", -4, "EUR"));
        await RefusedAsync("ledger_transaction_balances", Entry("a", 5, "EUR"), Entry("b", -5, "USD"));
        await RefusedAsync("ledger_transaction_balances", Entry("a", 5, "EUR"), Entry("b", -5, "EUR", isPending: true));
        await RefusedAsync("ledger_transaction_balances", Entry("a", long.MaxValue, "EUR"), Entry("b", -long.MaxValue + 1, "EUR"));
    }

    [Test]
    public async Task One_transaction_of_a_batch_does_not_make_up_for_another()
    {
        var (one, two) = (Transaction(Entry("a", 5, "EUR"), Entry("b", -4, "EUR")), Transaction(Entry("a", 4, "EUR"), Entry("b", -5, "EUR")));

        var refused = await Assert.ThrowsAsync<PostgresException>(() => AppendAsync(one, two));

        Assert.That(refused!.ConstraintName, Is.EqualTo("ledger_transaction_balances"));
    }

    [Test]
    public async Task An_entry_of_nothing_or_of_both_sides_is_refused()
    {
        Assert.That((await InsertRefusedAsync("0, 0")).ConstraintName, Is.EqualTo("ledger_entry_is_debit_or_credit"));
        Assert.That((await InsertRefusedAsync("5, 5")).ConstraintName, Is.EqualTo("ledger_entry_is_debit_or_credit"));
        Assert.That((await InsertRefusedAsync("-5, 0")).ConstraintName, Does.Contain("debit_minor_check"));
    }

    [Test]
    public async Task Entries_are_not_added_to_a_transaction_of_before()
    {
        var transaction = Transaction(Entry("a", 5, "EUR"), Entry("b", -5, "EUR"));
        await AppendAsync(transaction);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => Database.ExecuteAsync(
            $"""
            INSERT INTO ledger_entries ({Columns})
            SELECT transaction_id, line + 2, account, pending, currency, debit_minor, credit_minor, sequence, effective_time, record_time
            FROM ledger_entries WHERE transaction_id = '{transaction.Id}'
            """));

        Assert.That(refused!.ConstraintName, Is.EqualTo("ledger_entries_come_with_transaction"));
    }

    [TestCase("UPDATE ledger_entries SET debit_minor = debit_minor + 1")]
    [TestCase("DELETE FROM ledger_entries")]
    [TestCase("TRUNCATE ledger_entries")]
    [TestCase("UPDATE ledger_transactions SET effective_time = now()")]
    [TestCase("DELETE FROM ledger_transactions")]
    [TestCase("TRUNCATE ledger_transactions CASCADE")]
    [TestCase("UPDATE ledger_chain SET hash = hash")]
    [TestCase("DELETE FROM ledger_chain")]
    [TestCase("TRUNCATE ledger_chain")]
    [TestCase("UPDATE ledger_balances SET posted_debit = posted_debit + 1")]
    [TestCase("DELETE FROM ledger_balances")]
    [TestCase("TRUNCATE ledger_balances")]
    [TestCase("INSERT INTO ledger_balances VALUES ('a', 'EUR', 3, 0, 0, 1, 0)")]
    public async Task What_is_written_is_never_changed_or_removed(string sql)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => Database.ExecuteAsync(sql));
        Assert.That(refused!.MessageText, Does.Contain("immutable"));
    }

    // blnk 41 and 182: a hold was settled twice, by the commit and by the expiry, since each was a posting of its own.
    [Test]
    public async Task A_business_step_posts_once_whoever_comes_second()
    {
        var account = $"test/{Guid.NewGuid()}";
        var first = Transaction(Entry(account, 5, "EUR"), Entry("b", -5, "EUR"));
        var second = first with { Id = Guid.CreateVersion7() };
        var other = Transaction(Entry(account, 7, "EUR"), Entry("b", -7, "EUR"));

        Assert.That(await AppendAsync(first, first with { Id = Guid.CreateVersion7() }), Has.Count.EqualTo(1));
        Assert.That(await AppendAsync(second, other), Is.EqualTo(new[] { other.Id }));
        var twenty = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AppendAsync(second with { Id = Guid.CreateVersion7() })));

        Assert.That(twenty, Has.All.Empty);
        Assert.That(await PostedAsync(account), Is.EqualTo(12m));
        Assert.That(await Database.ScalarAsync<long>("SELECT count(*) FROM ledger_entries WHERE account = $1", account), Is.EqualTo(2));
    }

    // blnk 203: the balance was written apart from the entry, and a crash between them left it wrong for good.
    [Test]
    public async Task Balances_and_entries_commit_together_or_not_at_all()
    {
        var account = $"test/{Guid.NewGuid()}";
        await using (var connection = await Database.DataSource.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await Journal.AppendAsync([Transaction(Entry(account, 5, "EUR"), Entry("b", -5, "EUR"))], transaction, CancellationToken.None);
            await transaction.RollbackAsync();
        }

        Assert.That(await PostedAsync(account), Is.Zero);
        Assert.That(await Database.ScalarAsync<long>("SELECT count(*) FROM ledger_entries WHERE account = $1", account), Is.Zero);
    }

    // blnk 276 and ledger 764: one row a busy account makes its writers stand in line.
    [Test]
    public async Task Transactions_that_are_open_on_the_same_account_do_not_wait_for_each_other()
    {
        var account = $"test/{Guid.NewGuid()}";
        await AppendAsync(Transaction(Entry(account, 1, "EUR"), Entry("b", -1, "EUR")));
        var open = new List<(NpgsqlConnection Connection, NpgsqlTransaction Transaction)>();
        for (var i = 0; i < 16; i++)
        {
            var connection = await Database.DataSource.OpenConnectionAsync();
            var transaction = await connection.BeginTransactionAsync();
            await new NpgsqlCommand("SET LOCAL lock_timeout = '20ms'", connection, transaction).ExecuteNonQueryAsync();
            await Journal.AppendAsync([Transaction(Entry(account, 1, "EUR"), Entry("b", -1, "EUR"))], transaction, CancellationToken.None);
            open.Add((connection, transaction));
        }

        foreach (var (connection, transaction) in open)
        {
            await transaction.CommitAsync();
            await connection.DisposeAsync();
        }

        Assert.That(await PostedAsync(account), Is.EqualTo(17m));
    }

    [Test]
    public async Task Balances_past_64_bits_are_exact()
    {
        var account = $"test/{Guid.NewGuid()}";

        for (var i = 0; i < 3; i++)
        {
            await AppendAsync(Transaction(Entry(account, long.MaxValue, "JPY"), Entry("b", -long.MaxValue, "JPY")));
        }

        Assert.That(await PostedAsync(account), Is.EqualTo(3m * long.MaxValue));
    }

    // Writers in any order, in transactions that fail now and then: what is left is what the entries say.
    [Test]
    public async Task After_a_storm_each_balance_is_the_fold_of_its_entries()
    {
        var random = new Random(7);
        string[] accounts = [.. Enumerable.Range(0, 6).Select(i => $"storm/{i}")];
        var batches = Enumerable.Range(0, 60).Select(_ => Enumerable.Range(0, random.Next(1, 8)).Select(_ =>
        {
            var currency = random.Next(3) switch { 0 => "JPY", 1 => "EUR", _ => "KWD" };
            var amount = random.NextInt64(1, random.Next(10) == 0 ? long.MaxValue / 2 : 1000);
            return Transaction(
                Entry(accounts[random.Next(6)], amount, currency, random.Next(3) == 0), Entry(accounts[random.Next(6)], -amount, currency));
        }).Select(t => t with { Entries = [t.Entries[0], t.Entries[1] with { IsPending = t.Entries[0].IsPending }] }).ToArray()).ToArray();

        await Task.WhenAll(batches.Chunk(6).Select(async (chunk, n) =>
        {
            foreach (var batch in chunk)
            {
                await using var connection = await Database.DataSource.OpenConnectionAsync();
                await using var transaction = await connection.BeginTransactionAsync();
                await Journal.AppendAsync(batch, transaction, CancellationToken.None);
                await ((n + batch.Length) % 5 == 0 ? transaction.RollbackAsync() : transaction.CommitAsync());
            }
        }));

        Assert.That(
            await Database.ScalarAsync<long>("SELECT count(*) FROM ledger_entries WHERE account LIKE 'storm/%'"), Is.GreaterThan(100));
        Assert.That(
            await Database.ColumnAsync<string>(
                """
                SELECT coalesce(e.account, b.account) FROM (
                    SELECT account, currency, sum(debit_minor) FILTER (WHERE pending), sum(credit_minor) FILTER (WHERE pending),
                        sum(debit_minor) FILTER (WHERE NOT pending), sum(credit_minor) FILTER (WHERE NOT pending)
                    FROM ledger_entries GROUP BY 1, 2
                ) e (account, currency, pd, pc, d, c)
                FULL JOIN (
                    SELECT account, currency, sum(pending_debit), sum(pending_credit), sum(posted_debit), sum(posted_credit)
                    FROM ledger_balances GROUP BY 1, 2
                ) b (account, currency, pd, pc, d, c) USING (account, currency)
                WHERE (coalesce(e.pd, 0), coalesce(e.pc, 0), coalesce(e.d, 0), coalesce(e.c, 0)) IS DISTINCT FROM (b.pd, b.pc, b.d, b.c)
                """),
            Is.Empty);
    }

    internal static JournalEntry Entry(string account, long minor, string currency, bool isPending = false) =>
        new(account, minor > 0, new MoneyAmount(Math.Abs(minor), currency), isPending);

    internal static JournalTransaction Transaction(params JournalEntry[] entries) =>
        new($"test/{Guid.NewGuid()}", PostingTemplates.Manual, string.Empty, DateTimeOffset.UtcNow, entries);

    private Task<IReadOnlySet<Guid>> AppendAsync(params JournalTransaction[] transactions) => Database.DataSource.InTransactionAsync(
        (transaction, token) => Journal.AppendAsync(transactions, transaction, token), CancellationToken.None);

    private async Task RefusedAsync(string constraint, params JournalEntry[] entries)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => AppendAsync(Transaction(entries)));
        Assert.That(refused!.ConstraintName, Is.EqualTo(constraint));
    }

    private async Task<PostgresException> InsertRefusedAsync(string sides) => (await Assert.ThrowsAsync<PostgresException>(() => Database.ExecuteAsync(
        $"INSERT INTO ledger_entries ({Columns}) VALUES (gen_random_uuid(), 1, 'a', false, 'EUR', {sides}, 1, now(), now())")))!;

    /// <summary>Posted debits less credits.</summary>
    private Task<decimal> PostedAsync(string account) => Database.ScalarAsync<decimal>(
        "SELECT coalesce(sum(posted_debit - posted_credit), 0) FROM ledger_balances WHERE account = $1", account);
}
