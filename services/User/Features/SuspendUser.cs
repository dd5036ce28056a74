using Suite.Contracts.Users.V1;
using Suite.Platform.Idempotency;
using Suite.Platform.Security;
using Suite.Platform.Time;

namespace Suite.Users.Features;

/// <summary>Keeps a user from signing in and placing orders, and ends the sessions there are.</summary>
internal sealed class SuspendUser(UserChanges changes, ISessionEnder sessions, TimeProvider time)
{
    public Task<User> RunAsync(RequestKey key, Caller caller, Guid id, string etag, CancellationToken cancellationToken) =>
        GetUsers.MayKnowOf(caller, id)
            ? changes.UpdateAsync(
                key,
                id,
                user => user.Match(etag).Suspend(time.GetMicrosecondUtcNow()),
                (after, transaction, token) =>
                    sessions.EndAllAsync(after.Id, SessionEnded.Types.Reason.UserSuspended, null, transaction, token),
                cancellationToken)
            : throw GetUsers.NotFound(id);
}
