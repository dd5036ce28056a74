using System.Globalization;
using ZiggyCreatures.Caching.Fusion;
using ZiggyCreatures.Caching.Fusion.Backplane;

namespace Suite.Platform.Caching;

/// <summary>
/// Lets the library's messages between replicas say which version a key has now, and has them judged by it. By themselves they carry the
/// sender's clock: a replica whose clock is ahead takes an eviction for older than what it holds, and the library has been seen to take
/// an older value out of Redis for the newer one in memory.
/// </summary>
internal sealed class VersionedBackplane(IFusionCacheBackplane inner, KnownVersions known, Action<string> heard) : IFusionCacheBackplane
{
    private const char Mark = '#';

    private volatile bool _closed;

    public void Subscribe(BackplaneSubscriptionOptions options) => inner.Subscribe(Listening(options));

    public ValueTask SubscribeAsync(BackplaneSubscriptionOptions options) => inner.SubscribeAsync(Listening(options));

    // The library's own would close the connection, which belongs to the whole process.
    public void Unsubscribe() => _closed = true;

    public ValueTask UnsubscribeAsync()
    {
        _closed = true;
        return ValueTask.CompletedTask;
    }

    public void Publish(BackplaneMessage message, FusionCacheEntryOptions options, CancellationToken token = default) =>
        inner.Publish(Versioned(message), options, token);

    public ValueTask PublishAsync(BackplaneMessage message, FusionCacheEntryOptions options, CancellationToken token = default) =>
        inner.PublishAsync(Versioned(message), options, token);

    private BackplaneSubscriptionOptions Listening(BackplaneSubscriptionOptions options) => new(
        options.CacheName,
        options.CacheInstanceId,
        options.ChannelName,
        options.ConnectHandler,
        Hear,
        options.ConnectHandlerAsync,
        message =>
        {
            Hear(message);
            return ValueTask.CompletedTask;
        });

    private BackplaneMessage Versioned(BackplaneMessage message) => new(message.Timestamp)
    {
        SourceId = message.SourceId,
        Action = message.Action,
        CacheKey = string.Create(CultureInfo.InvariantCulture, $"{message.CacheKey}{Mark}{known.Floor(message.CacheKey!)}"),
    };

    private void Hear(BackplaneMessage message)
    {
        if (_closed || message.CacheKey is not { } key)
        {
            return;
        }

        var at = key.LastIndexOf(Mark);
        if (at > 0 && long.TryParse(key.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            key = key[..at];
            known.Raise(key, version);
            heard(key);
        }
    }
}
