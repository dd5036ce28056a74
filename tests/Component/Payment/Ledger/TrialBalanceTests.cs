using NUnit.Framework;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Ledger;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.Component.Payments.Ledger;

public sealed class TrialBalanceTests : PaymentFixture
{
    [Test]
    public async Task The_trial_balance_sums_by_currency_and_kind_and_keeps_holds_apart()
    {
        var before = await BalanceAsync("KWD");
        var (kept, released) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var replica = Replica().StartWorking();
        await replica.HandleAsync(
            PaymentReplica.Placed(kept, "tok_visa", 1_500, "KWD"), PaymentReplica.Placed(released, "tok_visa", 700, "KWD"));
        await UntilStateAsync(kept, State.Authorized);
        await UntilStateAsync(released, State.Authorized);
        await replica.HandleAsync(PaymentReplica.Cancelled(released));
        await UntilStateAsync(released, State.Voided);

        var balance = await BalanceAsync("KWD");

        Assert.That(before, Is.Null);
        Assert.That(balance!.Balanced, Is.True);
        Assert.That((balance.Debits.Units, balance.Debits.Nanos), Is.EqualTo((2, 900_000_000)));
        Assert.That(
            balance.Kinds.Select(k => (k.Kind, k.PendingDebits.Units, k.PendingDebits.Nanos, k.PendingCredits.Units, k.PendingCredits.Nanos)),
            Is.EqualTo(new[]
            {
                ("holds", 0L, 700_000_000, 2L, 200_000_000),
                ("providers/clearing", 2L, 200_000_000, 0L, 700_000_000),
            }));
        Assert.That(balance.Kinds.Select(k => (k.Debits.Units, k.Credits.Units)), Has.All.EqualTo((0, 0)), "A hold is no money that moved.");
    }

    [Test]
    public async Task An_empty_ledger_balances_and_says_when()
    {
        await using var database = await PaymentDatabase.CreateAsync();

        var response = await new GetTrialBalance(new LedgerStore(database.DataSource)).RunAsync(CancellationToken.None);

        Assert.That(response.Balanced, Is.True);
        Assert.That(response.Currencies, Is.Empty);
        Assert.That(response.AsOf.ToDateTimeOffset(), Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(1)));
    }

    [Test]
    public async Task Sums_larger_than_any_amount_do_not_wrap()
    {
        var orders = new[] { Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7() };
        await Replica().StartWorking().HandleAsync([.. orders.Select(o => PaymentReplica.Placed(o, "tok_visa", long.MaxValue, "JPY"))]);
        foreach (var order in orders)
        {
            await UntilStateAsync(order, State.Authorized);
        }

        var balance = await BalanceAsync("JPY");

        Assert.That(balance!.Balanced, Is.True);
        Assert.That(balance.Debits, Is.Null);
    }

    private async Task<CurrencyBalance?> BalanceAsync(string currency) =>
        (await new GetTrialBalance(new LedgerStore(Database.DataSource)).RunAsync(CancellationToken.None))
        .Currencies.SingleOrDefault(c => c.CurrencyCode == currency);
}
