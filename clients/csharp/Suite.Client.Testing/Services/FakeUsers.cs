using System.Globalization;
using Grpc.Core;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Users.V1;
using OrderState = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Client.Testing;

/// <summary>UserService.</summary>
internal static class FakeUsers
{
    private const int LeastPassword = 10;
    private const int MostPassword = 200;

    // A taste of the list a real suite has.
    private static readonly HashSet<string> WellKnown =
        new(StringComparer.OrdinalIgnoreCase) { "password123", "1234567890", "qwertyuiop", "password1234", "iloveyou123" };

    public static User Create(FakeState state, CreateUserRequest request) => FakeOnce.Run(state, "CreateUser", request, request.RequestId, () =>
    {
        var user = request.User ?? throw FakeErrors.Invalid("user", "must be set.");
        return Add(state, user.Email, user.DisplayName, request.Password.Length > 0 ? request.Password : null);
    });

    public static User Get(FakeState state, GetUserRequest request) => Find(state, request.Name).Clone();

    public static BatchGetUsersResponse BatchGet(FakeState state, BatchGetUsersRequest request) => request.Names.Count is 0 or > 1000
        ? throw FakeErrors.Invalid("names", "must have 1 to 1000 items.")
        : new BatchGetUsersResponse { Users = { request.Names.Select(name => Find(state, name).Clone()) } };

    public static ListUsersResponse List(FakeState state, ListUsersRequest request)
    {
        var matches = FakeFilter.Parse(request.Filter, Field, new User { CreateTime = new() });
        var found = state.Users.Values.Where(u => u.State != User.Types.State.Deleted).Where(matches);
        found = request.OrderBy switch
        {
            "" or "create_time desc" => found.Reverse(),
            "create_time" => found,
            "email" => found.OrderBy(u => u.Email, StringComparer.Ordinal),
            "email desc" => found.OrderByDescending(u => u.Email, StringComparer.Ordinal),
            _ => throw FakeErrors.Invalid("order_by", "must be create_time or email, each with or without desc."),
        };
        var query = $"ListUsers {request.Filter} {request.OrderBy}";
        var (items, next) = FakePages.Cut(query, found, u => u.Name, request.PageSize, request.PageToken);
        return new ListUsersResponse { Users = { items.Select(u => u.Clone()) }, NextPageToken = next };
    }

    public static User Update(FakeState state, UpdateUserRequest request) => FakeOnce.Run(state, "UpdateUser", request, request.RequestId, () =>
    {
        var wanted = request.User ?? throw FakeErrors.Invalid("user", "must be set.");
        var user = Changing(state, wanted.Name, wanted.Etag);
        List<string> fields = request.UpdateMask is { } mask
            ? [.. mask.Paths]
            : [.. new[] { ("email", wanted.Email), ("display_name", wanted.DisplayName) }.Where(f => f.Item2.Length > 0).Select(f => f.Item1)];
        if (fields.FirstOrDefault(f => f is not ("email" or "display_name" or "*")) is { } unknown)
        {
            throw FakeErrors.Invalid("update_mask", $"'{unknown}' can not be changed; email and display_name can.");
        }

        var (email, displayName) = (Names("email") ? wanted.Email : user.Email, Names("display_name") ? wanted.DisplayName : user.DisplayName);
        if (email != user.Email)
        {
            state.Caller.MustHave("directory.write");
            CheckAddress(state, email, user.Name);
        }

        if ((email, displayName) != (user.Email, user.DisplayName))
        {
            (user.Email, user.DisplayName) = (email, displayName);
            Changed(state, user);
        }

        return user.Clone();

        bool Names(string field) => fields.Contains(field) || fields.Contains("*");
    });

    public static User Suspend(FakeState state, SuspendUserRequest request) => FakeOnce.Run(
        state, "SuspendUser", request, request.RequestId, () => Move(state, Changing(state, request.Name, request.Etag), User.Types.State.Suspended));

    public static User Reactivate(FakeState state, ReactivateUserRequest request) => FakeOnce.Run(
        state, "ReactivateUser", request, request.RequestId, () => Move(state, Changing(state, request.Name, request.Etag), User.Types.State.Active));

