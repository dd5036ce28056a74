using Suite.Contracts.Users.V1;
using Suite.Platform.Idempotency;
using Suite.Platform.Security;
using Suite.Platform.Time;

namespace Suite.Users.Features;

/// <summary>Lets a suspended user sign in and place orders again. Sessions that were ended stay ended.</summary>
internal sealed class ReactivateUser(UserChanges changes, TimeProvider time)
{
    public Task<User> RunAsync(RequestKey key, Caller caller, Guid id, string etag, CancellationToken cancellationToken) =>
        GetUsers.MayKnowOf(caller, id)
            ? changes.UpdateAsync(key, id, user => user.Match(etag).Reactivate(time.GetMicrosecondUtcNow()), null, cancellationToken)
            : throw GetUsers.NotFound(id);
}
