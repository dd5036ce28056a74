using Google.Type;
using Spectre.Console;
using Spectre.Console.Rendering;
using Suite.Contracts.Payments.V1;
using Color = Spectre.Console.Color;
using Side = Suite.Contracts.Payments.V1.Account.Types.Side;

namespace Suite.Cli.Output;

/// <summary>The ledger for people. Amounts that do not fit a message are shown as what they are: too large.</summary>
internal static class LedgerTables
{
    private const string TooLarge = "(too large)";

    public static IRenderable Balance(Printer printer, GetTrialBalanceResponse balance)
    {
        var table = printer.NewTable("CURRENCY", "ACCOUNTS", "DEBITS", "CREDITS", "PENDING DEBITS", "PENDING CREDITS", "BALANCED");
        AlignRight(table, 2, 6);
        foreach (var currency in balance.Currencies)
        {
            foreach (var kind in currency.Kinds)
            {
                table.AddRow(
                    new Text(currency.CurrencyCode),
                    new Text(kind.Kind),
                    Sum(kind.Debits),
                    Sum(kind.Credits),
                    Sum(kind.PendingDebits),
                    Sum(kind.PendingCredits),
                    new Text(string.Empty));
            }

            table.AddRow(
                new Text(currency.CurrencyCode),
                new Text("all, pending too"),
                Sum(currency.Debits),
                Sum(currency.Credits),
                new Text(string.Empty),
                new Text(string.Empty),
                new Text(YesNo(currency.Balanced)));
        }

        return new Rows(table, new Text($"balanced: {YesNo(balance.Balanced)}, as of {Facts.Time(balance.AsOf)}", Verdict(balance.Balanced)));
    }

    public static IRenderable Account(Printer printer, Account account) => new Rows(
        Facts.Table(
            printer,
            ("name", account.Name),
            ("kind", account.Kind),
            ("normal side", ContractNames.Of(account.NormalSide)),
            ("overdraft", account.NoOverdraft ? "refused" : "allowed")),
        Accounts(printer, [account]));

    public static IRenderable Accounts(Printer printer, IReadOnlyList<Account> accounts)
    {
        var table = printer.NewTable("ACCOUNT", "CURRENCY", "POSTED", "PENDING", "DEBITS", "CREDITS", "OVERDRAFT");
        AlignRight(table, 2, 6);
        foreach (var account in accounts)
        {
            foreach (var balance in account.Balances)
            {
                table.AddRow(
                    new Text(account.Name),
                    new Text(balance.CurrencyCode),
                    Sum(balance.Posted),
                    Sum(balance.Pending),
                    Sum(balance.Debits),
                    Sum(balance.Credits),
                    new Text(account.NoOverdraft ? "refused" : string.Empty));
            }
        }

        return table;
    }

    public static IRenderable Transaction(Printer printer, Transaction transaction) => new Rows(
        Facts.Table(
            printer,
            ("name", transaction.Name),
            ("template", transaction.Template),
            ("source", transaction.Source),
            ("description", transaction.Description),
            ("reverses", transaction.Reverses),
            ("reversed by", transaction.ReversedBy),
            ("effective", Facts.Time(transaction.EffectiveTime)),
            ("recorded", Facts.Time(transaction.RecordTime))),
        Entries(printer, transaction.Postings));

    /// <summary>Entries in the order given.</summary>
    public static IRenderable Entries(Printer printer, IReadOnlyList<Posting> postings)
    {
        var table = printer.NewTable("RECORDED", "TEMPLATE", "ACCOUNT", "DEBIT", "CREDIT", "HOLD", "STEP");
        AlignRight(table, 3, 5);
        foreach (var posting in postings)
        {
            var isDebit = posting.Side == Side.Debit;
            table.AddRow(
                new Text(Facts.Time(posting.RecordTime)),
                new Text(posting.Template),
                new Text(WithoutCollection(posting.Account)),
                new Text(isDebit ? AmountText.Of(posting.Amount) : string.Empty),
                new Text(isDebit ? string.Empty : AmountText.Of(posting.Amount)),
                new Text(posting.Pending ? "pending" : string.Empty),
                new Text(posting.Source.Split('/') is [.., "steps", var step] ? step : posting.Source));
        }

        return table;
    }

    public static IRenderable Verification(Printer printer, VerifyLedgerResponse verified)
    {
        var isWhole = verified.Differences.Count == 0;
        var verdict = new Text(
            $"{(isWhole ? "whole" : "NOT WHOLE")}: {verified.Transactions} transactions, {verified.Balances} balances, {verified.Unsealed} not in their chain yet",
            Verdict(isWhole));
        if (isWhole)
        {
            return verdict;
        }

        var table = printer.NewTable("DIFFERENCE", "WHERE", "WHAT");
        foreach (var difference in verified.Differences)
        {
            table.AddRow(new Text(difference.Kind), new Text(difference.Resource), new Text(difference.Description));
        }

        return new Rows(table, verdict);
    }

    public static IRenderable Reconciliation(Printer printer, ReconcilePaymentsResponse reconciled)
    {
        var parts = new List<IRenderable>();
        if (reconciled.Differences.Count > 0)
        {
            var differences = printer.NewTable("DIFFERENCE", "OF", "FIELD", "EXPECTED", "FOUND", "WHAT TO DO");
            foreach (var difference in reconciled.Differences)
            {
                differences.AddRow(
                    new Text(ContractNames.Of(difference.Kind)),
                    new Text(difference.Resource),
                    new Text(difference.Field),
                    new Text(difference.Expected),
                    new Text(difference.Found),
                    new Text(difference.Advice));
            }

            parts.Add(differences);
        }

        var sums = printer.NewTable("CURRENCY", "HELD", "CAPTURED", "REFUNDED", "DISPUTED");
        AlignRight(sums, 1, 5);
        foreach (var sum in reconciled.Sums)
        {
            sums.AddRow(new Text(sum.CurrencyCode), Sum(sum.Held), Sum(sum.Captured), Sum(sum.Refunded), Sum(sum.Disputed));
        }

        parts.Add(sums);
        parts.Add(new Text(
            $"{reconciled.DifferenceCount} differences: {reconciled.Payments} payments, {reconciled.ProviderPayments} of them at the provider",
            Verdict(reconciled.DifferenceCount == 0)));
        return new Rows(parts);
    }

    /// <summary>An account for people, for whom its collection goes without saying.</summary>
    private static string WithoutCollection(string account) =>
        account.StartsWith("accounts/", StringComparison.Ordinal) ? account["accounts/".Length..] : account;

    private static Text Sum(Money? money) => new(money is null ? TooLarge : AmountText.Of(money));

    private static Style Verdict(bool isGood) => isGood ? new Style(Color.Green) : new Style(Color.Red);

    private static string YesNo(bool value) => value ? "yes" : "NO";

    private static void AlignRight(Table table, int from, int until)
    {
        for (var i = from; i < until; i++)
        {
            table.Columns[i].Alignment = Justify.Right;
        }
    }
}
