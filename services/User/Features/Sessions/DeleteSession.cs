using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Messaging;
using Suite.Platform.Security;
using Suite.Users.Domain;
using Suite.Users.Storage;

namespace Suite.Users.Features.Sessions;

/// <summary>Signs out.</summary>
internal sealed class DeleteSession(SessionStore sessions, SessionEnding ending, IdempotencyStore requests, IOutbox outbox)
{
    /// <exception cref="DomainException">NOT_FOUND for a session that does not exist, or is another user's.</exception>
    public async Task<DeleteSessionResponse> RunAsync(RequestKey key, Guid id, Caller caller, CancellationToken cancellationToken)
    {
        var session = await sessions.FindAsync(id, cancellationToken);
        if (session is null || !caller.MayKnowOf(session.User))
        {
            throw DomainError.NotFound(Platform.Naming.ResourceName.Format(UserSession.Collection, id));
        }

        var response = await requests.RunAsync(
            key,
            DeleteSessionResponse.Parser,
            async (transaction, token) =>
            {
                await ending.EndAsync(id, SessionEnded.Types.Reason.SignedOut, transaction, token);
                return new DeleteSessionResponse();
            },
            cancellationToken);
        outbox.Wake();
        return response;
    }
}
