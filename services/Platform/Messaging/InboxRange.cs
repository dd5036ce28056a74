namespace Suite.Platform.Messaging;

/// <summary>
/// The ids the inbox can remember. An id outside of it (too old, or no UUIDv7) can not be applied exactly once, so it is parked
/// instead of being guessed about.
/// </summary>
internal sealed class InboxRange
{
    private volatile Bounds _bounds = new(string.Empty, string.Empty);

    /// <summary>Whether the inbox has a partition for the id.</summary>
    public bool Contains(Guid id)
    {
        var text = id.ToString();
        var bounds = _bounds;
        return string.CompareOrdinal(text, bounds.First) >= 0 && string.CompareOrdinal(text, bounds.End) < 0;
    }

    internal void Set(DateOnly first, DateOnly end) => _bounds = new Bounds(LowestId(first), LowestId(end));

    /// <summary>The lowest UUIDv7 of a day: 48 bits of milliseconds, then zeros.</summary>
    internal static string LowestId(DateOnly day)
    {
        var milliseconds = new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeMilliseconds();
        var hex = milliseconds.ToString("x12", null);
        return $"{hex[..8]}-{hex[8..]}-0000-0000-000000000000";
    }

    private sealed record Bounds(string First, string End);
}
