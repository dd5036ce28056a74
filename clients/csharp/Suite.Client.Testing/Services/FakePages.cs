using System.Text;
using Suite.Contracts.Common.V1;

namespace Suite.Client.Testing;

/// <summary>Cuts lists into pages, by key.</summary>
internal static class FakePages
{
    private const int DefaultSize = 50;
    private const int MostSize = 1000;

    public static (List<T> Items, string NextToken) Cut<T>(string query, IEnumerable<T> items, Func<T, string> key, int size, string token)
    {
        if (size < 0)
        {
            throw FakeErrors.Invalid("page_size", "must be at least 0.");
        }

        var limit = size == 0 ? DefaultSize : Math.Min(size, MostSize);
        var rest = token.Length == 0 ? items : After(items, key, Decode(query, token));
        var page = rest.Take(limit + 1).ToList();
        if (page.Count <= limit)
        {
            return (page, string.Empty);
        }

        page.RemoveAt(limit);
        return (page, Convert.ToBase64String(Encoding.UTF8.GetBytes(query + "\n" + key(page[^1]))));
    }

    private static IEnumerable<T> After<T>(IEnumerable<T> items, Func<T, string> key, string last) =>
        items.SkipWhile(item => key(item) != last).Skip(1);

    private static string Decode(string query, string token)
    {
        var bytes = new byte[token.Length];
        if (Convert.TryFromBase64String(token, bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length).Split('\n') is [.., var last] parts
            && string.Join('\n', parts[..^1]) == query)
        {
            return last;
        }

        throw FakeErrors.Invalid("page_token", "is damaged or belongs to another query.", ErrorReason.PageTokenInvalid);
    }
}
