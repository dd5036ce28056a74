using Google.Protobuf;
using Suite.Contracts.Users.V1;
using Suite.Platform.Messaging;
using Suite.Users.Storage;

namespace Suite.Users.Events;

/// <summary>
/// Hears of every user's changes by the service's own events and tells the cache which version there is now. It is the second way, beside
/// Redis, and the one that can not be lost: the event is committed with the change, whatever became of the replica that wrote it.
/// </summary>
internal sealed class UserNews(UserCache cache) : IBroadcastHandler
{
    public void Hear(IncomingMessage message)
    {
        if (VersionIn(message) is { } version && Guid.TryParse(message.Key, out var id))
        {
            cache.Heard(id, version);
        }
    }

    private static long? VersionIn(IncomingMessage message)
    {
        try
        {
            return message.Type switch
            {
                var t when t == UserUpdated.Descriptor.FullName => UserUpdated.Parser.ParseFrom(message.Body.Span).Version,
                var t when t == UserSuspended.Descriptor.FullName => UserSuspended.Parser.ParseFrom(message.Body.Span).Version,
                var t when t == UserReactivated.Descriptor.FullName => UserReactivated.Parser.ParseFrom(message.Body.Span).Version,
                var t when t == UserDeleted.Descriptor.FullName => UserDeleted.Parser.ParseFrom(message.Body.Span).Version,
                _ => null,
            };
        }
        catch (InvalidProtocolBufferException)
        {
            // What is no event of ours is the consumers' to complain about.
            return null;
        }
    }
}
