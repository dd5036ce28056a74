using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Orders.V1;
using Suite.Orders.Domain;
using Suite.Orders.Storage;
using Suite.Orders.Timelines;
using Suite.Platform.Errors;
using Suite.Platform.Listing;
using Suite.Platform.Naming;
using Suite.Platform.Projections;
using Suite.Platform.Security;
using Order = Suite.Orders.Domain.Order;

namespace Suite.Orders.Features;

/// <summary>
/// Tells what happened to an order, from everybody's side, to who may know of it. What its payment and its customer did comes from the
/// documents; its own part from its record, so that whoever just did something finds it told.
/// </summary>
internal sealed class ListOrderEvents(OrderStore store, OrderHistory history, ITimelineStore timelines, ServingGeneration serving, PageTokens tokens)
{
    /// <exception cref="DomainException">NOT_FOUND; INVALID_ARGUMENT (PAGE_TOKEN_INVALID); UNAVAILABLE while the documents are away.</exception>
    public async Task<ListOrderEventsResponse> RunAsync(ListOrderEventsRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var query = $"ListOrderEvents {caller.Sight} {request.Parent}";
        var size = PageTokens.Size(request.PageSize);
        var after = tokens.Decode(query, request.PageToken);
        var order = await store.FindAsync(ResourceName.ParseGuid(Order.Collection, request.Parent), cancellationToken);
        if (order is null || !order.IsKnownTo(caller))
        {
            throw DomainError.NotFound(request.Parent);
        }

        var story = await StoryAsync(order, cancellationToken);
        var first = after is null ? 0 : story.FindIndex(told => told.Key == after) + 1;
        var page = story.Skip(first).Take(size).ToList();
        return new ListOrderEventsResponse
        {
            Events = { page.Select(told => told.Event) },
            NextPageToken = first + page.Count < story.Count ? tokens.Encode(query, page[^1].Key) : string.Empty,
        };
    }

    private async Task<List<(string Key, OrderEvent Event)>> StoryAsync(Order order, CancellationToken cancellationToken)
    {
        var documents = await timelines.FindAsync(
            await serving.OfAsync(TimelineProjection.ProjectionName, cancellationToken), [order.Id, order.CustomerId], cancellationToken);
        var entries = (await history.EventsAsync(order.Id, cancellationToken)).Select(found => TimelineEntry.Of(order, found))
            .Concat(documents.SelectMany(document => document.Entries).Where(entry =>
                entry.Chain == TimelineChain.Payment || (entry.Chain == TimelineChain.Customer && entry.Time >= order.CreateTime)));

        var story = new List<(string, OrderEvent)>();
        var (state, version) = (Contracts.Orders.V1.Order.Types.State.Pending, 0L);
        foreach (var entry in TimelineOrder.Sort(entries))
        {
            (state, version) = entry.Chain == TimelineChain.Order ? (entry.State ?? state, entry.Version) : (state, version);
            story.Add((entry.Key, new OrderEvent
            {
                Sequence = story.Count + 1,
                Type = entry.Type,
                State = state,
                Version = version,
                EventTime = Timestamp.FromDateTimeOffset(entry.Time),
                Actor = entry.Actor,
                Reason = entry.Reason,
                Amount = entry.Amount?.ToProto(),
                Step = entry.Step?.ToString() ?? string.Empty,
                TraceId = entry.TraceId?.ToString("N") ?? string.Empty,
            }));
        }

        return story;
    }
}
