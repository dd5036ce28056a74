using Spectre.Console;
using Spectre.Console.Rendering;
using Suite.Contracts.Payments.V1;

namespace Suite.Cli.Output;

/// <summary>Payments and the ledger for people.</summary>
internal static class PaymentTables
{
    public static IRenderable Payment(Printer printer, Payment payment) => Facts.Table(
        printer,
        ("name", payment.Name),
        ("order", payment.Order),
        ("state", State(payment.State)),
        ("decline reason", payment.DeclineReason),
        ("amount", AmountText.Of(payment.Amount)),
        ("provider reference", payment.ProviderReference),
        ("created", Facts.Time(payment.CreateTime)),
        ("updated", Facts.Time(payment.UpdateTime)),
        ("etag", payment.Etag));

    public static IRenderable Payments(Printer printer, IReadOnlyList<Payment> payments)
    {
        var table = printer.NewTable("NAME", "STATE", "REASON", "AMOUNT", "ORDER", "CREATED");
        table.Columns[3].Alignment = Justify.Right;
        foreach (var payment in payments)
        {
            table.AddRow(
                new Text(payment.Name),
                new Text(State(payment.State)),
                new Text(payment.DeclineReason),
                new Text(AmountText.Of(payment.Amount)),
                new Text(payment.Order),
                new Text(Facts.Time(payment.CreateTime)));
        }

        return table;
    }

    public static IRenderable Balance(Printer printer, GetTrialBalanceResponse balance)
    {
        var table = printer.NewTable("CURRENCY", "ACCOUNTS", "DEBITS", "CREDITS", "BALANCED");
        table.Columns[2].Alignment = Justify.Right;
        table.Columns[3].Alignment = Justify.Right;
        foreach (var currency in balance.Currencies)
        {
            foreach (var kind in currency.Kinds)
            {
                Row(currency.CurrencyCode, kind.Kind, kind.Debits, kind.Credits, string.Empty);
            }

            Row(currency.CurrencyCode, "all", currency.Debits, currency.Credits, YesNo(currency.Balanced));
        }

        var verdict = balance.Balanced ? new Style(Color.Green) : new Style(Color.Red);
        return new Rows(table, new Text($"balanced: {YesNo(balance.Balanced)}, as of {Facts.Time(balance.AsOf)}", verdict));

        void Row(string currency, string kind, Google.Type.Money debits, Google.Type.Money credits, string balanced) => table.AddRow(
            new Text(currency), new Text(kind), new Text(AmountText.Of(debits)), new Text(AmountText.Of(credits)), new Text(balanced));
    }

    private static string State(Payment.Types.State state) => state.ToString().ToUpperInvariant();

    private static string YesNo(bool value) => value ? "yes" : "NO";
}
