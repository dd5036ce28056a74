using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Suite.Contracts.Trust.V1;
using Suite.Platform.Hosting;

namespace Suite.Platform.Security;

/// <summary>Who calls, what the contract allows them, and how this service shows who it is.</summary>
public static class SecurityModule
{
    /// <summary>
    /// Adds what authorizes the calls to <paramref name="service"/>. Whom to believe is asked of User, at <c>SUITE_USER_ADDRESS</c>, unless
    /// the service registers an <see cref="ITrustSource"/> of its own, before this or after it.
    /// </summary>
    public static IServiceCollection AddSecurity(this IServiceCollection services, IConfiguration configuration, string service)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => SecurityOptions.From(configuration, provider.GetRequiredService<IHostEnvironment>(), service));
        services.AddSingleton<SignedTokens>();
        services.AddSingleton<ServiceKeys>();
        services.AddSingleton<ServiceTokens>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<PeerCertificates>();
        services.AddSingleton<CredentialVerifier>();

        // The last registration is the one that counts, so a service's own wins wherever it stands.
        services.AddServiceClient<TrustService.TrustServiceClient>("SUITE_USER_ADDRESS", "user");
        services.TryAddSingleton<ITrustSource, RemoteTrustSource>();
        services.AddSingleton<TrustStore>();
        services.AddSingleton<OpenStreams>();
        services.AddHostedService<TrustPoller>();
        services.AddHealthChecks().AddCheck<TrustHealthCheck>("trust", HealthStatus.Unhealthy, ["ready"]);
        return services;
    }

    /// <summary>Authorizes every call from here on. At the start it makes sure that the keys are there and every method says who may call it.</summary>
    /// <exception cref="InvalidOperationException">When the server starts: the message names the setting or the method.</exception>
    internal static void UseSecurity(this WebApplication app)
    {
        app.Services.GetRequiredService<ServiceTokens>();
        // Runs when the pipeline is built: everything is mapped then, and the ports are not open yet.
        app.Use(next =>
        {
            MethodPolicies.Check(((IEndpointRouteBuilder)app).DataSources);
            return next;
        });
        app.UseMiddleware<AuthorizationMiddleware>();
    }
}
