using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;

namespace Suite.Client;

/// <summary>
/// Lets one channel have the addresses of several replicas, and take them in turn. What a replica could not take is repeated by the
/// client like any other attempt, and meets the next one.
/// </summary>
internal sealed class ReplicaResolver : IServiceProvider
{
    private readonly ResolverFactory[] _factories;

    private ReplicaResolver(IReadOnlyList<Uri> addresses) =>
        _factories = [new StaticResolverFactory(_ => addresses.Select(address => new BalancerAddress(address.IdnHost, address.Port)))];

    /// <summary>Makes a channel one to all of <paramref name="addresses"/>.</summary>
    /// <returns>What the channel is to be made for.</returns>
    public static Uri Use(GrpcChannelOptions channel, SuiteService service, IReadOnlyList<Uri> addresses)
    {
        channel.ServiceProvider = new ReplicaResolver(addresses);
        channel.ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() } };
        // A name of our own says nothing of TLS.
        channel.Credentials = addresses[0].Scheme == Uri.UriSchemeHttps ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure;
        return new Uri($"static:///{service}");
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType) => serviceType == typeof(IEnumerable<ResolverFactory>) ? _factories : null;
}
