using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Security;
using Suite.Platform.Time;
using Suite.Platform.Validation;
using Suite.Users.Domain;

namespace Suite.Users.Features;

/// <summary>Changes the fields of a user that a mask names. An address is changed by backends alone: it is what somebody signs in with.</summary>
internal sealed class UpdateUser(UserChanges changes, TimeProvider time)
{
    private const string EmailScope = "directory.write";

    /// <exception cref="DomainException">Whatever UpdateUser's contract names.</exception>
    public Task<User> RunAsync(RequestKey key, Caller caller, Guid id, UpdateUserRequest request, CancellationToken cancellationToken)
    {
        if (!GetUsers.MayKnowOf(caller, id))
        {
            throw GetUsers.NotFound(id);
        }

        var fields = UpdateMask.Fields(request.UpdateMask, request.User);
        EmailAddress? email = fields.Contains(UserAccount.EmailField) ? EmailAddress.Parse(request.User.Email, "user.email") : null;
        var displayName = fields.Contains(UserAccount.DisplayNameField) ? request.User.DisplayName : null;
        return changes.UpdateAsync(key, id, Change, null, cancellationToken);

        UserAccount Change(UserAccount user)
        {
            if (user.IsDeleted && caller.SeesOnlyOwn)
            {
                throw GetUsers.NotFound(id);
            }

            // Sending back the address that was read is no change.
            if (email is { } other && other.Value != user.Email && !caller.Has(EmailScope))
            {
                throw DomainError.ScopeMissing(EmailScope);
            }

            return user.Match(request.User.Etag).Update(email, displayName, time.GetMicrosecondUtcNow());
        }
    }
}
