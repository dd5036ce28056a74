using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;
using Suite.Platform.Listing;
using Suite.Platform.Naming;
using Suite.Platform.Security;
using Suite.Users.Domain;
using Suite.Users.Storage;

namespace Suite.Users.Features.Sessions;

/// <summary>Walks the living sessions of a user from the newest to the oldest, by key.</summary>
internal sealed class ListSessions(SessionStore sessions, UserCache users, PageTokens tokens, TimeProvider time)
{
    /// <exception cref="DomainException">NOT_FOUND for a user that does not exist, or is another one than the caller.</exception>
    public async Task<ListSessionsResponse> RunAsync(ListSessionsRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var userId = ResourceName.ParseGuid(UserAccount.Collection, request.Parent, "parent");
        var user = ResourceName.Format(UserAccount.Collection, userId);
        if (!caller.MayKnowOf(user) || await users.FindAsync(userId, cancellationToken) is null)
        {
            throw DomainError.NotFound(user);
        }

        var query = "ListSessions " + user;
        var size = PageTokens.Size(request.PageSize);
        Guid? before = tokens.Decode(query, request.PageToken) is { } cursor ? Guid.ParseExact(cursor, "N") : null;
        var page = await sessions.PageAsync(userId, before, size + 1, time.GetUtcNow(), cancellationToken);
        return new ListSessionsResponse
        {
            Sessions = { page.Take(size).Select(s => s.ToProto()) },
            NextPageToken = page.Count > size ? tokens.Encode(query, page[size - 1].Id.ToString("N")) : string.Empty,
        };
    }
}
