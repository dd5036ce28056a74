using Google.Protobuf.WellKnownTypes;
using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Ledger;
using Suite.Platform.Errors;

namespace Suite.Tests.Component.Payments.Ledger;

/// <summary>What is posted by hand, and reversed.</summary>
public sealed class PostTransactionTests : PaymentFixture
{
    private LedgerRoom Room => new(Database.DataSource);

    [Test]
    public async Task A_transaction_of_several_postings_is_all_or_nothing_and_can_be_read()
    {
        var account = $"merchants/{Guid.NewGuid()}/payable";

        var posted = await Room.PostAsync(("revenue", 90, "EUR"), ("fees", -15, "EUR"), (account, -75, "EUR"));
        await RefusedAsync(ErrorReason.InvalidRequest, LedgerRoom.Of(("revenue", 5, "EUR"), ("holds", -5, "EUR")));

        Assert.That(await Room.FindAsync(posted.Name), Is.EqualTo(posted));
        Assert.That((posted.Template, posted.Source, posted.ReversedBy), Is.EqualTo(("manual", "", "")));
        Assert.That(posted.Postings.Select(p => (p.LineNumber, p.Account, p.Side, p.Amount.Nanos)), Is.EqualTo(new[]
        {
            (1, "accounts/revenue", Account.Types.Side.Debit, 900_000_000),
            (2, "accounts/fees", Account.Types.Side.Credit, 150_000_000),
            (3, $"accounts/{account}", Account.Types.Side.Credit, 750_000_000),
        }));
        var found = await Room.AccountAsync(account);
        Assert.That((found.Kind, found.NormalSide), Is.EqualTo(("merchants/payable", Account.Types.Side.Credit)));
        Assert.That(await Room.PostedAsync(account), Is.EqualTo(75));
    }

    [Test]
    public async Task Debits_that_are_not_the_credits_of_their_currency_are_refused()
    {
        await RefusedAsync(ErrorReason.LedgerUnbalanced, LedgerRoom.Of(("a", 10_00, "EUR"), ("b", -9_00, "EUR")));
        await RefusedAsync(ErrorReason.LedgerUnbalanced, LedgerRoom.Of(("a", 10_00, "EUR"), ("b", -10_00, "USD")));
        await RefusedAsync(
            ErrorReason.LedgerUnbalanced, LedgerRoom.Of(("a", long.MaxValue, "JPY"), ("a", long.MaxValue, "JPY"), ("b", -2, "JPY")));
    }

    [Test]
    public async Task Amounts_that_are_no_amounts_are_refused()
    {
        await RefusedAsync(ErrorReason.AmountOutOfRange, With(t => t.Postings[0].Amount.Nanos = 5_000_000));
        await RefusedAsync(ErrorReason.AmountOutOfRange, With(t => t.Postings[0].Amount.Units = long.MaxValue));
        await RefusedAsync(ErrorReason.InvalidRequest, With(t => t.Postings[0].Amount.Units = -5));
        await RefusedAsync(ErrorReason.InvalidRequest, With(t => t.Postings[0].Amount = new() { CurrencyCode = "EUR" }));
        await RefusedAsync(ErrorReason.InvalidRequest, With(t => t.Postings[0].Amount.CurrencyCode = "XXX"));
        await RefusedAsync(ErrorReason.InvalidRequest, With(t => t.Postings[0].Side = Account.Types.Side.Unspecified));
        await RefusedAsync(ErrorReason.InvalidRequest, With(t => t.Postings[0].Account = "accounts/A"));
        await RefusedAsync(ErrorReason.InvalidRequest, With(t => t.Postings.RemoveAt(1)));
        await RefusedAsync(ErrorReason.InvalidRequest, With(t => t.EffectiveTime = Timestamp.FromDateTime(DateTime.UtcNow.AddHours(1))));
        await RefusedAsync(ErrorReason.InvalidRequest, With(t => t.EffectiveTime = new Timestamp { Seconds = long.MaxValue }));
        await RefusedAsync(ErrorReason.InvalidRequest, With(t => t.Description = new string('x', 201)));
    }

