using Grpc.Core;
using Suite.Contracts.Users.V1;
using Suite.Platform.Idempotency;
using Suite.Platform.Naming;
using Suite.Platform.Overload;
using Suite.Platform.Security;
using Suite.Users.Domain;
using Suite.Users.Features.Limits;
using Suite.Users.Features.Sessions;

namespace Suite.Users;

/// <summary>SessionService: translate, call, translate.</summary>
internal sealed class SessionGrpcService(CreateSession create, RefreshSession refresh, DeleteSession delete, ListSessions list)
    : SessionService.SessionServiceBase
{
    public override Task<SessionTokens> CreateSession(CreateSessionRequest request, ServerCallContext context) =>
        create.RunAsync(request, PeerAddress.Of(context), UserAgent(context), context.CancellationToken);

    public override Task<SessionTokens> RefreshSession(RefreshSessionRequest request, ServerCallContext context) =>
        refresh.RunAsync(request, PeerAddress.Of(context), context.CancellationToken);

    [FinishesWork]
    public override Task<DeleteSessionResponse> DeleteSession(DeleteSessionRequest request, ServerCallContext context) =>
        delete.RunAsync(
            RequestKey.Of("DeleteSession", request.RequestId, request, context.GetCaller()),
            ResourceName.ParseGuid(UserSession.Collection, request.Name),
            context.GetCaller(),
            context.CancellationToken);

    public override Task<ListSessionsResponse> ListSessions(ListSessionsRequest request, ServerCallContext context) =>
        list.RunAsync(request, context.GetCaller(), context.CancellationToken);

    private static string UserAgent(ServerCallContext context) => context.GetHttpContext().Request.Headers.UserAgent.ToString();
}
