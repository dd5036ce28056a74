using Grpc.Core;
using Suite.Contracts.Users.V1;
using Suite.Platform.Idempotency;
using Suite.Platform.Naming;
using Suite.Platform.Security;
using Suite.Users.Domain;
using Suite.Users.Features;

namespace Suite.Users;

/// <summary>UserService: translate, call, translate.</summary>
internal sealed class UserGrpcService(CreateUser createUser, GetUsers getUsers) : UserService.UserServiceBase
{
    public override Task<User> CreateUser(CreateUserRequest request, ServerCallContext context) =>
        createUser.RunAsync(
            RequestKey.Of("CreateUser", request.RequestId, request, context.GetCaller()),
            EmailAddress.Parse(request.User.Email, "user.email"),
            request.User.DisplayName,
            context.CancellationToken);

    public override Task<User> GetUser(GetUserRequest request, ServerCallContext context) =>
        getUsers.OneAsync(ResourceName.ParseGuid(UserAccount.Collection, request.Name), context.CancellationToken).AsTask();

    public override async Task<BatchGetUsersResponse> BatchGetUsers(BatchGetUsersRequest request, ServerCallContext context)
    {
        var ids = request.Names.Select((name, i) => ResourceName.ParseGuid(UserAccount.Collection, name, $"names[{i}]")).ToArray();
        return new BatchGetUsersResponse { Users = { await getUsers.ManyAsync(ids, context.CancellationToken) } };
    }
}
