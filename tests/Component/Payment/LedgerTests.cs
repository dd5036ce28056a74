using Npgsql;
using NUnit.Framework;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Features;
using Suite.Payments.Storage;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.Component.Payments;

public sealed class LedgerTests : PaymentFixture
{
    [Test]
    public async Task The_trial_balance_sums_by_currency_and_account()
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
        Assert.That(balance.Kinds.Select(k => (k.Kind, k.Debits.Units, k.Debits.Nanos, k.Credits.Units, k.Credits.Nanos)), Is.EqualTo(new[]
        {
            ("customer_holds", 0L, 700_000_000, 2L, 200_000_000),
            ("provider_holds", 2L, 200_000_000, 0L, 700_000_000),
        }));
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

    [TestCase("UPDATE ledger_entries SET debit_minor = debit_minor + 1")]
    [TestCase("DELETE FROM ledger_entries")]
    [TestCase("TRUNCATE ledger_entries")]
    public async Task Entries_are_never_changed_or_removed(string sql)
    {
        await EntriesExistAsync();
        var refused = await Assert.ThrowsAsync<PostgresException>(() => Database.ExecuteAsync(sql));
        Assert.That(refused!.MessageText, Does.Contain("immutable"));
    }

    [Test]
    public Task A_transaction_that_does_not_balance_is_refused() =>
        Refused(PostgresErrorCodes.CheckViolation,
            "('{0}', 'authorize', 1, 'provider_holds', true, 'EUR', 5, 0, now()), "
            + "('{0}', 'authorize', 2, 'customer_holds', true, 'EUR', 0, 4, now())");

    [Test]
    public Task A_transaction_balances_in_each_currency_by_itself() =>
        Refused(PostgresErrorCodes.CheckViolation,
            "('{0}', 'authorize', 1, 'provider_holds', true, 'EUR', 5, 0, now()), "
            + "('{0}', 'authorize', 2, 'customer_holds', true, 'USD', 0, 5, now())");

    [Test]
    public async Task An_entry_of_nothing_or_of_both_sides_is_refused()
    {
        await Refused(PostgresErrorCodes.CheckViolation, "('{0}', 'authorize', 1, 'provider_holds', true, 'EUR', 0, 0, now())");
        await Refused(PostgresErrorCodes.CheckViolation, "('{0}', 'authorize', 1, 'provider_holds', true, 'EUR', 5, 5, now())");
        await Refused(PostgresErrorCodes.CheckViolation,
            "('{0}', 'authorize', 1, 'somewhere', true, 'EUR', 5, 0, now()), "
            + "('{0}', 'authorize', 2, 'customer_holds', true, 'EUR', 0, 5, now())");
    }

    [Test]
    public async Task A_business_step_posts_once()
    {
        var order = Guid.CreateVersion7();
        await Replica().StartWorking().HandleAsync(PaymentReplica.Placed(order, "tok_visa"));
        await UntilStateAsync(order, State.Authorized);
        var payment = (await PaymentAsync(order)).Id;

        var refused = await Assert.ThrowsAsync<PostgresException>(() => Database.ExecuteAsync(
            $"INSERT INTO ledger_entries VALUES ('{payment}', 'authorize', 1, 'provider_holds', true, 'EUR', 5, 0, now()), "
            + $"('{payment}', 'authorize', 2, 'customer_holds', true, 'EUR', 0, 5, now())"));

        Assert.That(refused!.SqlState, Is.EqualTo(PostgresErrorCodes.UniqueViolation));
    }

    private async Task Refused(string sqlState, string values)
    {
        var sql = "INSERT INTO ledger_entries VALUES " + values.Replace("{0}", Guid.NewGuid().ToString(), StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => Database.ExecuteAsync(sql));
        Assert.That(refused!.SqlState, Is.EqualTo(sqlState));
    }

    private async Task EntriesExistAsync()
    {
        var order = Guid.CreateVersion7();
        await Replica().StartWorking().HandleAsync(PaymentReplica.Placed(order, "tok_visa"));
        await UntilStateAsync(order, State.Authorized);
    }

    private async Task<CurrencyBalance?> BalanceAsync(string currency) =>
        (await new GetTrialBalance(new LedgerStore(Database.DataSource)).RunAsync(CancellationToken.None))
        .Currencies.SingleOrDefault(c => c.CurrencyCode == currency);
}