    [TestCase("holds")]
    [TestCase("providers/simulator/clearing")]
    [TestCase("providers/simulator")]
    [TestCase("customers/0197c1f0-5b3e-7c3a-9d1e-2f4a6b8c0d1e/receivable")]
    [TestCase("disputes/open")]
    public async Task Accounts_of_payments_are_posted_to_by_payments_alone(string account) =>
        await RefusedAsync(ErrorReason.InvalidRequest, LedgerRoom.Of((account, 5, "EUR"), ("a", -5, "EUR")));

    [Test]
    public async Task Amounts_at_the_edge_of_64_bits_are_posted_exactly()
    {
        var account = $"edge/{Guid.NewGuid()}";

        await Room.PostAsync(("a", long.MaxValue, "JPY"), (account, -long.MaxValue, "JPY"));
        Assert.That(await Room.PostedAsync(account), Is.EqualTo(long.MaxValue));
        await Room.PostAsync(("a", 1, "JPY"), (account, -1, "JPY"));

        var balance = (await Room.AccountAsync(account)).Balances.Single();
        Assert.That(balance.Posted, Is.Null, "It does not fit, so that no number is told.");
        Assert.That((await Room.AccountAsync(account, effective: DateTimeOffset.UtcNow)).Balances.Single().Posted, Is.Null);
        await Room.PostAsync((account, long.MaxValue, "JPY"), ("a", -long.MaxValue, "JPY"));
        Assert.That(await Room.PostedAsync(account), Is.EqualTo(1));
    }

    [Test]
    public async Task The_same_call_happens_once_and_gets_the_same_answer_also_when_it_was_refused()
    {
        var account = $"wallets/{Guid.NewGuid()}";
        await Room.PostAsync(("cash", 5, "EUR"), (account, -5, "EUR"));
        await Room.LimitAsync(account);
        var request = new PostTransactionRequest { Transaction = LedgerRoom.Of((account, 5, "EUR"), ("cash", -5, "EUR")), RequestId = Guid.NewGuid().ToString() };

        var first = await Room.PostAsync(request.Clone());
        var second = await Room.PostAsync(request.Clone());
        var late = new PostTransactionRequest { Transaction = request.Transaction.Clone(), RequestId = Guid.NewGuid().ToString() };
        var refused = await Assert.ThrowsAsync<DomainException>(() => Room.PostAsync(late.Clone()));
        await Room.PostAsync(("cash", 5, "EUR"), (account, -5, "EUR"));
        var again = await Assert.ThrowsAsync<DomainException>(() => Room.PostAsync(late.Clone()));
        var other = request.Clone();
        other.Transaction.Description = "another";
        var reused = await Assert.ThrowsAsync<DomainException>(() => Room.PostAsync(other));

        Assert.That(second, Is.EqualTo(first));
        Assert.That((refused!.Reason, again!.Reason), Is.EqualTo((ErrorReason.AccountLimitExceeded, ErrorReason.AccountLimitExceeded)));
        Assert.That(reused!.Reason, Is.EqualTo(ErrorReason.RequestIdReused));
        Assert.That(await Room.PostedAsync(account), Is.EqualTo(5));
    }

    [Test]
    public async Task A_balance_is_told_as_of_what_was_effective_and_of_what_was_known()
    {
        var account = $"wallets/{Guid.NewGuid()}";
        var lastWeek = DateTimeOffset.UtcNow.AddDays(-7);
        var first = await Room.PostAsync(("cash", 5, "EUR"), (account, -5, "EUR"));
        var known = first.RecordTime.ToDateTimeOffset();
        var transaction = LedgerRoom.Of(("cash", 30, "EUR"), (account, -30, "EUR"));
        transaction.EffectiveTime = Timestamp.FromDateTimeOffset(lastWeek);
        await Room.PostAsync(new PostTransactionRequest { Transaction = transaction, RequestId = Guid.NewGuid().ToString() });

        Assert.That(await Room.PostedAsync(account), Is.EqualTo(35));
        Assert.That(await Room.PostedAsync(account, effective: lastWeek), Is.EqualTo(30), "What counts since last week, as it is known now.");
        Assert.That(await Room.PostedAsync(account, recorded: known), Is.EqualTo(5), "What was known then.");
        Assert.That(await Room.PostedAsync(account, lastWeek, known), Is.Zero, "What was known then of last week.");
        Assert.That(await Room.PostedAsync(account, lastWeek.AddSeconds(-1)), Is.Zero);
    }

