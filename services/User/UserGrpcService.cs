using Grpc.Core;
using Suite.Contracts.Users.V1;
using Suite.Platform.Idempotency;
using Suite.Platform.Naming;
using Suite.Platform.Security;
using Suite.Users.Domain;
using Suite.Users.Features;
using Suite.Users.Features.Limits;

namespace Suite.Users;

/// <summary>UserService: translate, call, translate.</summary>
internal sealed class UserGrpcService(
    CreateUser createUser,
    GetUsers getUsers,
    ListUsers listUsers,
    UpdateUser updateUser,
    SuspendUser suspendUser,
    ReactivateUser reactivateUser,
    DeleteUser deleteUser,
    ChangePassword changePassword,
    RequestFingerprint fingerprint) : UserService.UserServiceBase
{
    public override Task<User> CreateUser(CreateUserRequest request, ServerCallContext context) =>
        createUser.RunAsync(
            RequestKey.Of("CreateUser", request.RequestId, fingerprint.Of(request), context.GetCaller()),
            EmailAddress.Parse(request.User.Email, "user.email"),
            request.User.DisplayName,
            request.Password,
            context.CancellationToken);

    public override Task<User> GetUser(GetUserRequest request, ServerCallContext context) =>
        getUsers.OneAsync(context.GetCaller(), Id(request.Name), context.CancellationToken).AsTask();

    public override async Task<BatchGetUsersResponse> BatchGetUsers(BatchGetUsersRequest request, ServerCallContext context)
    {
        var ids = request.Names.Select((name, i) => ResourceName.ParseGuid(UserAccount.Collection, name, $"names[{i}]")).ToArray();
        return new BatchGetUsersResponse { Users = { await getUsers.ManyAsync(context.GetCaller(), ids, context.CancellationToken) } };
    }

    public override Task<ListUsersResponse> ListUsers(ListUsersRequest request, ServerCallContext context) =>
        listUsers.RunAsync(context.GetCaller(), request, context.CancellationToken);

    public override Task<User> UpdateUser(UpdateUserRequest request, ServerCallContext context) =>
        updateUser.RunAsync(
            RequestKey.Of("UpdateUser", request.RequestId, request, context.GetCaller()),
            context.GetCaller(),
            ResourceName.ParseGuid(UserAccount.Collection, request.User.Name, "user.name"),
            request,
            context.CancellationToken);

    public override Task<User> SuspendUser(SuspendUserRequest request, ServerCallContext context) =>
        suspendUser.RunAsync(
            RequestKey.Of("SuspendUser", request.RequestId, request, context.GetCaller()),
            context.GetCaller(),
            Id(request.Name),
            request.Etag,
            context.CancellationToken);

    public override Task<User> ReactivateUser(ReactivateUserRequest request, ServerCallContext context) =>
        reactivateUser.RunAsync(
            RequestKey.Of("ReactivateUser", request.RequestId, request, context.GetCaller()),
            context.GetCaller(),
            Id(request.Name),
            request.Etag,
            context.CancellationToken);

    public override Task<User> DeleteUser(DeleteUserRequest request, ServerCallContext context) =>
        deleteUser.RunAsync(
            RequestKey.Of("DeleteUser", request.RequestId, request, context.GetCaller()),
            context.GetCaller(),
            Id(request.Name),
            request.Etag,
            context.CancellationToken);

    public override Task<ChangePasswordResponse> ChangePassword(ChangePasswordRequest request, ServerCallContext context) =>
        changePassword.RunAsync(
            RequestKey.Of("ChangePassword", request.RequestId, fingerprint.Of(request), context.GetCaller()),
            context.GetCaller(),
            PeerAddress.Of(context),
            Id(request.Name),
            request,
            context.CancellationToken);

    private static Guid Id(string name) => ResourceName.ParseGuid(UserAccount.Collection, name);
}
