using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Suite.Platform.Hosting;

/// <summary>
/// Where another service listens: one address, or those of its replicas with commas between them. Calls go to replicas in turn, to
/// those with a connection alone, and one that a replica could not take, or had no answer for, is made again at the next.
/// </summary>
internal sealed class ServiceAddresses
{
    private readonly string _key;

    private ServiceAddresses(string key, IReadOnlyList<Uri> all)
    {
        _key = key;
        All = all;
    }

    /// <summary>At least one, all with the same scheme.</summary>
    public IReadOnlyList<Uri> All { get; }

    /// <summary>What a channel is made for: the address, or a name that <see cref="AddTo"/> has resolved to several.</summary>
    public Uri Target => All is [var only] ? only : new Uri($"static:///{_key}");

    /// <summary>Reads the setting <paramref name="key"/>.</summary>
    /// <exception cref="InvalidOperationException">It is no address and no list of some; the message names it.</exception>
    public static ServiceAddresses From(IConfiguration configuration, string key)
    {
        List<Uri> all = [];
        foreach (var text in (configuration[key] ?? string.Empty).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            {
                throw Unreadable(key);
            }

            all.Add(address);
        }

        return all.Count > 0 && all.TrueForAll(address => address.Scheme == all[0].Scheme) ? new ServiceAddresses(key, all) : throw Unreadable(key);
    }

    /// <summary>Lets channels find several addresses.</summary>
    public static void AddTo(IServiceCollection services) => services.TryAddSingleton<ResolverFactory>(provider => new StaticResolverFactory(
        target => From(provider.GetRequiredService<IConfiguration>(), target.AbsolutePath.TrimStart('/'))
            .All.Select(address => new BalancerAddress(address.IdnHost, address.Port))));

    /// <summary>What a channel to several addresses needs; one to a single address stays as it is.</summary>
    public void Configure(GrpcChannelOptions channel)
    {
        if (All.Count == 1)
        {
            return;
        }

        channel.Credentials = All[0].Scheme == Uri.UriSchemeHttps ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure;
        // A replica that is started again is wanted back at once, not after the two minutes that gRPC may take.
        channel.InitialReconnectBackoff = TimeSpan.FromMilliseconds(100);
        channel.MaxReconnectBackoff = TimeSpan.FromSeconds(1);
        channel.ServiceConfig = new ServiceConfig
        {
            LoadBalancingConfigs = { new RoundRobinConfig() },
            RetryThrottling = new RetryThrottlingPolicy { MaxTokens = 100, TokenRatio = 0.1 },
            MethodConfigs =
            {
                new MethodConfig
                {
                    Names = { MethodName.Default },
                    // Every write has a request id, so that one which was done although nobody heard of it is not done again.
                    RetryPolicy = new RetryPolicy
                    {
                        MaxAttempts = 4,
                        InitialBackoff = TimeSpan.FromMilliseconds(20),
                        MaxBackoff = TimeSpan.FromMilliseconds(300),
                        BackoffMultiplier = 3,
                        RetryableStatusCodes = { StatusCode.Unavailable },
                    },
                },
            },
        };
    }

    private static InvalidOperationException Unreadable(string key) => new(
        $"{key} must be an address such as http://127.0.0.1:9101, or those of several replicas with commas between them, all http or all https.");
}
