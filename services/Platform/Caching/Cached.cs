namespace Suite.Platform.Caching;

/// <summary>
/// A value in a cache, and how far it can be believed. Times are timestamps of the <see cref="TimeProvider"/> of this process.
/// </summary>
internal sealed class Cached<T>(T? value, long version, long checkedAt)
    where T : class
{
    private long _checkedAt = checkedAt;

    /// <summary>Null says that the record has none.</summary>
    public T? Value { get; } = value;

    /// <summary>Grows with every change of the value.</summary>
    public long Version { get; } = version;

    /// <summary>
    /// When the read that brought it began, from the record or from Redis; or when it was last found that nothing better is to be had.
    /// </summary>
    public long CheckedAt
    {
        get => Volatile.Read(ref _checkedAt);
        set => Volatile.Write(ref _checkedAt, value);
    }
}
