using Grpc.Core;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Users.V1;

namespace Suite.Client.Testing;

/// <summary>UserService.</summary>
internal static class FakeUsers
{
    public static User Create(FakeState state, CreateUserRequest request) => FakeOnce.Run(state, "CreateUser", request, request.RequestId, () =>
    {
        var user = request.User ?? throw FakeErrors.Invalid("user", "must be set.");
        return Add(state, user.Email, user.DisplayName);
    });

    public static User Get(FakeState state, GetUserRequest request) => Find(state, request.Name).Clone();

    public static BatchGetUsersResponse BatchGet(FakeState state, BatchGetUsersRequest request) => request.Names.Count is 0 or > 1000
        ? throw FakeErrors.Invalid("names", "must have 1 to 1000 items.")
        : new BatchGetUsersResponse { Users = { request.Names.Select(name => Find(state, name).Clone()) } };

    public static User Add(FakeState state, string email, string displayName)
    {
        if (!email.Contains('@', StringComparison.Ordinal))
        {
            throw FakeErrors.Invalid("user.email", "must be an e-mail address such as ada@example.com.");
        }

        if (state.Users.Values.Any(u => string.Equals(u.Email, email, StringComparison.OrdinalIgnoreCase)))
        {
            throw FakeErrors.About(StatusCode.AlreadyExists, ErrorReason.ResourceAlreadyExists, "user.email", "A user with this e-mail address already exists.");
        }

        var now = state.Now();
        var user = new User
        {
            Name = state.NewName("users"),
            Email = email,
            DisplayName = displayName,
            State = User.Types.State.Active,
            CreateTime = now,
            UpdateTime = now,
            Etag = "1",
        };
        state.Users.Add(user.Name, user);
        return user.Clone();
    }

    public static User SetState(FakeState state, string name, User.Types.State newState)
    {
        var user = Find(state, name);
        user.State = newState;
        user.UpdateTime = state.Now();
        return user.Clone();
    }

    private static User Find(FakeState state, string name) =>
        !name.StartsWith("users/", StringComparison.Ordinal)
            ? throw FakeErrors.Invalid("name", "must be a name of the form users/{uuid}.")
            : state.Users.TryGetValue(name, out var user) ? user : throw FakeErrors.NotFound(name);
}
