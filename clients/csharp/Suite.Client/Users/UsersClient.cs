using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Users.V1;
using Service = Suite.Contracts.Users.V1.UserService.UserServiceClient;

namespace Suite.Client;

/// <summary>
/// Users, the people who place orders. Every method throws <see cref="SuiteException"/> when it fails, and
/// <see cref="OperationCanceledException"/> when its caller cancels.
/// </summary>
public sealed class UsersClient
{
    private const string Name = "suite.user.v1.UserService";

    private static readonly UnaryCall<CreateUserRequest, User> CreateUser =
        new(Name, "CreateUser", static (invoker, request, options) => new Service(invoker).CreateUserAsync(request, options));

    private static readonly UnaryCall<GetUserRequest, User> GetUser =
        new(Name, "GetUser", static (invoker, request, options) => new Service(invoker).GetUserAsync(request, options));

    private static readonly UnaryCall<BatchGetUsersRequest, BatchGetUsersResponse> BatchGetUsers =
        new(Name, "BatchGetUsers", static (invoker, request, options) => new Service(invoker).BatchGetUsersAsync(request, options));

    private static readonly UnaryCall<ListUsersRequest, ListUsersResponse> ListUsers =
        new(Name, "ListUsers", static (invoker, request, options) => new Service(invoker).ListUsersAsync(request, options));

    private static readonly UnaryCall<UpdateUserRequest, User> UpdateUser =
        new(Name, "UpdateUser", static (invoker, request, options) => new Service(invoker).UpdateUserAsync(request, options));

    private static readonly UnaryCall<SuspendUserRequest, User> SuspendUser =
        new(Name, "SuspendUser", static (invoker, request, options) => new Service(invoker).SuspendUserAsync(request, options));

    private static readonly UnaryCall<ReactivateUserRequest, User> ReactivateUser =
        new(Name, "ReactivateUser", static (invoker, request, options) => new Service(invoker).ReactivateUserAsync(request, options));

    private static readonly UnaryCall<DeleteUserRequest, User> DeleteUser =
        new(Name, "DeleteUser", static (invoker, request, options) => new Service(invoker).DeleteUserAsync(request, options));

    private static readonly UnaryCall<ChangePasswordRequest, ChangePasswordResponse> ChangePassword =
        new(Name, "ChangePassword", static (invoker, request, options) => new Service(invoker).ChangePasswordAsync(request, options));

    private readonly CallEnvironment _environment;
    private readonly ServiceEndpoint _endpoint;

    internal UsersClient(CallEnvironment environment, ServiceEndpoint endpoint)
    {
        _environment = environment;
        _endpoint = endpoint;
    }

    /// <summary>Creates an active user. ALREADY_EXISTS when the e-mail address is taken.</summary>
    public Task<User> CreateAsync(User user, SuiteCallOptions? options = null, CancellationToken cancellationToken = default) =>
        CreateAsync(new CreateUserRequest { User = user }, options, cancellationToken);

    /// <summary>
    /// Creates an active user, who can sign in when the request has a password. ALREADY_EXISTS when the e-mail address is taken. The request
    /// is not changed; a missing <c>request_id</c> is made.
    /// </summary>
    public Task<User> CreateAsync(CreateUserRequest request, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var write = request.Clone();
        write.RequestId = RequestIds.Choose(request.RequestId, options);
        return CreateUser.InvokeAsync(_environment, _endpoint, write, write.RequestId, options, cancellationToken);
    }

    /// <summary>Returns one user, or fails with NOT_FOUND.</summary>
    /// <param name="name">The resource name, <c>users/{uuid}</c>.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call.</param>
    public Task<User> GetAsync(string name, SuiteCallOptions? options = null, CancellationToken cancellationToken = default) =>
        GetUser.InvokeAsync(_environment, _endpoint, new GetUserRequest { Name = name }, null, options, cancellationToken);

    /// <summary>Returns up to 1000 users in the order they were asked for; NOT_FOUND when one of them does not exist.</summary>
    /// <param name="names">Resource names, <c>users/{uuid}</c>.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call.</param>
    public async Task<IReadOnlyList<User>> BatchGetAsync(
        IEnumerable<string> names, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        var request = new BatchGetUsersRequest { Names = { names } };
        var response = await BatchGetUsers.InvokeAsync(_environment, _endpoint, request, null, options, cancellationToken).ConfigureAwait(false);
        return response.Users;
    }

