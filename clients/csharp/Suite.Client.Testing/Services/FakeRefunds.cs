using System.Globalization;
using Grpc.Core;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;

namespace Suite.Client.Testing;

/// <summary>What a refund takes from which line.</summary>
internal static class FakeRefunds
{
    /// <param name="Line">The line's place, from 0.</param>
    /// <param name="Quantity">How many units.</param>
    /// <param name="Minor">How much.</param>
    public readonly record struct Share(int Line, int Quantity, Int128 Minor);

    public static IReadOnlyList<Share> Plan(Order order, RefundOrderRequest request)
    {
        if (request.Amount is not null && request.Lines.Count > 0)
        {
            throw FakeErrors.Invalid("lines", "must not be set together with amount.");
        }

        if (request.Lines.Count > 0)
        {
            return OfLines(order, request);
        }

        var left = order.Lines.Aggregate(Int128.Zero, (sum, line) => sum + Left(line));
        return OfAmount(order, request.Amount is { } amount
            ? FakeMoney.Minor(FakeMoney.Check(amount, order.Total.CurrencyCode, "amount"))
            : left > 0 ? left : throw NotAvailable(order, 0));
    }

    /// <summary>An amount, in proportion to what is left of the lines.</summary>
    public static IReadOnlyList<Share> OfAmount(Order order, Int128 minor)
    {
        var left = order.Lines.Select(Left).ToList();
        var all = left.Aggregate(Int128.Zero, (sum, line) => sum + line);
        return minor <= all
            ? [.. FakeMoney.Split(minor, left).Select((share, i) => new Share(i, 0, share))]
            : throw NotAvailable(order, all);
    }

    private static List<Share> OfLines(Order order, RefundOrderRequest request)
    {
        var shares = new List<Share>();
        for (var i = 0; i < request.Lines.Count; i++)
        {
            var (number, quantity) = (request.Lines[i].LineNumber, request.Lines[i].Quantity);
            if (number < 1 || number > order.Lines.Count || shares.Exists(share => share.Line == number - 1))
            {
                throw FakeErrors.Invalid($"lines[{i}].line_number", "must name a line of the order, each once.");
            }

            var line = order.Lines[number - 1];
            var available = line.Quantity - line.RefundedQuantity;
            if (quantity < 1 || quantity > available)
            {
                throw quantity < 1
                    ? FakeErrors.Invalid($"lines[{i}].quantity", "must be between 1 and 1000000.")
                    : FakeErrors.Make(
                        StatusCode.FailedPrecondition,
                        ErrorReason.QuantityNotAvailable,
                        $"Of line {number}, {available} units are left.",
                        metadata: ("line_number", number.ToString(CultureInfo.InvariantCulture)));
            }

            // The units up to here less the units before: rounding never adds up to more than the line.
            var worth = UpTo(line, line.RefundedQuantity + quantity) - UpTo(line, line.RefundedQuantity);
            shares.Add(new Share(number - 1, quantity, Int128.Min(worth, Left(line))));
        }

        return shares.Exists(share => share.Minor > 0) ? shares : throw NotAvailable(order, 0);
    }

    // Equal units by largest remainder: the first ones get what is over.
    private static Int128 UpTo(OrderLine line, int units)
    {
        var (each, over) = Int128.DivRem(FakeMoney.Minor(line.Total), line.Quantity);
        return (each * units) + Int128.Min(over, units);
    }

    private static Int128 Left(OrderLine line) => FakeMoney.Minor(line.Total) - FakeMoney.Minor(line.RefundedAmount);

    private static RpcException NotAvailable(Order order, Int128 available) => FakeErrors.Make(
        StatusCode.FailedPrecondition,
        ErrorReason.AmountNotAvailable,
        $"{FakeMoney.OfMinor(available, order.Total.CurrencyCode).DecimalValue} {order.Total.CurrencyCode} of {order.Name} are left.",
        metadata: ("available", available.ToString(CultureInfo.InvariantCulture)));
}
