using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Users.V1;

namespace Suite.Client.Testing;

/// <summary>SessionService, and who a token belongs to.</summary>
internal static class FakeSignIns
{
    private static readonly TimeSpan RepeatWindow = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SessionLifetime = TimeSpan.FromDays(30);

    /// <summary>Who is calling, by the token of the call; null when the fake did not make that token.</summary>
    /// <exception cref="RpcException">The token was good once.</exception>
    public static FakeCaller? Find(FakeState state, string token)
    {
        if (state.AccessTokens.TryGetValue(token, out var access))
        {
            return access.EndTime > state.Time.GetUtcNow() && state.Sessions.TryGetValue(access.Session, out var session) && !session.HasEnded
                ? FakeCaller.User(session.Session.User, access.Session)
                : throw Invalid();
        }

        return FakeApiKeys.Find(state, token);
    }

    public static RpcException Invalid() =>
        FakeErrors.Make(StatusCode.Unauthenticated, ErrorReason.CredentialsInvalid, "The credentials are not valid.");

    public static RpcException Refused() =>
        FakeErrors.Make(StatusCode.Unauthenticated, ErrorReason.SignInRefused, "The e-mail address or the password is wrong.");

    public static SessionTokens Create(FakeState state, CreateSessionRequest request)
    {
        var id = FakeOnce.Id(request.RequestId);
        if (state.SignIns.TryGetValue(id, out var known))
        {
            return (known.Email, known.Password) == (request.Email, request.Password)
                ? Issue(state, state.Sessions[known.Session])
                : throw FakeErrors.Invalid("request_id", "was used before with another request; choose a new one.", ErrorReason.RequestIdReused);
        }

        var user = state.Users.Values.FirstOrDefault(u => string.Equals(u.Email, request.Email, StringComparison.OrdinalIgnoreCase));
        if (user is not { State: User.Types.State.Active }
            || !state.Passwords.TryGetValue(user.Name, out var password)
            || password != request.Password)
        {
            throw Refused();
        }

        var now = state.Now();
        var session = new FakeSession(new Session
        {
            Name = state.NewName("sessions"),
            User = user.Name,
            UserAgent = "Suite.Client.Testing",
            CreateTime = now,
        });
        state.Sessions.Add(session.Session.Name, session);
        state.SignIns.Add(id, (request.Email, request.Password, session.Session.Name));
        return Issue(state, session);
    }

    public static SessionTokens Refresh(FakeState state, RefreshSessionRequest request)
    {
        var id = FakeOnce.Id(request.RequestId);
        var token = request.RefreshToken;
        var session = state.Sessions.Values.FirstOrDefault(s => s.RefreshToken == token || s.Used.ContainsKey(token));
        if (session is null || session.HasEnded)
        {
            throw RefreshInvalid();
        }

        if (session.RefreshToken != token)
        {
            var used = session.Used[token];
            if (used.RequestId != id || used.Successor != session.RefreshToken || state.Time.GetUtcNow() - used.Time > RepeatWindow)
            {
                // It is in two hands: neither keeps the session.
                session.HasEnded = true;
                throw RefreshInvalid();
            }
        }

        var tokens = Issue(state, session);
        session.Used[token] = (id, state.Time.GetUtcNow(), session.RefreshToken);
        return tokens;
    }

    public static DeleteSessionResponse Delete(FakeState state, DeleteSessionRequest request) =>
        FakeOnce.Run(state, "DeleteSession", request, request.RequestId, () =>
        {
            if (!state.Sessions.TryGetValue(request.Name, out var session) || !state.Caller.MayKnowOf(session.Session.User))
            {
                throw FakeErrors.NotFound(request.Name);
            }

            session.HasEnded = true;
            return new DeleteSessionResponse();
        });

    public static ListSessionsResponse List(FakeState state, ListSessionsRequest request)
    {
        FakeUsers.Find(state, request.Parent);
        var living = state.Sessions.Values.Where(s => !s.HasEnded && s.Session.User == request.Parent).Select(s => s.Session).Reverse();
        var (items, next) = FakePages.Cut("ListSessions " + request.Parent, living, s => s.Name, request.PageSize, request.PageToken);
        return new ListSessionsResponse { Sessions = { items.Select(s => s.Clone()) }, NextPageToken = next };
    }

    public static void EndAll(FakeState state, string user, string? except = null)
    {
        foreach (var session in state.Sessions.Values.Where(s => s.Session.User == user && s.Session.Name != except))
        {
            session.HasEnded = true;
        }
    }

    private static SessionTokens Issue(FakeState state, FakeSession session)
    {
        var now = state.Time.GetUtcNow();
        var access = $"fake_access_{Guid.NewGuid():N}";
        session.RefreshToken = $"fake_refresh_{Guid.NewGuid():N}";
        session.Session.RefreshTime = state.Now();
        session.Session.ExpireTime = Timestamp.FromDateTimeOffset(now + SessionLifetime);
        state.AccessTokens.Add(access, (session.Session.Name, now + state.AccessTokenLifetime));
        return new SessionTokens
        {
            Session = session.Session.Clone(),
            AccessToken = access,
            AccessExpireTime = Timestamp.FromDateTimeOffset(now + state.AccessTokenLifetime),
            RefreshToken = session.RefreshToken,
        };
    }

    private static RpcException RefreshInvalid() =>
        FakeErrors.Make(StatusCode.Unauthenticated, ErrorReason.RefreshTokenInvalid, "The session has ended; sign in again.");
}

/// <summary>A session with its refresh tokens.</summary>
internal sealed class FakeSession(Session session)
{
    public Session Session => session;

    public bool HasEnded { get; set; }

    public string RefreshToken { get; set; } = string.Empty;

    public Dictionary<string, (string RequestId, DateTimeOffset Time, string Successor)> Used { get; } = new(StringComparer.Ordinal);
}
