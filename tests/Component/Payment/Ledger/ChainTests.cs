using NUnit.Framework;
using Suite.Payments.Ledger;

namespace Suite.Tests.Component.Payments.Ledger;

/// <summary>Transactions are sealed once, in their turn, whoever commits when.</summary>
public sealed class ChainTests
{
    private PaymentDatabase _database = null!;

    private LedgerRoom Room => new(_database.DataSource);

    [SetUp]
    public async Task CreateDatabase() => _database = await PaymentDatabase.CreateAsync();

    [TearDown]
    public async Task DropDatabase() => await _database.DisposeAsync();

    [Test]
    public async Task A_ledger_as_it_was_written_verifies_and_what_is_not_sealed_yet_is_no_difference()
    {
        await PostAsync(300);
        Assert.That(await Room.Chain.SealAsync(CancellationToken.None), Is.EqualTo(300));
        Assert.That(await Room.Chain.SealAsync(CancellationToken.None), Is.Zero);
        await PostAsync(5);

        var result = await Room.VerifyAsync();

        Assert.That(result.Differences, Is.Empty);
        Assert.That((result.Transactions, result.Unsealed, result.Balances, result.Done), Is.EqualTo((305L, 5L, 2L, true)));
        Assert.That(await _database.ScalarAsync<long>("SELECT count(DISTINCT shard) FROM ledger_chain"), Is.EqualTo(16), "Chains are by shard.");
    }

    // The outbox met the same: a cursor on a sequence passes over what commits late with a lower number.
    [Test]
    public async Task A_transaction_that_commits_late_is_sealed_once_and_in_its_turn()
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await using var slow = await connection.BeginTransactionAsync();
        var late = Transaction();
        await Journal.AppendAsync([late], slow, CancellationToken.None);
        await PostAsync(50);
        Assert.That(await Room.Chain.SealAsync(CancellationToken.None), Is.EqualTo(50));
        await PostAsync(50);
        Assert.That(await Room.Chain.SealAsync(CancellationToken.None), Is.EqualTo(50));

        await slow.CommitAsync();
        await PostAsync(50);
        Assert.That(await Room.Chain.SealAsync(CancellationToken.None), Is.EqualTo(51));

        var result = await Room.VerifyAsync();
        Assert.That((result.Transactions, result.Unsealed, result.Differences.Count), Is.EqualTo((151L, 0L, 0)));
        var after = await _database.ScalarAsync<long>(
            """
            SELECT count(*) FROM ledger_chain c JOIN ledger_chain mine ON mine.transaction_id = $1 AND c.shard = mine.shard AND c.position < mine.position
            JOIN ledger_transactions t ON t.id = c.transaction_id AND t.sequence > (SELECT sequence FROM ledger_transactions WHERE id = $1)
            """,
            late.Id);
        Assert.That(after, Is.GreaterThan(0), "It has the lowest number and comes after what was sealed before it committed.");
    }

    [Test]
    public async Task Replicas_that_seal_while_others_write_seal_each_transaction_once()
    {
        using var written = new CancellationTokenSource();
        var sealers = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!written.IsCancellationRequested)
            {
                await Room.Chain.SealAsync(CancellationToken.None);
            }
        })).ToArray();

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => PostAsync(60)));
        await written.CancelAsync();
        await Task.WhenAll(sealers);
        await Room.Chain.SealAsync(CancellationToken.None);

        var result = await Room.VerifyAsync();
        Assert.That((result.Transactions, result.Unsealed, result.Differences.Count), Is.EqualTo((360L, 0L, 0)));
    }

    private static JournalTransaction Transaction() =>
        JournalTests.Transaction(JournalTests.Entry("a", 1, "EUR"), JournalTests.Entry("b", -1, "EUR"));

    /// <summary>Posts transactions of 1 cent, each in a database transaction of its own.</summary>
    private async Task PostAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await Room.AppendAsync(Transaction());
        }
    }
}
