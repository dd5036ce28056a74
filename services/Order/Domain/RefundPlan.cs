using System.Globalization;
using Suite.Contracts.Common.V1;
using Suite.Platform.Errors;
using Suite.Platform.Monetary;

namespace Suite.Orders.Domain;

/// <summary>What is to be given back: the units of some lines, an amount, or all that is left.</summary>
/// <param name="Amount">The amount; null for the others.</param>
/// <param name="Units">Lines, from 1, and how many units of each; empty for the others.</param>
internal sealed record RefundWish(MoneyAmount? Amount, IReadOnlyList<(int Number, int Quantity)> Units);

/// <summary>Says what a refund gives back of each line. Read from what is stored with the lines; steps that are running count as done.</summary>
internal static class RefundPlan
{
    /// <summary>The lines of a refund that is asked for.</summary>
    /// <param name="order">The order, with its lines.</param>
    /// <param name="running">Its refunds that are running: what they are to give back is reserved.</param>
    /// <param name="wish">What is asked for.</param>
    /// <exception cref="DomainException">
    /// FAILED_PRECONDITION (AMOUNT_NOT_AVAILABLE, QUANTITY_NOT_AVAILABLE); INVALID_ARGUMENT (CURRENCY_MISMATCH, INVALID_REQUEST).
    /// </exception>
    public static IReadOnlyList<StepLine> Of(Order order, IReadOnlyCollection<OrderStep> running, RefundWish wish)
    {
        var lines = Reserve(order, running);
        var left = Left(lines);
        var available = Math.Max(0, Math.Min(left.Sum(), order.Total.MinorUnits - order.RefundedMinor - running.Sum(step => step.AmountMinor)));
        if (wish.Amount is { } amount)
        {
            if (amount.CurrencyCode != order.Total.CurrencyCode)
            {
                throw DomainError.CurrencyMismatch("amount.currency_code", order.Total.CurrencyCode);
            }

            return amount.MinorUnits <= available
                ? Split(amount.MinorUnits, left)
                : throw DomainError.AmountNotAvailable(order.Name, available, order.Total.CurrencyCode);
        }

        IReadOnlyList<StepLine> planned = wish.Units.Count > 0 ? OfUnits(order, lines, wish.Units) : Split(available, left);
        // A refund of nothing is none: there is nothing left, or the units were free.
        return planned.Sum(line => line.AmountMinor) is var sum && sum > 0 && sum <= available
            ? planned
            : throw DomainError.AmountNotAvailable(order.Name, available, order.Total.CurrencyCode);
    }

    /// <summary>
    /// The lines of an amount that Payment has given back already: those it was meant for, as far as they still have it; the rest in
    /// proportion to what is left of all, of what nobody has reserved first.
    /// </summary>
    /// <exception cref="InvalidOperationException">More was given back than was paid.</exception>
    public static IReadOnlyList<StepLine> Place(
        Order order, IReadOnlyCollection<OrderStep> running, long amountMinor, IReadOnlyList<StepLine> meant)
    {
        var left = Left(order.Lines);
        var placed = Enumerable.Range(1, left.Length).Select(number => new StepLine(number, 0, 0)).ToArray();
        foreach (var line in meant)
        {
            var units = Math.Min(line.Quantity, order.Lines[line.Number - 1].Quantity - order.Lines[line.Number - 1].RefundedQuantity);
            placed[line.Number - 1] = new StepLine(line.Number, units, 0);
            Take(line.Number, Math.Min(line.AmountMinor, left[line.Number - 1]));
        }

        var free = Left(Reserve(order, running)).Zip(left, Math.Min).ToArray();
        Spread(Math.Min(amountMinor - placed.Sum(line => line.AmountMinor), free.Sum()), free);
        var rest = amountMinor - placed.Sum(line => line.AmountMinor);
        if (rest < 0 || rest > left.Sum())
        {
            throw new InvalidOperationException($"{order.Name}: {amountMinor} minor units were given back, which is more than is left.");
        }

        Spread(rest, [.. left]);
        return [.. placed.Where(line => line.AmountMinor > 0 || line.Quantity > 0)];

        void Spread(long amount, long[] weights)
        {
            foreach (var line in Split(Math.Max(0, amount), weights))
            {
                Take(line.Number, line.AmountMinor);
            }
        }

        void Take(int number, long amount)
        {
            placed[number - 1] = placed[number - 1] with { AmountMinor = placed[number - 1].AmountMinor + amount };
            left[number - 1] -= amount;
        }
    }

    private static List<OrderLine> Reserve(Order order, IEnumerable<OrderStep> running)
    {
        var lines = order.Lines.ToList();
        foreach (var line in running.Where(step => step.Kind == StepKind.Refund).SelectMany(step => step.Lines))
        {
            lines[line.Number - 1] = lines[line.Number - 1] with
            {
                RefundedMinor = lines[line.Number - 1].RefundedMinor + line.AmountMinor,
                RefundedQuantity = lines[line.Number - 1].RefundedQuantity + line.Quantity,
            };
        }

        return lines;
    }

    // What others gave back meanwhile may have been placed where it was reserved; there is nothing left then, and not less.
    private static long[] Left(IReadOnlyList<OrderLine> lines) => [.. lines.Select(line => Math.Max(0, line.TotalMinor - line.RefundedMinor))];

    private static StepLine[] Split(long amount, long[] left) => amount == 0
        ? []
        : [.. Allocation.Split(amount, left).Select((part, i) => new StepLine(i + 1, 0, part)).Where(line => line.AmountMinor > 0)];

    private static List<StepLine> OfUnits(Order order, List<OrderLine> lines, IReadOnlyList<(int Number, int Quantity)> units)
    {
        var left = Left(lines);
        var planned = new List<StepLine>(units.Count);
        for (var i = 0; i < units.Count; i++)
        {
            var (number, quantity) = units[i];
            if (number > lines.Count)
            {
                throw DomainError.InvalidArgument($"lines[{i}].line_number", $"is past the {lines.Count} lines of the order.");
            }

            var line = lines[number - 1];
            if (quantity > line.Quantity - line.RefundedQuantity)
            {
                throw QuantityNotAvailable(order, number, line.Quantity - line.RefundedQuantity);
            }

            // Units are worth what the line's total makes of them one after the other, so that all of them are worth all of it.
            var worth = Allocation.OfUnits(line.TotalMinor, line.Quantity, line.RefundedQuantity + quantity)
                - Allocation.OfUnits(line.TotalMinor, line.Quantity, line.RefundedQuantity);
            planned.Add(new StepLine(number, quantity, Math.Min(worth, left[number - 1])));
        }

        return planned;
    }

    private static DomainException QuantityNotAvailable(Order order, int number, int available)
    {
        var error = DomainError.FailedPrecondition(
            ErrorReason.QuantityNotAvailable, order.Name, $"Only {available} units of line {number} of {order.Name} are left.");
        error.Details["line_number"] = number.ToString(CultureInfo.InvariantCulture);
        error.Details["available"] = available.ToString(CultureInfo.InvariantCulture);
        return error;
    }
}
