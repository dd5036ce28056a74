using NUnit.Framework;
using Suite.Payments.Domain;
using Suite.Payments.Ledger;
using Suite.Platform.Monetary;

namespace Suite.Tests.Unit.Payments.Ledger;

/// <summary>Whatever is posted, debits are credits, pending and posted each for itself; and what a payment held ends at nothing.</summary>
public sealed class PostingTemplateTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void Every_template_balances_in_every_currency(
        [Values("JPY", "EUR", "KWD")] string currency, [Values(1, 1250, long.MaxValue)] long minor)
    {
        foreach (var transaction in All(Payment(minor, currency)))
        {
            var sums = transaction.Entries.GroupBy(e => (e.IsPending, e.Amount.CurrencyCode));
            Assert.That(sums.Select(g => g.Sum(e => (decimal)e.SignedMinor)), Has.All.Zero, transaction.Template);
            Assert.That(sums.Select(g => g.Key.CurrencyCode), Has.All.EqualTo(currency), "Money crosses currencies nowhere.");
            Assert.That(transaction.Entries.Select(e => e.Amount.MinorUnits), Has.All.GreaterThan(0));
            Assert.That(transaction.Key, Is.EqualTo($"{transaction.Source}/{transaction.Template}"), "One posting a step.");
        }
    }

    [Test]
    public void All_templates_are_tried_here() => Assert.That(
        All(Payment(1250, "EUR")).Select(t => t.Template).Distinct(),
        Is.EquivalentTo(new[]
        {
            PostingTemplates.Authorize, PostingTemplates.Release, PostingTemplates.Capture, PostingTemplates.Refund,
            PostingTemplates.DisputeOpened, PostingTemplates.DisputeWon, PostingTemplates.DisputeLost,
        }));

    // blnk 41 and 182: a hold posts in part, and the rest of it is let go of; nothing of it is left, and nothing of it twice.
    [TestCase(1250, 1250)]
    [TestCase(1250, 1)]
    [TestCase(long.MaxValue, long.MaxValue - 1)]
    public void A_hold_that_is_captured_in_part_ends_at_nothing(long held, long captured)
    {
        var payment = Payment(held, "EUR");

        var entries = PostingTemplates.Authorized(payment, "simulator", payment.Id, Noon).Entries
            .Concat(PostingTemplates.Captured(payment, "simulator", Guid.NewGuid(), new(captured, "EUR"), new(held - captured, "EUR"), Noon).Entries)
            .ToList();

        Assert.That(Net(entries.Where(e => e.IsPending)), Has.All.Property("Value").Zero);
        Assert.That(Net(entries.Where(e => !e.IsPending)), Is.EquivalentTo(new Dictionary<string, decimal>
        {
            ["providers/simulator/clearing"] = captured,
            ["revenue"] = -captured,
            [PostingTemplates.Receivable(payment.CustomerId)] = 0,
        }));
    }

    [Test]
    public void Money_that_was_taken_and_given_back_leaves_what_was_sold_and_what_was_returned()
    {
        var payment = Payment(1250, "EUR");
        var amount = payment.Amount;

        var entries = PostingTemplates.Captured(payment, "simulator", Guid.NewGuid(), amount, new(0, "EUR"), Noon).Entries
            .Concat(PostingTemplates.Refunded(payment, "simulator", Guid.NewGuid(), amount, Noon).Entries)
            .Where(e => !e.IsPending);

        Assert.That(Net(entries).Where(n => n.Value != 0), Is.EquivalentTo(new Dictionary<string, decimal> { ["revenue"] = -1250, ["refunds"] = 1250 }));
    }

    [Test]
    public void A_dispute_takes_the_money_until_it_is_decided()
    {
        var dispute = Guid.NewGuid();
        MoneyAmount amount = new(1250, "EUR");
        var opened = PostingTemplates.Disputed("simulator", dispute, DisputeState.Open, amount, Noon).Entries;

        Assert.That(
            Net(opened.Concat(PostingTemplates.Disputed("simulator", dispute, DisputeState.Won, amount, Noon).Entries)),
            Has.All.Property("Value").Zero);
        Assert.That(
            Net(opened.Concat(PostingTemplates.Disputed("simulator", dispute, DisputeState.Lost, amount, Noon).Entries)).Where(n => n.Value != 0),
            Is.EquivalentTo(new Dictionary<string, decimal> { ["disputes/lost"] = 1250, ["providers/simulator/clearing"] = -1250 }));
    }

    [Test]
    public void What_the_templates_post_to_is_of_payments_and_takes_no_limit()
    {
        var accounts = All(Payment(1250, "EUR")).SelectMany(t => t.Entries).Select(e => e.Account).Distinct().ToList();

        Assert.That(accounts.Where(Chart.MayBeLimited), Is.Empty);
        Assert.That(accounts.Where(a => !Chart.IsOfPayments(a)), Is.EquivalentTo(new[] { "revenue", "refunds" }));
        Assert.That(Chart.IsOfPayments("customers/acme/wallet"), Is.False);
        Assert.That(Chart.IsOfPayments("providers-fees"), Is.False);
    }

    private static IEnumerable<JournalTransaction> All(Payment payment)
    {
        var one = new MoneyAmount(1, payment.Amount.CurrencyCode);
        yield return PostingTemplates.Authorized(payment, "simulator", payment.Id, Noon);
        yield return PostingTemplates.Released(payment, "simulator", Guid.NewGuid(), payment.Amount, Noon);
        yield return PostingTemplates.Captured(payment, "simulator", Guid.NewGuid(), payment.Amount, one with { MinorUnits = 0 }, Noon);
        yield return PostingTemplates.Captured(payment, "simulator", Guid.NewGuid(), one, payment.Amount, Noon);
        yield return PostingTemplates.Refunded(payment, "simulator", Guid.NewGuid(), payment.Amount, Noon);
        foreach (var state in Enum.GetValues<DisputeState>())
        {
            yield return PostingTemplates.Disputed("simulator", Guid.NewGuid(), state, payment.Amount, Noon);
        }
    }

    private static Dictionary<string, decimal> Net(IEnumerable<JournalEntry> entries) =>
        entries.GroupBy(e => e.Account).ToDictionary(g => g.Key, g => g.Sum(e => (decimal)e.SignedMinor));

    private static Payment Payment(long minor, string currency) =>
        Suite.Payments.Domain.Payment.Intend(Guid.NewGuid(), Guid.NewGuid(), new MoneyAmount(minor, currency), "simulator", Noon);
}
