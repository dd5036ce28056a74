using System.Globalization;
using StackExchange.Redis;

namespace Suite.Platform.Redis;

/// <summary>
/// Whether messages over Redis reach this process: it hears its own beat, sent five times a second, or it does not. Any break of a
/// connection counts at once, since messages may have been lost in it; a server that hangs without closing is found out after a second.
/// </summary>
public sealed class RedisPulse : IAsyncDisposable
{
    private const long Dead = long.MaxValue;

    private static readonly TimeSpan s_beat = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(1);

    private readonly IConnectionMultiplexer _redis;
    private readonly ISubscriber _subscriber;
    private readonly TimeProvider _time;
    private readonly RedisChannel _channel = RedisChannel.Literal($"suite:pulse:{Guid.NewGuid():N}");
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _beating;
    private readonly Lock _gate = new();
    private readonly long _silence;
    private long _sent;
    private long _believedFrom = 1;
    private long _heardAt;
    private long _aliveSince = Dead;

    /// <summary>Begins to beat.</summary>
    public RedisPulse(IConnectionMultiplexer redis, TimeProvider time)
    {
        _redis = redis;
        _time = time;
        _silence = (long)(s_silence.TotalSeconds * time.TimestampFrequency);
        _subscriber = redis.GetSubscriber();
        redis.ConnectionFailed += OnBreak;
        redis.ConnectionRestored += OnBreak;
        _beating = BeatAsync(_stopping.Token);
    }

    /// <summary>Whether messages come through now.</summary>
    public bool IsAlive => AliveSince(_time.GetTimestamp()) is not null;

    /// <summary>Since when no message can have been lost; null when they do not come through.</summary>
    /// <param name="now">The timestamp of the <see cref="TimeProvider"/>, as the answer is.</param>
    public long? AliveSince(long now)
    {
        var since = Volatile.Read(ref _aliveSince);
        return since == Dead || now - Volatile.Read(ref _heardAt) > _silence ? null : since;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _redis.ConnectionFailed -= OnBreak;
        _redis.ConnectionRestored -= OnBreak;
        await _stopping.CancelAsync();
        await _beating;
        _stopping.Dispose();
    }

    private async Task BeatAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(s_beat, _time);
        var subscribed = false;
        try
        {
            do
            {
                try
                {
                    if (!subscribed)
                    {
                        await _subscriber.SubscribeAsync(_channel, (_, value) => Hear((long)value)).WaitAsync(stopping);
                        subscribed = true;
                    }

                    // Not waited for: what counts is what is heard.
                    await _subscriber.PublishAsync(_channel, Interlocked.Increment(ref _sent), CommandFlags.FireAndForget);
                    CheckSilence();
                }
                catch (Exception e) when (e is RedisException or TimeoutException)
                {
                    CheckSilence();
                }
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
        }
    }

    private void Hear(long beat)
    {
        lock (_gate)
        {
            // A beat that was sent before a break says nothing about what came after it.
            if (beat < _believedFrom)
            {
                return;
            }

            var now = _time.GetTimestamp();
            Volatile.Write(ref _heardAt, now);
            if (_aliveSince == Dead)
            {
                Volatile.Write(ref _aliveSince, now);
            }
        }
    }

    private void CheckSilence()
    {
        if (_aliveSince != Dead && _time.GetElapsedTime(Volatile.Read(ref _heardAt)) > s_silence)
        {
            Break();
        }
    }

    private void OnBreak(object? sender, ConnectionFailedEventArgs e) => Break();

    private void Break()
    {
        lock (_gate)
        {
            _believedFrom = Interlocked.Read(ref _sent) + 1;
            Volatile.Write(ref _aliveSince, Dead);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsAlive ? "alive" : "silent")} after {_sent} beats");
}
