namespace Suite.Users.Features.SigningKeys;

/// <summary>When a key signs, when the next one is made, and when one can go. Nothing but arithmetic.</summary>
internal static class SigningKeySchedule
{
    /// <summary>The key whose turn it is, of keys in the order of their turns.</summary>
    public static SigningKey? Current(IReadOnlyList<SigningKey> keys, DateTimeOffset now) => keys.LastOrDefault(k => k.SignTime <= now);

    /// <summary>
    /// When the key that is to be made now shall sign; null when none is due. The very first signs at once, each other after it was
    /// published for the lead.
    /// </summary>
    public static DateTimeOffset? NextSignTime(IReadOnlyList<SigningKey> keys, SigningKeyOptions options, DateTimeOffset now)
    {
        if (keys.Count == 0)
        {
            return now;
        }

        var due = keys[^1].SignTime + options.Period;
        var announced = now + options.Lead;
        return due > announced ? null : announced;
    }

    /// <summary>The keys that signed nothing that still lives: the next one took over longer ago than a token's whole life.</summary>
    public static IReadOnlyList<SigningKey> Spent(IReadOnlyList<SigningKey> keys, SigningKeyOptions options, DateTimeOffset now) =>
        [.. keys.Where((_, i) => i + 1 < keys.Count && keys[i + 1].SignTime + options.AccessLifetime + SigningKeyOptions.Skew < now)];
}
