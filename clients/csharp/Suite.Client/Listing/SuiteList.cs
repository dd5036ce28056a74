using System.Runtime.CompilerServices;

namespace Suite.Client;

/// <summary>
/// A list, walked as it is read: item by item with <c>await foreach</c>, or page by page with <see cref="AsPages"/>. Nothing is
/// asked before the first item is wanted; every walk starts anew. Each page is a call of its own, with its own deadline.
/// </summary>
public sealed class SuiteList<T> : IAsyncEnumerable<T>
{
    private const int MostPageSize = 1000;

    private readonly Func<int, string, CancellationToken, Task<SuitePage<T>>> _fetch;
    private readonly SuiteListOptions _options;

    internal SuiteList(SuiteListOptions? options, Func<int, string, CancellationToken, Task<SuitePage<T>>> fetch)
    {
        _options = options ?? new SuiteListOptions();
        if (_options.PageSize is { } size)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(size, 1, nameof(SuiteListOptions.PageSize));
        }

        if (_options.MaxItems is { } most)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(most, nameof(SuiteListOptions.MaxItems));
        }

        _fetch = fetch;
    }

    /// <summary>The list page by page. The last page is shorter where <see cref="SuiteListOptions.MaxItems"/> says so.</summary>
    public async IAsyncEnumerable<SuitePage<T>> AsPages([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var left = _options.MaxItems ?? long.MaxValue;
        var token = _options.PageToken ?? string.Empty;
        while (left > 0)
        {
            var page = await _fetch(Size(left), token, cancellationToken).ConfigureAwait(false);
            if (page.NextPageToken.Length > 0 && page.NextPageToken == token)
            {
                throw new InvalidOperationException("The service gave the same page token twice; the list would never end.");
            }

            token = page.NextPageToken;
            yield return page.Items.Count <= left ? page : page with { Items = [.. page.Items.Take((int)left)] };
            left -= page.Items.Count;
            if (token.Length == 0)
            {
                yield break;
            }
        }
    }

    /// <inheritdoc />
    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        await foreach (var page in AsPages(cancellationToken).ConfigureAwait(false))
        {
            foreach (var item in page.Items)
            {
                yield return item;
            }
        }
    }

    // The last page is asked for in the size that is left, so that its token goes on exactly behind the last item.
    private int Size(long left) => (int)Math.Min(
        left,
        _options.PageSize ?? (_options.MaxItems is null ? 0 : MostPageSize));
}
