using Suite.Contracts.Common.V1;
using Suite.Platform.Errors;
using Suite.Platform.Monetary;

namespace Suite.Orders.Domain;

/// <summary>What an order costs, in integers that can not wrap, and which part of it is paid for which line.</summary>
internal static class Pricing
{
    /// <summary>The total of an order, and its lines with theirs: the adjustments together are split in proportion to the lines' amounts.</summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT (CURRENCY_MISMATCH, AMOUNT_OUT_OF_RANGE, INVALID_REQUEST for a total below 0).</exception>
    public static (MoneyAmount Total, IReadOnlyList<OrderLine> Lines) Of(IReadOnlyList<OrderLine> lines, IReadOnlyList<Adjustment> adjustments)
    {
        var currency = lines[0].UnitPrice.CurrencyCode;
        var amount = Sum(lines, currency);
        if (adjustments.Count == 0)
        {
            return (new MoneyAmount(amount, currency), [.. lines.Select(line => line with { TotalMinor = line.Amount.MinorUnits })]);
        }

        var adjusted = Sum(adjustments, currency);
        var total = amount + adjusted;
        if (total > long.MaxValue)
        {
            throw DomainError.InvalidArgument(
                "order.adjustments", "make the total larger than 64 bits of minor units.", ErrorReason.AmountOutOfRange);
        }

        if (total < 0)
        {
            throw DomainError.InvalidArgument("order.adjustments", "make the total less than zero.");
        }

        // Both are in 64 bits, so what lies between them is too. What was free is split by the number of units.
        long[] weights = amount > 0 ? [.. lines.Select(line => line.Amount.MinorUnits)] : [.. lines.Select(line => (long)line.Quantity)];
        var shares = Allocation.Split((long)adjusted, weights);
        return (
            new MoneyAmount((long)total, currency),
            [.. lines.Select((line, i) => line with { TotalMinor = line.Amount.MinorUnits + shares[i] })]);
    }

    private static long Sum(IReadOnlyList<OrderLine> lines, string currency)
    {
        var total = (Int128)0;
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].UnitPrice.CurrencyCode != currency)
            {
                throw DomainError.InvalidArgument(
                    $"order.lines[{i}].product",
                    $"is priced in {lines[i].UnitPrice.CurrencyCode}, the first line in {currency}; an order has one currency.",
                    ErrorReason.CurrencyMismatch);
            }

            total += (Int128)lines[i].UnitPrice.MinorUnits * lines[i].Quantity;
            if (total > long.MaxValue)
            {
                throw DomainError.InvalidArgument(
                    $"order.lines[{i}].quantity", "makes the total larger than 64 bits of minor units.", ErrorReason.AmountOutOfRange);
            }
        }

        return (long)total;
    }

    private static Int128 Sum(IReadOnlyList<Adjustment> adjustments, string currency)
    {
        var total = (Int128)0;
        for (var i = 0; i < adjustments.Count; i++)
        {
            total += adjustments[i].Amount.CurrencyCode == currency
                ? adjustments[i].Amount.MinorUnits
                : throw DomainError.CurrencyMismatch($"order.adjustments[{i}].amount.currency_code", currency);
        }

        return total;
    }
}
