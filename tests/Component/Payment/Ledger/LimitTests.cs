using Npgsql;
using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Payments.Ledger;
using Suite.Platform.Errors;

namespace Suite.Tests.Component.Payments.Ledger;

/// <summary>Accounts that must not be overdrawn, and the others, which nobody waits for.</summary>
public sealed class LimitTests : PaymentFixture
{
    private LedgerRoom Room => new(Database.DataSource);

    [Test]
    public async Task Fifty_writers_at_once_take_what_is_there_and_nothing_more()
    {
        var account = $"wallets/{Guid.NewGuid()}";
        await Room.PostAsync(("cash", 20_00, "EUR"), (account, -20_00, "EUR"));
        await Room.LimitAsync(account);

        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            try
            {
                await Room.PostAsync((account, 1_00, "EUR"), ("cash", -1_00, "EUR"));
                return true;
            }
            catch (DomainException e) when (e.Reason == ErrorReason.AccountLimitExceeded)
            {
                Assert.That(e.Details["account"], Is.EqualTo($"accounts/{account}"));
                return false;
            }
        }));

        Assert.That(results.Count(ok => ok), Is.EqualTo(20));
        Assert.That(await Room.PostedAsync(account), Is.Zero);
    }

    [Test]
    public async Task A_limit_is_of_each_currency_and_of_what_is_posted()
    {
        var account = $"wallets/{Guid.NewGuid()}";
        await Room.PostAsync(("cash", 5, "EUR"), (account, -5, "EUR"));
        await Room.LimitAsync(account);

        await RefusedAsync((account, 5, "USD"), ("cash", -5, "USD"));
        await Room.AppendAsync(JournalTests.Transaction(
            JournalTests.Entry(account, 50, "EUR", isPending: true), JournalTests.Entry("cash", -50, "EUR", isPending: true)));
        await RefusedAsync((account, 6, "EUR"), ("cash", -6, "EUR"));
        await Room.PostAsync((account, 5, "EUR"), ("cash", -5, "EUR"));

        Assert.That(await Room.PostedAsync(account), Is.Zero);
    }

    [Test]
    public async Task An_account_that_is_overdrawn_takes_no_limit_and_one_may_be_lifted()
    {
        var account = $"wallets/{Guid.NewGuid()}";
        await Room.PostAsync((account, 5, "EUR"), ("cash", -5, "EUR"));

        var refused = await Assert.ThrowsAsync<DomainException>(() => Room.LimitAsync(account));
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.AccountLimitExceeded));
        Assert.That((await Room.AccountAsync(account)).NoOverdraft, Is.False, "A refusal changes nothing.");

        await Room.PostAsync(("cash", 9, "EUR"), (account, -9, "EUR"));
        Assert.That((await Room.LimitAsync(account)).NoOverdraft, Is.True);
        await RefusedAsync((account, 5, "EUR"), ("cash", -5, "EUR"));
        await Room.LimitAsync(account, noOverdraft: false);
        await Room.PostAsync((account, 5, "EUR"), ("cash", -5, "EUR"));
        Assert.That(await Room.PostedAsync(account), Is.EqualTo(-1));
    }

    [Test]
    public async Task Setting_a_limit_waits_for_those_who_are_posting_and_sees_what_they_wrote()
    {
        var account = $"wallets/{Guid.NewGuid()}";
        await Room.PostAsync(("cash", 5, "EUR"), (account, -5, "EUR"));
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Journal.AppendAsync(
            [JournalTests.Transaction(JournalTests.Entry(account, 9, "EUR"), JournalTests.Entry("cash", -9, "EUR"))], transaction, CancellationToken.None);

        var limit = Room.LimitAsync(account);
        await UntilAsync(
            async () => await Database.ScalarAsync<long>(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'ledger_entries'::regclass") == 1,
            "the limit waits");
        await transaction.CommitAsync();

        var refused = await Assert.ThrowsAsync<DomainException>(() => limit);
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.AccountLimitExceeded));
    }

    [TestCase("holds")]
    [TestCase("revenue")]
    [TestCase("refunds")]
    [TestCase("providers/simulator/clearing")]
    [TestCase("customers/0197c1f0-5b3e-7c3a-9d1e-2f4a6b8c0d1e/receivable")]
    [TestCase("disputes/open")]
    public async Task What_a_provider_did_is_recorded_so_that_accounts_of_payments_take_no_limit(string account)
    {
        var refused = await Assert.ThrowsAsync<DomainException>(() => Room.LimitAsync(account));
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.InvalidRequest));
    }

    [Test]
    public async Task A_limit_is_kept_at_READ_COMMITTED_alone_so_that_another_level_is_refused_and_not_fooled()
    {
        var account = $"wallets/{Guid.NewGuid()}";
        await Room.PostAsync(("cash", 5, "EUR"), (account, -5, "EUR"));
        await Room.LimitAsync(account);
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => Journal.AppendAsync(
            [JournalTests.Transaction(JournalTests.Entry(account, 1, "EUR"), JournalTests.Entry("cash", -1, "EUR"))], transaction, CancellationToken.None));

        Assert.That(refused!.SqlState, Is.EqualTo(PostgresErrorCodes.FeatureNotSupported));
    }

    private async Task RefusedAsync(params (string Account, long Minor, string Currency)[] entries)
    {
        var refused = await Assert.ThrowsAsync<DomainException>(() => Room.PostAsync(entries));
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.AccountLimitExceeded));
    }
}
