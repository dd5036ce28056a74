using System.Buffers.Binary;

namespace Suite.Platform.Messaging;

/// <summary>
/// The ids the inbox can remember. An id outside of it (too old, or no UUIDv7) can not be applied exactly once, so it is parked
/// instead of being guessed about.
/// </summary>
internal sealed class InboxRange
{
    private volatile Bounds _bounds = new(0, 0);

    /// <summary>Whether the inbox has a partition for the id.</summary>
    public bool Contains(Guid id)
    {
        // The first 48 bits are the time; the bounds have none beyond, and this is asked of every message.
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var milliseconds = (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
        var bounds = _bounds;
        return milliseconds >= bounds.First && milliseconds < bounds.End;
    }

    internal void Set(DateOnly first, DateOnly end) => _bounds = new Bounds(Milliseconds(first), Milliseconds(end));

    /// <summary>The lowest UUIDv7 of a day: 48 bits of milliseconds, then zeros.</summary>
    internal static string LowestId(DateOnly day)
    {
        var hex = Milliseconds(day).ToString("x12", null);
        return $"{hex[..8]}-{hex[8..]}-0000-0000-000000000000";
    }

    private static long Milliseconds(DateOnly day) => new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeMilliseconds();

    private sealed record Bounds(long First, long End);
}
