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

    /// <summary>Creates an active user. ALREADY_EXISTS when the e-mail address is taken. The request is not changed; a missing <c>request_id</c> is made.</summary>
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
}
