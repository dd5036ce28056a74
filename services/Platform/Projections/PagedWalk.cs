using System.Runtime.CompilerServices;

namespace Suite.Platform.Projections;

/// <summary>Walks documents one by one that a store gives by the page.</summary>
/// <param name="read">The page behind a document; the first one behind null. An empty one is the end.</param>
public sealed class PagedWalk<T>(Func<T?, CancellationToken, Task<IReadOnlyList<T>>> read)
    where T : class
{
    private IReadOnlyList<T> _page = [];
    private int _next;
    private T? _last;
    private bool _isOver;

    /// <summary>The next document, or null at the end.</summary>
    public async ValueTask<T?> NextAsync(CancellationToken cancellationToken)
    {
        if (_next == _page.Count && !_isOver)
        {
            (_page, _next) = (await read(_last, cancellationToken), 0);
            _isOver = _page.Count == 0;
        }

        return _isOver ? null : _last = _page[_next++];
    }

    /// <summary>Walks this one and another side by side: each document with its like, or with null where the other walk has none.</summary>
    /// <param name="other">The other walk.</param>
    /// <param name="compare">Compares two documents by what both walks are in order of.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<(T? Ours, T? Theirs)> BesideAsync(
        PagedWalk<T> other, Comparison<T> compare, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (a, b) = (await NextAsync(cancellationToken), await other.NextAsync(cancellationToken));
        while (a is not null || b is not null)
        {
            var order = a is null ? 1 : b is null ? -1 : compare(a, b);
            yield return (order <= 0 ? a : null, order >= 0 ? b : null);
            a = order <= 0 ? await NextAsync(cancellationToken) : a;
            b = order >= 0 ? await other.NextAsync(cancellationToken) : b;
        }
    }
}
