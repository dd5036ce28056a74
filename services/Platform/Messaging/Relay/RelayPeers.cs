using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Suite.Platform.Redis;

namespace Suite.Platform.Messaging.Relay;

/// <summary>
/// Tells the relays of the other replicas that rows were committed here: the shard of a row may be theirs. It is sent over Redis and
/// waited for by nobody; what gets lost costs a look at the outbox, and while Redis is away, or is not used at all, relays look often.
/// </summary>
internal sealed class RelayPeers(RelaySignal signal, MessagingOptions options, IServiceProvider services)
{
    // With the beat's tag: the pulse tells whether what is sent here arrives.
    private readonly RedisChannel _channel = RedisChannel.Literal($"suite:{RedisPulse.ChannelTag}:outbox:{options.Source}");
    private readonly RedisValue _self = Guid.NewGuid().ToString("N");
    private RedisPulse? _pulse;
    private ISubscriber? _subscriber;
    private Task? _subscribing;

    /// <summary>Whether what others tell is heard.</summary>
    public bool IsHeard => _pulse is { IsAlive: true } && _subscribing is { IsCompletedSuccessfully: true };

    /// <summary>Begins to listen, unless it does already or there is no Redis; what failed is begun anew.</summary>
    public void Listen()
    {
        if (_subscribing is { IsFaulted: false, IsCanceled: false })
        {
            return;
        }

        // Not in the constructor: a server that is away takes two seconds to say so, which the start of the service need not wait for.
        _subscriber ??= services.GetService<IConnectionMultiplexer>()?.GetSubscriber();
        _pulse ??= services.GetService<RedisPulse>();
        _subscribing = _subscriber?.SubscribeAsync(_channel, (_, from) =>
        {
            if (from != _self)
            {
                signal.Hear();
            }
        });
        // Redis that is away is told of elsewhere.
        _ = _subscribing?.ContinueWith(task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    /// <summary>Tells the others, in the background.</summary>
    public void Tell()
    {
        try
        {
            _subscriber?.Publish(_channel, _self, CommandFlags.FireAndForget);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            // They look by themselves.
        }
    }
}
