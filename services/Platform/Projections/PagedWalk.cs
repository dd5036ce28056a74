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
}
