using Suite.Contracts.Users.V1;
using Suite.Platform.Idempotency;
using Suite.Platform.Messaging;
using Suite.Platform.Time;
using Suite.Users.Domain;
using Suite.Users.Storage;

namespace Suite.Users.Features;

/// <summary>Creates an active user, with its event, once per request id.</summary>
internal sealed class CreateUser(IdempotencyStore requests, IOutbox outbox, TimeProvider time)
{
    public async Task<User> RunAsync(RequestKey key, EmailAddress email, string displayName, CancellationToken cancellationToken)
    {
        var created = await requests.RunAsync(
            key,
            User.Parser,
            async (transaction, token) =>
            {
                var user = UserAccount.Create(email, displayName, time.GetMicrosecondUtcNow());
                await UserStore.InsertAsync(user, transaction, token);
                await outbox.AppendAsync(transaction, [new OutgoingEvent(UserModule.Topic, user.Id.ToString(), user.ToCreatedEvent())], token);
                return user.ToProto();
            },
            cancellationToken);
        outbox.Wake();
        return created;
    }
}
