using Google.Protobuf;
using Npgsql;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Security;
using Suite.Platform.Time;
using Suite.Users.Domain;
using Suite.Users.Storage;

namespace Suite.Users.Features;

/// <summary>
/// Erases a user who has no open orders. An order that is placed between the question and the commit is cancelled by Order when it
/// hears of the deletion: see docs/decisions/0010-erasing-personal-data.md.
/// </summary>
internal sealed class DeleteUser(
    UserChanges changes, UserStore store, IdempotencyStore requests, OpenOrders openOrders, ISessionEnder sessions, TimeProvider time)
{
    /// <exception cref="DomainException">Whatever DeleteUser's contract names.</exception>
    public async Task<User> RunAsync(RequestKey key, Caller caller, Guid id, string etag, CancellationToken cancellationToken)
    {
        if (!GetUsers.MayKnowOf(caller, id))
        {
            throw GetUsers.NotFound(id);
        }

        if (await requests.FindAsync(key, User.Parser, cancellationToken) is { } stored)
        {
            return stored;
        }

        var user = (await store.GetAsync([id], cancellationToken)).SingleOrDefault() ?? throw GetUsers.NotFound(id);
        Check(user);
        if (!user.IsDeleted)
        {
            await RefuseOpenOrdersAsync(user, cancellationToken);
        }

        return await changes.UpdateAsync(
            key, id, current => Check(current).Delete(time.GetMicrosecondUtcNow()), EraseAsync, cancellationToken);

        UserAccount Check(UserAccount current) => current.IsDeleted && caller.SeesOnlyOwn ? throw GetUsers.NotFound(id) : current.Match(etag);
    }

    private async Task RefuseOpenOrdersAsync(UserAccount user, CancellationToken cancellationToken)
    {
        var open = await openOrders.FindAsync(user.Name, cancellationToken);
        if (open.Count > 0)
        {
            throw DomainError.FailedPrecondition(
                ErrorReason.UserHasOpenOrders,
                user.Name,
                $"{user.Name} has orders that are not finished: {string.Join(", ", open.Select(order => order.Name))}.",
                open.Select(order => (order.Name, $"The order is {order.State.ToString().ToUpperInvariant()}; cancel it first.")));
        }
    }

    private async Task EraseAsync(UserAccount erased, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await PasswordStore.DeleteAsync(erased.Id, transaction, cancellationToken);
        await sessions.EndAllAsync(erased.Id, SessionEnded.Types.Reason.UserDeleted, null, transaction, cancellationToken);

        // Calls that are repeated get the answer there is now: the user without personal data.
        var answer = erased.ToProto().ToByteArray();
        await IdempotencyStore.RewriteAsync([erased.Id], _ => answer, transaction, cancellationToken);
    }
}