    [Test]
    public async Task A_transaction_is_reversed_once_and_from_a_time_that_is_named()
    {
        var account = $"wallets/{Guid.NewGuid()}";
        var transaction = LedgerRoom.Of(("cash", 30, "EUR"), (account, -30, "EUR"));
        var effective = DateTimeOffset.UtcNow.AddDays(-7);
        transaction.EffectiveTime = Timestamp.FromDateTimeOffset(effective);
        var posted = await Room.PostAsync(new PostTransactionRequest { Transaction = transaction, RequestId = Guid.NewGuid().ToString() });
        var request = Guid.NewGuid().ToString();
        var since = DateTimeOffset.UtcNow.AddDays(-1);

        await RefusedAsync(ErrorReason.InvalidRequest, () => Room.ReverseAsync(posted.Name, effective.AddDays(-1)));
        await RefusedAsync(ErrorReason.InvalidRequest, () => Room.ReverseAsync(posted.Name, DateTimeOffset.UtcNow.AddHours(1)));
        var reversal = await Room.ReverseAsync(posted.Name, since, request);
        await RefusedAsync(ErrorReason.TransactionReversed, () => Room.ReverseAsync(posted.Name));
        await RefusedAsync(ErrorReason.TransactionReversed, () => Room.ReverseAsync(reversal.Name));

        Assert.That(await Room.ReverseAsync(posted.Name, since, request), Is.EqualTo(reversal));
        Assert.That((reversal.Template, reversal.Reverses), Is.EqualTo(("reversal", posted.Name)));
        Assert.That((await Room.FindAsync(posted.Name))!.ReversedBy, Is.EqualTo(reversal.Name));
        Assert.That(await Room.PostedAsync(account), Is.Zero);
        Assert.That(await Room.PostedAsync(account, effective: since.AddSeconds(-1)), Is.EqualTo(30));
    }

    [Test]
    public async Task Of_twenty_who_reverse_at_once_one_does()
    {
        var account = $"wallets/{Guid.NewGuid()}";
        var posted = await Room.PostAsync(("cash", 30, "EUR"), (account, -30, "EUR"));

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            try
            {
                return (await Room.ReverseAsync(posted.Name)).Name;
            }
            catch (DomainException e) when (e.Reason == ErrorReason.TransactionReversed)
            {
                return null;
            }
        }));

        Assert.That(results.Count(r => r is not null), Is.EqualTo(1));
        Assert.That(await Room.PostedAsync(account), Is.Zero);
    }

    [Test]
    public async Task What_payments_posted_is_not_reversed_by_hand()
    {
        var source = $"payments/{Guid.NewGuid()}/steps/{Guid.NewGuid()}";
        var transaction = JournalTests.Transaction(JournalTests.Entry("a", 5, "EUR"), JournalTests.Entry("b", -5, "EUR")) with
        {
            Key = $"{source}/capture",
            Template = PostingTemplates.Capture,
            Source = source,
        };
        await Room.AppendAsync(transaction);

        await RefusedAsync(ErrorReason.InvalidRequest, () => Room.ReverseAsync($"transactions/{transaction.Id}"));
        await RefusedAsync(ErrorReason.ResourceNotFound, () => Room.ReverseAsync($"transactions/{Guid.NewGuid()}"));
    }

    private static Transaction With(Action<Transaction> change)
    {
        var transaction = LedgerRoom.Of(("a", 5_00, "EUR"), ("b", -5_00, "EUR"));
        change(transaction);
        return transaction;
    }

    private async Task RefusedAsync(ErrorReason reason, Transaction transaction)
    {
        var before = await Database.ScalarAsync<long>("SELECT count(*) FROM ledger_entries");
        await RefusedAsync(reason, () => Room.PostAsync(new PostTransactionRequest { Transaction = transaction, RequestId = Guid.NewGuid().ToString() }));
        Assert.That(await Database.ScalarAsync<long>("SELECT count(*) FROM ledger_entries"), Is.EqualTo(before));
    }

    private static async Task RefusedAsync(ErrorReason reason, Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<DomainException>(() => call());
        Assert.That(refused!.Reason, Is.EqualTo(reason));
    }
}
