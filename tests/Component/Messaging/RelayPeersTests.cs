using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Suite.Platform.Messaging;
using Suite.Platform.Messaging.Relay;
using Suite.Platform.Redis;

namespace Suite.Tests.Component.Messaging;

internal sealed class RelayPeersTests
{
    [Test]
    public async Task A_replica_hears_of_rows_that_another_committed_and_not_of_its_own()
    {
        var source = $"suite/test-{Guid.NewGuid():N}";
        await using var one = await Peer.StartAsync(source);
        await using var other = await Peer.StartAsync(source);
        await using var stranger = await Peer.StartAsync(source + "-other");

        one.Peers.Tell();

        await Eventually.That(() => Task.FromResult(other.Signal.TakeRows()), Is.True);
        Assert.That(one.Signal.TakeRows(), Is.False, "who tells knows");
        Assert.That(stranger.Signal.TakeRows(), Is.False, "the outbox of another service is none of its business");
        Assert.That(other.Signal.TakeOwnRows(), Is.False, "what was heard of is not told again");
    }

    [Test]
    public void Without_Redis_nothing_is_heard_and_nothing_breaks()
    {
        using var signal = new RelaySignal();
        using var services = new ServiceCollection().BuildServiceProvider();
        var peers = new RelayPeers(signal, Peer.Options("suite/test"), services);

        peers.Listen();
        peers.Tell();

        Assert.That(peers.IsHeard, Is.False);
    }

    private sealed class Peer(ServiceProvider services, RelaySignal signal, RelayPeers peers) : IAsyncDisposable
    {
        public RelaySignal Signal => signal;

        public RelayPeers Peers => peers;

        public static MessagingOptions Options(string source) => new()
        {
            Source = source,
            Topics = [],
            Bootstrap = "127.0.0.1:1",
            ClientSettings = new Dictionary<string, string>(),
        };

        public static async Task<Peer> StartAsync(string source)
        {
            var redis = await ConnectionMultiplexer.ConnectAsync(RedisModule.Options(Servers.Redis.ConnectionString));
            var services = new ServiceCollection()
                .AddSingleton<IConnectionMultiplexer>(_ => redis)
                .AddSingleton(_ => new RedisPulse(redis, TimeProvider.System))
                .BuildServiceProvider();
            var signal = new RelaySignal();
            var peers = new RelayPeers(signal, Options(source), services);
            peers.Listen();
            await Eventually.That(() => Task.FromResult(peers.IsHeard), Is.True);
            return new Peer(services, signal, peers);
        }

        public async ValueTask DisposeAsync()
        {
            await services.DisposeAsync();
            signal.Dispose();
        }
    }
}
