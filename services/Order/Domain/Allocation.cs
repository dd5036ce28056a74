namespace Suite.Orders.Domain;

/// <summary>
/// Splits an amount by largest remainder (Hamilton's method): each part is its exact share rounded towards zero, and the minor units
/// that are over go to the parts that lost most by that, the first of equals first. The parts add up to the amount, to the unit.
/// </summary>
internal static class Allocation
{
    /// <summary>
    /// Splits <paramref name="amount"/>, in minor units and of either sign, in proportion to <paramref name="weights"/>. No part is
    /// larger than its weight while the amount is not larger than the sum of the weights, and what weighs nothing gets nothing.
    /// </summary>
    /// <exception cref="ArgumentException">A weight is negative, or all of them are 0.</exception>
    public static long[] Split(long amount, IReadOnlyList<long> weights)
    {
        // Products of two 64-bit numbers and sums of 500 of them fit 128 bits.
        var whole = (Int128)0;
        foreach (var weight in weights)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(weight, nameof(weights));
            whole += weight;
        }

        if (whole == 0)
        {
            throw new ArgumentException("Nothing weighs anything.", nameof(weights));
        }

        var parts = new long[weights.Count];
        var remainders = new Int128[weights.Count];
        var over = Int128.Abs(amount);
        for (var i = 0; i < parts.Length; i++)
        {
            var (quotient, remainder) = Int128.DivRem(Int128.Abs(amount) * weights[i], whole);
            parts[i] = (long)quotient * Math.Sign(amount);
            remainders[i] = remainder;
            over -= quotient;
        }

        // The sort is stable, so of equal remainders the first comes first.
        foreach (var i in Enumerable.Range(0, parts.Length).OrderByDescending(i => remainders[i]).Take((int)over))
        {
            parts[i] += Math.Sign(amount);
        }

        return parts;
    }

    /// <summary>What the first <paramref name="units"/> of <paramref name="quantity"/> equal units are worth of <paramref name="total"/>, split in the same way.</summary>
    public static long OfUnits(long total, int quantity, int units) => checked((total / quantity * units) + Math.Min(total % quantity, units));
}
