namespace Suite.Faults.Plan;

/// <summary>
/// Numbers that follow from a seed alone, on every machine and in every version of the runtime: SplitMix64 (Steele, Lea and Flood, "Fast
/// splittable pseudorandom number generators", OOPSLA 2014). Not for several threads at once.
/// </summary>
internal sealed class Dice(long seed)
{
    private ulong _state = (ulong)seed;

    /// <summary>Dice of their own for a part of the run, such that what one part rolls changes nothing for another.</summary>
    public static Dice For(long seed, int part) => new(unchecked(seed + ((long)part * 0x51_7C_C1_B7_27_22_0A95)));

    /// <summary>A number from 0 to <paramref name="count"/> - 1.</summary>
    public int Next(int count) => (int)(Roll() % (ulong)count);

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public double Between(double least, double most) => least + ((most - least) * (Roll() >> 11) / (1UL << 53));

    /// <summary>True in so many cases of a hundred.</summary>
    public bool Chance(int percent) => Next(100) < percent;

    /// <summary>One of them.</summary>
    public T Of<T>(IReadOnlyList<T> items) => items[Next(items.Count)];

    /// <summary>All of them in another order.</summary>
    public List<T> Shuffled<T>(IEnumerable<T> items)
    {
        var shuffled = items.ToList();
        for (var i = shuffled.Count - 1; i > 0; i--)
        {
            var other = Next(i + 1);
            (shuffled[i], shuffled[other]) = (shuffled[other], shuffled[i]);
        }

        return shuffled;
    }

    private ulong Roll()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
