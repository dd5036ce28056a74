using Npgsql;
using Suite.Contracts.Users.V1;

namespace Suite.Users.Features;

/// <summary>Ends the sessions of a user as part of a change of that user.</summary>
internal interface ISessionEnder
{
    /// <summary>
    /// Ends every session of a user in the caller's transaction, with the event of each and the revocation that makes every
    /// service refuse its tokens. A user without sessions is no error.
    /// </summary>
    /// <param name="userId">Whose sessions.</param>
    /// <param name="reason">Why.</param>
    /// <param name="exceptSession">A session that stays; null for none.</param>
    /// <param name="transaction">The transaction of the change, which has the user's row locked.</param>
    /// <param name="cancellationToken">The caller's.</param>
    Task EndAllAsync(
        Guid userId, SessionEnded.Types.Reason reason, Guid? exceptSession, NpgsqlTransaction transaction, CancellationToken cancellationToken);
}
