using System.Text.RegularExpressions;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;

namespace Suite.Client.Testing;

/// <summary>
/// SearchOrders, as far as tests of callers need it: words and phrases, <c>state:</c>, <c>customer:</c>, <c>product:</c>, <c>currency:</c>, each
/// with <c>-</c> before it or not, the newest first. It highlights nothing, and refuses what else the service knows.
/// </summary>
internal static partial class FakeSearch
{
    public static SearchOrdersResponse Run(FakeState state, SearchOrdersRequest request)
    {
        var parts = Part().Matches(request.Query).Select(PartOf).ToList();
        var found = state.Orders.Values.Reverse()
            .Where(order => state.Caller.MayKnowOf(order.Current.Customer) && parts.TrueForAll(part => part(order)))
            .Select(order => order.Current)
            .ToList();
        var (items, next) = FakePages.Cut($"SearchOrders {request.OrderBy} {request.Query}", found, o => o.Name, request.PageSize, request.PageToken);
        return new SearchOrdersResponse
        {
            Hits = { items.Select(order => new OrderHit { Order = order.Clone() }) },
            NextPageToken = next,
            AsOf = state.Now(),
            Counts = request.Count
                ? new OrderCounts { Total = found.Count, States = { Buckets(found, o => o.State.ToString().ToUpperInvariant()) }, Currencies = { Buckets(found, o => o.Total.CurrencyCode) } }
                : null,
        };
    }

    private static IEnumerable<OrderCounts.Types.Bucket> Buckets(IEnumerable<Order> orders, Func<Order, string> by) =>
        orders.CountBy(by).OrderByDescending(of => of.Value).Select(of => new OrderCounts.Types.Bucket { Value = of.Key, Count = of.Value });

    private static Func<FakeOrder, bool> PartOf(Match part)
    {
        var (not, field, value) = (part.Groups["not"].Success, part.Groups["field"].Value, part.Groups["value"].Value);
        Func<Order, string, bool> matches = field switch
        {
            "" => static (order, text) => Texts(order).Any(of => of.Contains(text, StringComparison.OrdinalIgnoreCase)),
            "state:" => static (order, text) => order.State.ToString().Equals(text.Replace("_", string.Empty, StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase),
            "customer:" => static (order, text) => order.Customer == text,
            "product:" => static (order, text) => order.Lines.Any(line => line.Product == text || line.Product == "products/" + text),
            "currency:" => static (order, text) => order.Total.CurrencyCode == text,
            _ => throw FakeErrors.Invalid("query", $"'{field}' is nothing the fake knows.", ErrorReason.QueryInvalid),
        };
        return order => matches(order.Current, value) != not;
    }

    private static IEnumerable<string> Texts(Order order) =>
        [order.Name, order.Customer, order.Payment, order.StateReason, .. order.Lines.Select(line => line.Product), .. order.Adjustments.Select(a => a.DisplayName)];

    [GeneratedRegex("""(?<not>-)?(?<field>[A-Za-z_]+(?::|[<>]=?))?(?:"(?<value>[^"]*)"|(?<value>[^\s"]+))""")]
    private static partial Regex Part();
}