    /// <summary>Walks the users that are not deleted.</summary>
    /// <param name="filter">
    /// Which users (AIP-160), for example <c>state = SUSPENDED AND create_time &gt; "2026-01-01T00:00:00Z"</c>; <c>null</c> for all.
    /// </param>
    /// <param name="orderBy"><c>create_time</c>, <c>create_time desc</c> (the default), <c>email</c> or <c>email desc</c>.</param>
    /// <param name="list">Page size, how many are wanted, where to go on.</param>
    /// <param name="options">What these calls do differently.</param>
    public SuiteList<User> List(string? filter = null, string? orderBy = null, SuiteListOptions? list = null, SuiteCallOptions? options = null) =>
        new(list, async (size, token, cancellationToken) =>
        {
            var request = new ListUsersRequest
            {
                PageSize = size,
                PageToken = token,
                Filter = filter ?? string.Empty,
                OrderBy = orderBy ?? string.Empty,
            };
            var response = await ListUsers.InvokeAsync(_environment, _endpoint, request, null, options, cancellationToken).ConfigureAwait(false);
            return new SuitePage<User>(response.Users, response.NextPageToken);
        });

    /// <summary>
    /// Changes a user: <c>email</c> and <c>display_name</c>, those that <paramref name="fields"/> names, or without any those that are set. When
    /// <paramref name="user"/> has the etag that was read, a user that has changed since is ABORTED with ETAG_MISMATCH.
    /// </summary>
    /// <param name="user">The name, the new values, and the etag, as <see cref="GetAsync"/> returned them and you changed them.</param>
    /// <param name="fields">The fields to change, for example <c>display_name</c>.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call.</param>
    public Task<User> UpdateAsync(
        User user, IEnumerable<string>? fields = null, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(user);
        var write = new UpdateUserRequest
        {
            User = user.Clone(),
            UpdateMask = fields is null ? null : new FieldMask { Paths = { fields } },
            RequestId = RequestIds.Choose(string.Empty, options),
        };
        return UpdateUser.InvokeAsync(_environment, _endpoint, write, write.RequestId, options, cancellationToken);
    }

    /// <summary>Keeps a user from signing in and placing orders, and ends all sessions. A suspended user stays as it is.</summary>
    /// <param name="name">The resource name, <c>users/{uuid}</c>.</param>
    /// <param name="etag">When set, only a user that still has this etag is suspended; otherwise ABORTED with ETAG_MISMATCH.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call.</param>
    public Task<User> SuspendAsync(
        string name, string? etag = null, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        var write = new SuspendUserRequest { Name = name, Etag = etag ?? string.Empty, RequestId = RequestIds.Choose(string.Empty, options) };
        return SuspendUser.InvokeAsync(_environment, _endpoint, write, write.RequestId, options, cancellationToken);
    }

    /// <summary>Lets a suspended user sign in and place orders again. An active user stays as it is.</summary>
    /// <param name="name">The resource name, <c>users/{uuid}</c>.</param>
    /// <param name="etag">When set, only a user that still has this etag is reactivated; otherwise ABORTED with ETAG_MISMATCH.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call.</param>
    public Task<User> ReactivateAsync(
        string name, string? etag = null, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        var write = new ReactivateUserRequest { Name = name, Etag = etag ?? string.Empty, RequestId = RequestIds.Choose(string.Empty, options) };
        return ReactivateUser.InvokeAsync(_environment, _endpoint, write, write.RequestId, options, cancellationToken);
    }

    /// <summary>
    /// Deletes a user for good: what is personal is erased, what is accounting stays. FAILED_PRECONDITION with USER_HAS_OPEN_ORDERS, which
    /// <see cref="SuiteException.Violations"/> names, while there are orders that are not finished.
    /// </summary>
    /// <param name="name">The resource name, <c>users/{uuid}</c>.</param>
    /// <param name="etag">When set, only a user that still has this etag is deleted; otherwise ABORTED with ETAG_MISMATCH.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call.</param>
    public Task<User> DeleteAsync(
        string name, string? etag = null, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        var write = new DeleteUserRequest { Name = name, Etag = etag ?? string.Empty, RequestId = RequestIds.Choose(string.Empty, options) };
        return DeleteUser.InvokeAsync(_environment, _endpoint, write, write.RequestId, options, cancellationToken);
    }

    /// <summary>Sets a password and ends every other session of the user. UNAUTHENTICATED with SIGN_IN_REFUSED when the current one is wrong.</summary>
    /// <param name="name">The resource name, <c>users/{uuid}</c>.</param>
    /// <param name="newPassword">The password to set, 10 to 200 characters and none of the well-known ones.</param>
    /// <param name="currentPassword">The one that holds now: a user must give it, a backend with the scope <c>directory.write</c> need not.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call.</param>
    public Task ChangePasswordAsync(
        string name,
        string newPassword,
        string? currentPassword = null,
        SuiteCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var write = new ChangePasswordRequest
        {
            Name = name,
            NewPassword = newPassword,
            CurrentPassword = currentPassword ?? string.Empty,
            RequestId = RequestIds.Choose(string.Empty, options),
        };
        return ChangePassword.InvokeAsync(_environment, _endpoint, write, write.RequestId, options, cancellationToken);
    }
}
