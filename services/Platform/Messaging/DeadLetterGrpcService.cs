using System.Globalization;
using Grpc.Core;
using Suite.Contracts.Ops.V1;
using Suite.Platform.Idempotency;
using Suite.Platform.Listing;
using Suite.Platform.Messaging.Inbox;
using Suite.Platform.Security;

namespace Suite.Platform.Messaging;

/// <summary>DeadLetterService: translate, call, translate.</summary>
internal sealed class DeadLetterGrpcService(ParkingLot lot, DeadLetterReplayer replayer, IdempotencyStore requests, PageTokens tokens)
    : DeadLetterService.DeadLetterServiceBase
{
    private const string ListQuery = "ListDeadLetters";

    public override async Task<ListDeadLettersResponse> ListDeadLetters(ListDeadLettersRequest request, ServerCallContext context)
    {
        var size = PageTokens.Size(request.PageSize);
        var after = tokens.Decode(ListQuery, request.PageToken) is { } cursor ? long.Parse(cursor, CultureInfo.InvariantCulture) : 0;
        var letters = await lot.PageAsync(after, size + 1, context.CancellationToken);
        return new ListDeadLettersResponse
        {
            DeadLetters = { letters.Take(size) },
            NextPageToken = letters.Count > size
                ? tokens.Encode(ListQuery, letters[size - 1].Id.ToString(CultureInfo.InvariantCulture))
                : string.Empty,
        };
    }

    public override async Task<ReplayDeadLettersResponse> ReplayDeadLetters(ReplayDeadLettersRequest request, ServerCallContext context)
    {
        var key = RequestKey.Of("ReplayDeadLetters", request.RequestId, request, context.GetCaller());
        var response = await requests.RunAsync(
            key,
            ReplayDeadLettersResponse.Parser,
            async (transaction, token) => new ReplayDeadLettersResponse { MarkedCount = await ParkingLot.MarkAsync(request, key.Id, transaction, token) },
            context.CancellationToken);
        replayer.Wake();
        return response;
    }
}
