using Spectre.Console;
using Spectre.Console.Rendering;
using Suite.Contracts.Payments.V1;

namespace Suite.Cli.Output;

/// <summary>Payments and disputes for people.</summary>
internal static class PaymentTables
{
    public static IRenderable Payment(Printer printer, Payment payment)
    {
        var facts = Facts.Table(
            printer,
            ("name", payment.Name),
            ("order", payment.Order),
            ("state", State(payment.State)),
            ("decline reason", payment.DeclineReason),
            ("void reason", payment.VoidReason),
            ("amount", AmountText.Of(payment.Amount)),
            ("captured", AmountText.Of(payment.CapturedAmount)),
            ("refunded", AmountText.Of(payment.RefundedAmount)),
            ("reserved", AmountText.Of(payment.ReservedAmount)),
            ("disputed", AmountText.Of(payment.DisputedAmount)),
            ("provider", payment.Provider),
            ("provider reference", payment.ProviderReference),
            ("next action", payment.NextAction?.RedirectUri ?? string.Empty),
            ("action expires", Facts.Time(payment.NextAction?.ExpireTime)),
            ("authorization expires", Facts.Time(payment.AuthorizationExpireTime)),
            ("created", Facts.Time(payment.CreateTime)),
            ("updated", Facts.Time(payment.UpdateTime)),
            ("etag", payment.Etag));
        return payment.Steps.Count > 0 ? new Rows(facts, Steps(printer, payment)) : facts;
    }

    /// <summary>What the provider was asked for.</summary>
    public static IRenderable Steps(Printer printer, Payment payment)
    {
        var table = printer.NewTable("STEP", "OUTCOME", "AMOUNT", "REASON", "ASKED", "CREATED", "ID");
        table.Columns[2].Alignment = Justify.Right;
        table.Columns[4].Alignment = Justify.Right;
        foreach (var step in payment.Steps)
        {
            table.AddRow(
                new Text(ContractNames.Of(step.Kind)),
                new Text(ContractNames.Of(step.Outcome)),
                new Text(AmountText.Of(step.Amount)),
                new Text(step.DeclineReason),
                new Text(Facts.Number(step.Attempts)),
                new Text(Facts.Time(step.CreateTime)),
                new Text(step.Id));
        }

        return table;
    }

    public static IRenderable Dispute(Printer printer, Dispute dispute) => Facts.Table(
        printer,
        ("name", dispute.Name),
        ("payment", dispute.Payment),
        ("order", dispute.Order),
        ("state", ContractNames.Of(dispute.State)),
        ("amount", AmountText.Of(dispute.Amount)),
        ("reason", dispute.Reason),
        ("provider reference", dispute.ProviderReference),
        ("created", Facts.Time(dispute.CreateTime)),
        ("updated", Facts.Time(dispute.UpdateTime)));

    public static IRenderable Disputes(Printer printer, IReadOnlyList<Dispute> disputes)
    {
        var table = printer.NewTable("DISPUTE", "STATE", "AMOUNT", "REASON", "ORDER", "CREATED");
        table.Columns[2].Alignment = Justify.Right;
        foreach (var dispute in disputes)
        {
            table.AddRow(
                new Text(dispute.Name),
                new Text(ContractNames.Of(dispute.State)),
                new Text(AmountText.Of(dispute.Amount)),
                new Text(dispute.Reason),
                new Text(dispute.Order),
                new Text(Facts.Time(dispute.CreateTime)));
        }

        return table;
    }

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

    private static string State(Payment.Types.State state) => ContractNames.Of(state);
}
