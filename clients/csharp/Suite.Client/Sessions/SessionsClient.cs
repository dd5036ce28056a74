using Suite.Contracts.Users.V1;
using Service = Suite.Contracts.Users.V1.SessionService.SessionServiceClient;

namespace Suite.Client;

/// <summary>
/// Signing in and out. Signing in and renewing go out without the client's credentials, and like a token never unencrypted to
/// another host unless <see cref="SuiteClientOptions.AllowTokenOverPlaintext"/> says so. Every method throws <see cref="SuiteException"/> when
/// it fails, and <see cref="OperationCanceledException"/> when its caller cancels; neither holds a password or a token.
/// </summary>
public sealed class SessionsClient
{
    private const string ServiceName = "suite.user.v1.SessionService";

    private static readonly UnaryCall<CreateSessionRequest, SessionTokens> CreateSession = new(
        ServiceName,
        "CreateSession",
        static (invoker, request, options) => new Service(invoker).CreateSessionAsync(request, options),
        isSignIn: true);

    private static readonly UnaryCall<RefreshSessionRequest, SessionTokens> RefreshSession = new(
        ServiceName,
        "RefreshSession",
        static (invoker, request, options) => new Service(invoker).RefreshSessionAsync(request, options),
        isSignIn: true);

    private static readonly UnaryCall<DeleteSessionRequest, DeleteSessionResponse> DeleteSession =
        new(ServiceName, "DeleteSession", static (invoker, request, options) => new Service(invoker).DeleteSessionAsync(request, options));

    private static readonly UnaryCall<ListSessionsRequest, ListSessionsResponse> ListSessions =
        new(ServiceName, "ListSessions", static (invoker, request, options) => new Service(invoker).ListSessionsAsync(request, options));

    private readonly CallEnvironment _environment;
    private readonly ServiceEndpoint _endpoint;

    internal SessionsClient(CallEnvironment environment, ServiceEndpoint endpoint)
    {
        _environment = environment;
        _endpoint = endpoint;
    }

    internal TimeProvider Time => _environment.Time;

    /// <summary>
    /// Signs a user in. UNAUTHENTICATED with SIGN_IN_REFUSED when the address is unknown, the password wrong, or the user may not;
    /// RESOURCE_EXHAUSTED with RATE_LIMITED after too many tries.
    /// </summary>
    /// <param name="email">The e-mail address.</param>
    /// <param name="password">The password. It is not kept.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call.</param>
    public async Task<SuiteSession> SignInAsync(
        string email, string password, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        var asked = Time.GetUtcNow();
        var request = new CreateSessionRequest { Email = email, Password = password };
        var tokens = await CreateAsync(request, options, cancellationToken).ConfigureAwait(false);
        return new SuiteSession(this, HeldTokens.Of(tokens, asked));
    }

    /// <summary>Signs a user in and returns the tokens themselves, for programs that keep them in their own way. They are secrets.</summary>
    public Task<SessionTokens> CreateAsync(
        CreateSessionRequest request, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var write = request.Clone();
        write.RequestId = RequestIds.Choose(request.RequestId, options);
        return CreateSession.InvokeAsync(_environment, _endpoint, write, write.RequestId, options, cancellationToken);
    }

    /// <summary>
    /// Gets the next tokens of a session; the refresh token is used up. Keep the request's <c>request_id</c> until there is an answer: the
    /// same token with another one ends the session.
    /// </summary>
    public Task<SessionTokens> RefreshAsync(
        RefreshSessionRequest request, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var write = request.Clone();
        write.RequestId = RequestIds.Choose(request.RequestId, options);
        return RefreshSession.InvokeAsync(_environment, _endpoint, write, write.RequestId, options, cancellationToken);
    }

    /// <summary>Ends a session; one that has ended already is not an error.</summary>
    /// <param name="name">The resource name, <c>sessions/{uuid}</c>.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call.</param>
    public Task EndAsync(string name, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        var write = new DeleteSessionRequest { Name = name, RequestId = RequestIds.Choose(string.Empty, options) };
        return DeleteSession.InvokeAsync(_environment, _endpoint, write, write.RequestId, options, cancellationToken);
    }

    /// <summary>Walks the living sessions of a user, newest first.</summary>
    /// <param name="user">Whose, <c>users/{uuid}</c>.</param>
    /// <param name="list">Page size, how many are wanted, where to go on.</param>
    /// <param name="options">What these calls do differently.</param>
    public SuiteList<Session> List(string user, SuiteListOptions? list = null, SuiteCallOptions? options = null) =>
        new(list, async (size, token, cancellationToken) =>
        {
            var request = new ListSessionsRequest { Parent = user, PageSize = size, PageToken = token };
            var response = await ListSessions.InvokeAsync(_environment, _endpoint, request, null, options, cancellationToken).ConfigureAwait(false);
            return new SuitePage<Session>(response.Sessions, response.NextPageToken);
        });

    internal async Task<HeldTokens> RefreshAsync(HeldTokens held, PendingRequest pending)
    {
        var asked = Time.GetUtcNow();
        var answer = await pending.RunAsync(id => RefreshAsync(
            new RefreshSessionRequest { RefreshToken = held.RefreshToken, RequestId = id })).ConfigureAwait(false);
        return HeldTokens.Of(answer, asked);
    }
}
