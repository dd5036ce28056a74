using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Orders.V1;
using Suite.Orders.Search;
using Suite.Orders.Storage;
using Suite.Platform.Errors;
using Suite.Platform.Listing;
using Suite.Platform.Naming;
using Suite.Platform.Projections;
using Suite.Platform.Security;
using Order = Suite.Orders.Domain.Order;

namespace Suite.Orders.Features;

/// <summary>Finds orders by what is in them, among those the caller may know of; the index says which, the record what they are now.</summary>
internal sealed class SearchOrders(OrderStore store, IOrderIndex index, ServingGeneration serving, ProjectionProgress progress, PageTokens tokens)
{
    private const int MostOnPage = 200;

    private static readonly OrderSchema s_orders = new(new SortOrder(string.Empty, Descending: true), "relevance", "create_time", "update_time", "total");

    /// <exception cref="DomainException">INVALID_ARGUMENT (QUERY_INVALID, PAGE_TOKEN_INVALID); UNAVAILABLE while the index is away.</exception>
    public async Task<SearchOrdersResponse> RunAsync(SearchOrdersRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var query = Read(request);
        var size = Math.Min(PageTokens.Size(request.PageSize), MostOnPage);
        var asked = $"SearchOrders {caller.Sight} {request.OrderBy} {request.Query}";
        var cursor = tokens.Decode(asked, request.PageToken);
        Guid? own = caller.SeesOnlyOwn ? ResourceName.ParseGuid(Order.Customers, caller.Name) : null;

        var generation = await serving.OfAsync(SearchProjection.ProjectionName, cancellationToken);
        var asOf = await progress.AsOfAsync(SearchProjection.ProjectionName, cancellationToken) - index.Delay;
        var found = await index.SearchAsync(generation, query, own, cursor, size + 1, cancellationToken);
        var page = found.Take(size).ToList();
        var orders = (await store.FindManyAsync([.. page.Select(hit => hit.Id)], cancellationToken)).ToDictionary(order => order.Id);
        return new SearchOrdersResponse
        {
            // An index is not asked whether somebody may see an order: the record is.
            Hits =
            {
                page.Where(hit => orders.TryGetValue(hit.Id, out var order) && order.IsKnownTo(caller))
                    .Select(hit => new OrderHit { Order = orders[hit.Id].ToProto(), Highlights = { Highlighter.Of(query, hit.Texts) } }),
            },
            NextPageToken = found.Count > size ? tokens.Encode(asked, page[^1].Cursor) : string.Empty,
            AsOf = asOf is { } time ? Timestamp.FromDateTimeOffset(time) : null,
            Counts = request.Count ? ToProto(await index.CountAsync(generation, query, own, cancellationToken)) : null,
        };
    }

    private static SearchQuery Read(SearchOrdersRequest request)
    {
        var parts = QueryParser.Parse(request.Query);
        var order = s_orders.Parse(request.OrderBy);
        var hasWords = parts.OfType<WordsPart>().Any(part => !part.IsNot);
        return order.Field switch
        {
            "relevance" => new SearchQuery(parts, SearchSort.Relevance, IsDescending: true),
            "create_time" => new SearchQuery(parts, SearchSort.CreateTime, order.Descending),
            "update_time" => new SearchQuery(parts, SearchSort.UpdateTime, order.Descending),
            "total" => new SearchQuery(parts, SearchSort.Total, order.Descending),
            _ => new SearchQuery(parts, hasWords ? SearchSort.Relevance : SearchSort.CreateTime, IsDescending: true),
        };
    }

    private static OrderCounts ToProto(FoundCounts counts) => new()
    {
        Total = counts.Total,
        States = { counts.States.Select(of => new OrderCounts.Types.Bucket { Value = QueryParser.States.FindValueByNumber(of.State)!.Name, Count = of.Count }) },
        Currencies = { counts.Currencies.Select(of => new OrderCounts.Types.Bucket { Value = of.Currency, Count = of.Count }) },
        Days = { counts.Days.Select(of => new OrderCounts.Types.Bucket { Value = of.Day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), Count = of.Count }) },
    };
}
