using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Suite.Contracts.Ops.V1;
using Suite.Platform.Errors;
using Suite.Platform.Messaging;

namespace Suite.Platform.Projections;

/// <summary>HistoryService: the kept events, a page at a time.</summary>
internal sealed class HistoryGrpcService(EventHistory history) : HistoryService.HistoryServiceBase
{
    private const int PageSize = 500;

    public override async Task ReadHistory(
        ReadHistoryRequest request, IServerStreamWriter<ReadHistoryResponse> responseStream, ServerCallContext context)
    {
        var (place, type) = Read(request.Cursor);
        var total = await history.CountAsync(context.CancellationToken);
        while (true)
        {
            var events = await history.PageAsync(place, type, PageSize, context.CancellationToken);
            if (events.Count == 0)
            {
                return;
            }

            (place, type) = (events[^1].Place, events[^1].Type);
            await responseStream.WriteAsync(
                new ReadHistoryResponse
                {
                    Events = { events.Select(ToProto) },
                    Cursor = string.Create(CultureInfo.InvariantCulture, $"{place.Owner:N} {place.Version} {type}"),
                    TotalCount = total,
                },
                context.CancellationToken);
            total = 0;
        }
    }

    private static HistoryEvent ToProto(KeptEvent kept) => new()
    {
        Type = kept.Type,
        Body = UnsafeByteOperations.UnsafeWrap(kept.Body),
        TraceId = kept.TraceId?.ToString("N") ?? string.Empty,
    };

    private static (EventPlace Place, string Type) Read(string cursor)
    {
        if (cursor.Length == 0)
        {
            return (default, string.Empty);
        }

        return cursor.Split(' ') is [var owner, var version, var type]
            && Guid.TryParseExact(owner, "N", out var id)
            && long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? (new EventPlace(id, number), type)
                : throw DomainError.InvalidArgument("cursor", "is not one that ReadHistory gave.");
    }
}
