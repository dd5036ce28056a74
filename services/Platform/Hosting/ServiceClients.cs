using System.Net.Security;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Suite.Platform.Security;
using Suite.Platform.Telemetry;
using ContractService = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Suite.Platform.Hosting;

/// <summary>Clients for calls from service to service.</summary>
public static class ServiceClients
{
    /// <summary>
    /// Adds a generated client for the service whose address, or those of its replicas, stand in the configuration under
    /// <paramref name="addressKey"/>.
    /// The deadline and the cancellation of the call being served travel along, and this service's own token for the other one.
    /// </summary>
    /// <param name="services">Where to.</param>
    /// <param name="addressKey">For example <c>SUITE_USER_ADDRESS</c>.</param>
    /// <param name="service">Whom it calls, for example <c>user</c>; when null, the one whose contract the client is made from.</param>
    /// <param name="name">
    /// What tells it from other clients of the same contract, for <c>GrpcClientFactory.CreateClient</c>; when null it is the only one, and is asked for by its type.
    /// </param>
    public static IServiceCollection AddServiceClient<TClient>(
        this IServiceCollection services, string addressKey, string? service = null, string? name = null)
        where TClient : ClientBase<TClient>
    {
        var callee = service ?? ServiceOf(typeof(TClient));
        services.AddHttpContextAccessor();
        services.TryAddTransient<TraceHeaderHandler>();
        ServiceAddresses.AddTo(services);
        services.AddGrpcClient<TClient>(name ?? typeof(TClient).Name, (provider, options) => options.Address = AddressesOf(provider, addressKey).Target)
            .ConfigureChannel((provider, channel) =>
            {
                channel.ThrowOperationCanceledOnCancellation = true;
                AddressesOf(provider, addressKey).Configure(channel);
            })
            .ConfigurePrimaryHttpMessageHandler(provider => new SocketsHttpHandler
            {
                EnableMultipleHttp2Connections = true,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                // The trace goes out by TraceHeaderHandler; the activity of the transport would come between.
                ActivityHeadersPropagator = null,
                KeepAlivePingDelay = TimeSpan.FromSeconds(30),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
                ConnectTimeout = TimeSpan.FromSeconds(2),
                SslOptions = provider.GetRequiredService<TlsSettings>().ForCalls() ?? new SslClientAuthenticationOptions(),
            })
            .AddHttpMessageHandler(provider => new ServiceTokenHandler(
                provider.GetRequiredService<ServiceTokens>(), provider.GetRequiredService<IHttpContextAccessor>(), callee))
            .AddHttpMessageHandler<TraceHeaderHandler>()
            .EnableCallContextPropagation(options => options.SuppressContextNotFoundErrors = true);
        return services;
    }

    private static ServiceAddresses AddressesOf(IServiceProvider provider, string addressKey) =>
        ServiceAddresses.From(provider.GetRequiredService<IConfiguration>(), addressKey);

    // suite.user.v1 is the contract of the service user.
    private static string ServiceOf(Type client) =>
        client.DeclaringType?.GetProperty("Descriptor")?.GetValue(null) is ContractService { File.Package: var package }
            && package.Split('.') is ["suite", var service, ..]
            ? service
            : throw new ArgumentException($"{client} is of no contract of Suite: name the service it calls.", nameof(client));
}