    public static User Delete(FakeState state, DeleteUserRequest request) => FakeOnce.Run(state, "DeleteUser", request, request.RequestId, () =>
    {
        var user = Changing(state, request.Name, request.Etag);
        var open = state.Orders.Values
            .Select(o => o.Current)
            .Where(o => o.Customer == user.Name && o.State is OrderState.Pending or OrderState.Confirmed)
            .Select(o => o.Name)
            .Take(10)
            .ToList();
        if (open.Count > 0)
        {
            throw FakeErrors.Precondition(ErrorReason.UserHasOpenOrders, "The user has orders that are not finished.", open, "is not finished.");
        }

        (user.Email, user.DisplayName) = (string.Empty, string.Empty);
        state.Passwords.Remove(user.Name);
        return Move(state, user, User.Types.State.Deleted);
    });

    public static ChangePasswordResponse ChangePassword(FakeState state, ChangePasswordRequest request) =>
        FakeOnce.Run(state, "ChangePassword", request, request.RequestId, () =>
        {
            var user = Changing(state, request.Name, string.Empty);
            CheckPassword(request.NewPassword, "new_password");
            if (!state.Caller.Has("directory.write") && state.Passwords.GetValueOrDefault(user.Name) != request.CurrentPassword)
            {
                throw FakeSignIns.Refused();
            }

            state.Passwords[user.Name] = request.NewPassword;
            FakeSignIns.EndAll(state, user.Name, state.Caller.Session);
            return new ChangePasswordResponse();
        });

    public static User Add(FakeState state, string email, string displayName, string? password)
    {
        CheckAddress(state, email, string.Empty);
        if (password is not null)
        {
            CheckPassword(password, "password");
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
        if (password is not null)
        {
            state.Passwords.Add(user.Name, password);
        }

        return user.Clone();
    }

    public static User SetState(FakeState state, string name, User.Types.State newState) => Move(state, Find(state, name), newState);

    public static User Find(FakeState state, string name) =>
        !name.StartsWith("users/", StringComparison.Ordinal)
            ? throw FakeErrors.Invalid("name", "must be a name of the form users/{uuid}.")
            : state.Users.TryGetValue(name, out var user) && state.Caller.MayKnowOf(name) ? user : throw FakeErrors.NotFound(name);

    private static User Changing(FakeState state, string name, string etag)
    {
        var user = Find(state, name);
        if (user.State == User.Types.State.Deleted)
        {
            throw FakeErrors.About(StatusCode.FailedPrecondition, ErrorReason.UserStateConflict, name, "The user is DELETED.");
        }

        return etag.Length == 0 || etag == user.Etag
            ? user
            : throw FakeErrors.About(StatusCode.Aborted, ErrorReason.EtagMismatch, name, $"{name} has changed since its etag was read.");
    }

    private static User Move(FakeState state, User user, User.Types.State next)
    {
        if (user.State != next)
        {
            user.State = next;
            Changed(state, user);
        }

        if (next != User.Types.State.Active)
        {
            FakeSignIns.EndAll(state, user.Name);
        }

        return user.Clone();
    }

    private static void Changed(FakeState state, User user)
    {
        user.UpdateTime = state.Now();
        user.Etag = (int.Parse(user.Etag, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);
    }

    private static void CheckAddress(FakeState state, string email, string owner)
    {
        if (!email.Contains('@', StringComparison.Ordinal))
        {
            throw FakeErrors.Invalid("user.email", "must be an e-mail address such as ada@example.com.");
        }

        if (state.Users.Values.Any(u => u.Name != owner && string.Equals(u.Email, email, StringComparison.OrdinalIgnoreCase)))
        {
            throw FakeErrors.About(
                StatusCode.AlreadyExists, ErrorReason.ResourceAlreadyExists, "user.email", "A user with this e-mail address already exists.");
        }
    }

    private static void CheckPassword(string password, string field)
    {
        if (password.Length is < LeastPassword or > MostPassword)
        {
            throw FakeErrors.Invalid(field, $"must have {LeastPassword} to {MostPassword} characters.");
        }

        if (WellKnown.Contains(password))
        {
            throw FakeErrors.Invalid(field, "is one of the best-known passwords; choose another.");
        }
    }

    private static object? Field(User user, string name) => name switch
    {
        "email" => user.Email,
        "state" => user.State.ToString().ToUpperInvariant(),
        "create_time" => user.CreateTime,
        _ => null,
    };
}
