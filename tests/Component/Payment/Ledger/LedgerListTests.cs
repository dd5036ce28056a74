using Google.Protobuf.WellKnownTypes;
using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Ledger;
using Suite.Platform.Errors;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.Component.Payments.Ledger;

public sealed class LedgerListTests : PaymentFixture
{
    private LedgerRoom Room => new(Database.DataSource);

    [Test]
    public async Task Accounts_are_listed_below_whole_segments_page_by_page()
    {
        string[] names = ["shops/a", "shops/a/fees", "shops/a/payable", "shops/a-b", "shops/a.b/payable", "shops/ab", "shops/b"];
        await Room.PostAsync([.. names.Select(n => (n, -1L, "EUR")), ("cash", names.Length, "EUR")]);
        await Room.PostAsync(("shops/a/payable", 3, "USD"), ("cash", -3, "USD"));

        Assert.That(await NamesAsync("accounts/shops/a"), Is.EqualTo(new[] { "shops/a", "shops/a/fees", "shops/a/payable" }));
        Assert.That(await NamesAsync("accounts/shops/"), Is.EqualTo(names.Order(StringComparer.Ordinal)));
        Assert.That(await NamesAsync("accounts/shop"), Is.Empty);
        Assert.That((await Room.AccountsAsync("")).Accounts.Select(a => a.Name), Does.Contain("accounts/cash").And.Contain("accounts/shops/b"));
        var payable = (await Room.AccountsAsync("accounts/shops/a")).Accounts[2];
        Assert.That(payable, Is.EqualTo(await Room.AccountAsync("shops/a/payable")));
        Assert.That(payable.Balances.Select(b => (b.CurrencyCode, b.Posted.Nanos)), Is.EqualTo(new[] { ("EUR", 10_000_000), ("USD", -30_000_000) }));
        await Assert.ThatAsync(() => Room.AccountsAsync("users/x"), Throws.TypeOf<DomainException>());
    }

    [Test]
    public async Task Postings_of_an_account_are_walked_once_from_the_newest()
    {
        var account = $"wallets/{Guid.NewGuid()}";
        for (var i = 1; i <= 7; i++)
        {
            await Room.PostAsync(("cash", 2 * i, "EUR"), (account, -i, "EUR"), (account, -i, "EUR"));
        }

        var amounts = new List<int>();
        var token = string.Empty;
        do
        {
            var page = await Room.PostingsAsync($"account = \"accounts/{account}\"", 3, token);
            amounts.AddRange(page.Postings.Select(p => p.Amount.Nanos / 10_000_000));
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        Assert.That(amounts, Is.EqualTo(new[] { 7, 7, 6, 6, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1 }));
    }

    [Test]
    public async Task Every_cent_of_a_payment_is_found_by_its_name()
    {
        var order = Guid.CreateVersion7();
        var replica = Replica().StartWorking();
        await replica.HandleAsync(PaymentReplica.Placed(order, "tok_visa", 1250));
        await UntilStateAsync(order, State.Authorized);
        await replica.HandleAsync(PaymentReplica.Cancelled(order));
        await UntilStateAsync(order, State.Voided);
        var payment = (await PaymentAsync(order)).Name;

        var all = (await Room.PostingsAsync($"source = \"{payment}\"")).Postings;
        var authorized = all.Where(p => p.Template == "authorize").ToList();
        var ofTransaction = await Room.PostingsAsync($"transaction = \"{authorized[0].Transaction}\"");
        var ofStep = await Room.PostingsAsync($"source = \"{authorized[0].Source}\"");
        var later = await Room.PostingsAsync($"source = \"{payment}\" AND effective_time > \"2999-01-01T00:00:00Z\"");

        Assert.That(all.Select(p => (p.Template, p.Account, p.Side, p.Pending)), Is.EqualTo(new[]
        {
            ("release", "accounts/providers/simulator/clearing", Account.Types.Side.Credit, true),
            ("release", "accounts/holds", Account.Types.Side.Debit, true),
            ("authorize", "accounts/holds", Account.Types.Side.Credit, true),
            ("authorize", "accounts/providers/simulator/clearing", Account.Types.Side.Debit, true),
        }));
        Assert.That(all.Select(p => p.Source), Has.All.StartsWith($"{payment}/steps/"));
        Assert.That(ofTransaction.Postings, Is.EqualTo(authorized));
        Assert.That(ofStep.Postings, Is.EqualTo(authorized));
        Assert.That(later.Postings, Is.Empty);
    }

    [TestCase("")]
    [TestCase("record_time > \"2026-01-01T00:00:00Z\"")]
    [TestCase("account != \"accounts/a\"")]
    [TestCase("account = \"revenue\"")]
    [TestCase("source = \"\"")]
    [TestCase("account = \"accounts/a\" AND amount = 5")]
    public async Task A_filter_has_to_say_whose_postings(string filter)
    {
        var refused = await Assert.ThrowsAsync<DomainException>(() => Room.PostingsAsync(filter));
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.FilterInvalid));
    }

    [Test]
    public async Task An_account_nobody_posted_to_is_not_there()
    {
        var refused = await Assert.ThrowsAsync<DomainException>(() => Room.AccountAsync("nobody"));
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.ResourceNotFound));
        await Assert.ThatAsync(() => Room.LimitAsync("nobody"), Throws.TypeOf<DomainException>());
    }

    [Test]
    public async Task An_export_has_every_transaction_whole_and_in_the_order_of_recording()
    {
        var first = await Room.PostAsync(("cash", 7, "EUR"), ("exported", -7, "EUR"));
        for (var i = 0; i < 3; i++)
        {
            await Room.AppendAsync([.. Enumerable.Range(0, 400).Select(_ => JournalTests.Transaction(
                JournalTests.Entry("cash", 1, "EUR"), JournalTests.Entry("exported", -1, "EUR")))]);
        }

        await Room.ReverseAsync(first.Name);

        var all = await Room.ExportAsync();
        var since = await Room.ExportAsync(new ExportTransactionsRequest { RecordedFrom = first.RecordTime });
        var none = await Room.ExportAsync(new ExportTransactionsRequest { RecordedUntil = Timestamp.FromDateTime(DateTime.UnixEpoch) });

        Assert.That(all, Has.Count.EqualTo(await Database.ScalarAsync<long>("SELECT count(*) FROM ledger_transactions")).And.Count.GreaterThan(1200));
        Assert.That(all.Select(t => t.Name).Distinct().Count(), Is.EqualTo(all.Count));
        Assert.That(all.Select(t => t.RecordTime.ToDateTimeOffset()), Is.Ordered);
        Assert.That(all.Select(t => t.Postings.Count), Has.All.GreaterThanOrEqualTo(2));
        Assert.That(since[0].Name, Is.EqualTo(first.Name));
        Assert.That(since[0].ReversedBy, Is.EqualTo(since[^1].Name));
        Assert.That(none, Is.Empty);
    }

    private async Task<IReadOnlyList<string>> NamesAsync(string prefix)
    {
        var names = new List<string>();
        var token = string.Empty;
        do
        {
            var page = await Room.AccountsAsync(prefix, 2, token);
            names.AddRange(page.Accounts.Select(a => a.Name["accounts/".Length..]));
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        return names;
    }
}
