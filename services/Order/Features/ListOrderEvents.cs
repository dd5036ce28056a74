using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Orders.V1;
using Suite.Orders.Storage;
using Suite.Platform.Errors;
using Suite.Platform.Listing;
using Suite.Platform.Naming;
using Suite.Platform.Security;
using Order = Suite.Orders.Domain.Order;

namespace Suite.Orders.Features;

/// <summary>Tells what happened to an order, from its own record, to who may know of it.</summary>
internal sealed class ListOrderEvents(OrderStore store, OrderHistory history, PageTokens tokens)
{
    /// <exception cref="DomainException">NOT_FOUND; INVALID_ARGUMENT (PAGE_TOKEN_INVALID).</exception>
    public async Task<ListOrderEventsResponse> RunAsync(ListOrderEventsRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var query = $"ListOrderEvents {caller.Sight} {request.Parent}";
        var size = PageTokens.Size(request.PageSize);
        var (sequence, after) = Read(tokens.Decode(query, request.PageToken));
        var order = await store.FindAsync(ResourceName.ParseGuid(Order.Collection, request.Parent), cancellationToken);
        if (order is null || !order.IsKnownTo(caller))
        {
            throw DomainError.NotFound(request.Parent);
        }

        var events = await history.PageAsync(order.Id, after, size + 1, cancellationToken);
        return new ListOrderEventsResponse
        {
            Events = { events.Take(size).Select((found, i) => ToProto(order, found, sequence + i + 1)) },
            NextPageToken = events.Count > size ? tokens.Encode(query, Write(sequence + size, events[size - 1].At)) : string.Empty,
        };
    }

    private static OrderEvent ToProto(Order order, HistoryEvent found, long sequence)
    {
        var change = found.Change;
        return new OrderEvent
        {
            Sequence = sequence,
            Type = change.Type,
            State = change.State,
            Version = change.Version,
            EventTime = Timestamp.FromDateTimeOffset(change.Time),
            Actor = change.Actor,
            Reason = change.Note ?? change.StateReason,
            Amount = change.AmountMinor is { } minor ? (order.Total with { MinorUnits = minor }).ToProto() : null,
            // What costs nothing was no step at the payment.
            Step = change is { StepId: { } step, AmountMinor: > 0 } ? step.ToString() : string.Empty,
            TraceId = change.TraceId?.ToString("N") ?? string.Empty,
        };
    }

    private static string Write(long sequence, HistoryPlace at) => string.Create(CultureInfo.InvariantCulture, $"{sequence} {at.Version} {at.Place}");

    private static (long Sequence, HistoryPlace At) Read(string? cursor)
    {
        if (cursor is null)
        {
            return (0, default);
        }

        var parts = cursor.Split(' ');
        return (
            long.Parse(parts[0], CultureInfo.InvariantCulture),
            new HistoryPlace(long.Parse(parts[1], CultureInfo.InvariantCulture), short.Parse(parts[2], CultureInfo.InvariantCulture)));
    }
}
