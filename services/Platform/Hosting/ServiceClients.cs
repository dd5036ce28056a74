using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Suite.Platform.Hosting;

/// <summary>Clients for calls from service to service.</summary>
public static class ServiceClients
{
    /// <summary>
    /// Adds a generated client for the service whose address stands in the configuration under <paramref name="addressKey"/>.
    /// The deadline and the cancellation of the call being served travel along.
    /// </summary>
    public static IServiceCollection AddServiceClient<TClient>(this IServiceCollection services, string addressKey)
        where TClient : ClientBase<TClient>
    {
        services.AddGrpcClient<TClient>((provider, options) =>
            {
                var address = provider.GetRequiredService<IConfiguration>()[addressKey];
                options.Address = Uri.TryCreate(address, UriKind.Absolute, out var uri)
                    ? uri
                    : throw new InvalidOperationException($"{addressKey} must be an address such as http://127.0.0.1:9101.");
            })
            .ConfigureChannel(channel => channel.ThrowOperationCanceledOnCancellation = true)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                EnableMultipleHttp2Connections = true,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                KeepAlivePingDelay = TimeSpan.FromSeconds(30),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
                ConnectTimeout = TimeSpan.FromSeconds(2),
            })
            .EnableCallContextPropagation(options => options.SuppressContextNotFoundErrors = true);
        return services;
    }
}
