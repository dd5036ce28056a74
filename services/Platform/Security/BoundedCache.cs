using System.Collections.Concurrent;

namespace Suite.Platform.Security;

/// <summary>
/// Remembers up to a number of things by a secret text. When half of them are new, the other half, which nobody has asked for since,
/// is forgotten: no bookkeeping at a hit, and a flood of keys can not make it grow.
/// </summary>
internal sealed class BoundedCache<T>(int capacity)
    where T : class
{
    private readonly Lock _turning = new();
    private volatile ConcurrentDictionary<string, T> _young = New();
    private volatile ConcurrentDictionary<string, T> _old = New();
    private int _count;

    /// <summary>How many are remembered at most.</summary>
    public int Count => _young.Count + _old.Count;

    /// <summary>What is remembered under a key.</summary>
    public T? Find(string key)
    {
        if (_young.TryGetValue(key, out var value))
        {
            return value;
        }

        if (_old.TryGetValue(key, out value))
        {
            Set(key, value);
        }

        return value;
    }

    /// <summary>Remembers a value, instead of the one before.</summary>
    public void Set(string key, T value)
    {
        var young = _young;
        if (!young.TryAdd(key, value))
        {
            young[key] = value;
        }
        else if (Interlocked.Increment(ref _count) > capacity / 2)
        {
            Turn();
        }
    }

    /// <summary>Forgets a key.</summary>
    public void Remove(string key)
    {
        _young.TryRemove(key, out _);
        _old.TryRemove(key, out _);
    }

    private void Turn()
    {
        lock (_turning)
        {
            if (_count > capacity / 2)
            {
                _old = _young;
                _young = New();
                _count = 0;
            }
        }
    }

    private static ConcurrentDictionary<string, T> New() => new(EndComparer.Instance);

    /// <summary>
    /// Tokens of one issuer begin alike and end in a signature: hashing their end alone is as good and costs a tenth. The hash is a
    /// keyed one, so nobody can choose keys that collide.
    /// </summary>
    private sealed class EndComparer : IEqualityComparer<string>
    {
        public static readonly EndComparer Instance = new();

        private const int Looked = 32;

        public bool Equals(string? x, string? y) => string.Equals(x, y);

        public int GetHashCode(string text) => string.GetHashCode(text.AsSpan(Math.Max(0, text.Length - Looked)));
    }
}
