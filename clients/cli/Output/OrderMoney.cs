using Google.Type;
using Spectre.Console;
using Spectre.Console.Rendering;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Color = Spectre.Console.Color;
using Side = Suite.Contracts.Payments.V1.Account.Types.Side;

namespace Suite.Cli.Output;

/// <summary>The money of one order as order, payment and ledger tell it, and whether they tell the same.</summary>
internal sealed class OrderMoney
{
    private readonly Order _order;
    private readonly Payment _payment;
    private readonly IReadOnlyList<Dispute> _disputes;

    public OrderMoney(Order order, Payment payment, IReadOnlyList<Dispute> disputes, IEnumerable<Posting> postings)
    {
        (_order, _payment, _disputes) = (order, payment, disputes);
        Postings = [.. postings
            .OrderBy(p => p.RecordTime.ToDateTime())
            .ThenBy(p => p.Transaction, StringComparer.Ordinal)
            .ThenBy(p => p.LineNumber)];
    }

    /// <summary>The entries, oldest first.</summary>
    public IReadOnlyList<Posting> Postings { get; }

    /// <summary>Whether the lines add up to the order, the order is its payment, and the payment is its entries.</summary>
    public bool Agrees => Checks().All(check => check.Left == check.Right);

    public IRenderable ToTables(Printer printer)
    {
        var parts = new List<IRenderable>
        {
            new Text($"{_order.Name}: {OrderTables.State(_order.State)}, {AmountText.Of(_order.Total)}"),
            OrderTables.Lines(printer, _order),
        };
        if (_order.Adjustments.Count > 0)
        {
            parts.Add(OrderTables.Adjustments(printer, _order));
        }

        parts.Add(new Text($"\n{_payment.Name}: {ContractNames.Of(_payment.State)}, {AmountText.Of(_payment.Amount)} at {_payment.Provider}"));
        parts.Add(PaymentTables.Steps(printer, _payment));
        if (_disputes.Count > 0)
        {
            parts.Add(PaymentTables.Disputes(printer, _disputes));
        }

        parts.Add(new Text("\nledger:"));
        parts.Add(LedgerTables.Entries(printer, Postings));
        foreach (var (what, left, right) in Checks())
        {
            var isRight = left == right;
            parts.Add(new Text(
                $"{(isRight ? "ok" : "NO")}  {what}: {Amount(left)}{(isRight ? string.Empty : $", but {Amount(right)}")}",
                isRight ? new Style(Color.Green) : new Style(Color.Red)));
        }

        return new Rows(parts);
    }

    private IEnumerable<(string What, Int128 Left, Int128 Right)> Checks()
    {
        yield return ("the lines' totals are the order's", Sum(_order.Lines.Select(l => l.Total)), Nanos(_order.Total));
        yield return ("the lines' refunds are the order's", Sum(_order.Lines.Select(l => l.RefundedAmount)), Nanos(_order.RefundedAmount));
        yield return ("the order's total is the payment's amount", Nanos(_order.Total), Nanos(_payment.Amount));
        yield return ("the order's refunds are the payment's", Nanos(_order.RefundedAmount), Nanos(_payment.RefundedAmount));
        yield return ("what was captured is revenue", Nanos(_payment.CapturedAmount), Posted("accounts/revenue", Side.Credit));
        yield return ("what was refunded is in refunds", Nanos(_payment.RefundedAmount), Posted("accounts/refunds", Side.Debit));
        yield return ("debits are credits", Sum(Side.Debit), Sum(Side.Credit));
    }

    private Int128 Posted(string account, Side grows) => Postings
        .Where(p => p.Account == account && !p.Pending)
        .Aggregate(Int128.Zero, (sum, p) => sum + (p.Side == grows ? Nanos(p.Amount) : -Nanos(p.Amount)));

    private Int128 Sum(Side side) => Sum(Postings.Where(p => p.Side == side).Select(p => p.Amount));

    private string Amount(Int128 nanos) => AmountText.Of(nanos, _order.Total.CurrencyCode);

    private static Int128 Sum(IEnumerable<Money?> amounts) => amounts.Aggregate(Int128.Zero, (sum, amount) => sum + Nanos(amount));

    private static Int128 Nanos(Money? amount) => amount is null ? 0 : AmountText.Nanos(amount);
}
