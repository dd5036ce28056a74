using Microsoft.AspNetCore.Hosting.Server;
using Suite.Platform.Faults;

namespace Suite.Payments.Providers;

/// <summary>
/// Chooses who holds the customers' money: <c>SUITE_PROVIDER</c> is <c>simulator</c> or <c>stripe</c>. When it is not set it is the
/// simulator, but not in Production: nobody shall send goods for money that was only played.
/// </summary>
internal static class ProviderModule
{
    /// <summary>The configuration key.</summary>
    public const string Key = "SUITE_PROVIDER";

    /// <exception cref="InvalidOperationException">There is no such provider, it lacks a setting, or none is named in Production.</exception>
    public static void AddProvider(this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        switch (NameOf(configuration, environment))
        {
            case SimulatedProvider.ProviderName:
                services.AddSingleton<SimulatorRecord>();
                services.AddSingleton(provider => SimulatorAddress.From(configuration, provider.GetRequiredService<IServer>()));
                services.AddSingleton<IPaymentProvider, SimulatedProvider>();
                services.AddSingleton<IProviderWebhooks, SimulatorWebhooks>();
                services.AddSingleton<SimulatorPages>();
                services.AddHostedService<SimulatorDelivery>();
                break;
            case StripeProvider.ProviderName:
                services.AddSingleton(StripeSettings.From(configuration));
                services.AddSingleton<IPaymentProvider, StripeProvider>();
                services.AddSingleton<IProviderWebhooks, StripeWebhooks>();
                break;
            case var unknown:
                throw new InvalidOperationException(
                    $"{Key} is '{unknown}', which is no provider: {SimulatedProvider.ProviderName}, {StripeProvider.ProviderName}.");
        }

        services.AddSingleton<WebhookEndpoint>();
        if (FaultSettings.AreOn(configuration, environment))
        {
            var chosen = services.Single(s => s.ServiceType == typeof(IPaymentProvider));
            services.Remove(chosen);
            services.AddSingleton<IPaymentProvider>(provider => new FaultyProvider(
                (IPaymentProvider)ActivatorUtilities.CreateInstance(provider, chosen.ImplementationType!), provider.GetRequiredService<FaultBoard>()));
        }
    }

    /// <summary>Maps where providers tell of themselves, and the simulator's pages where it is the provider.</summary>
    public static void MapProvider(this IEndpointRouteBuilder app)
    {
        app.MapPost(WebhookEndpoint.Route, app.ServiceProvider.GetRequiredService<WebhookEndpoint>().HandleAsync);
        if (app.ServiceProvider.GetService<SimulatorPages>() is { } pages)
        {
            app.MapGet(SimulatorPages.Route, pages.ShowAsync);
            app.MapPost(SimulatorPages.Route, pages.DecideAsync);
        }
    }

    private static string NameOf(IConfiguration configuration, IHostEnvironment environment) =>
        configuration[Key] is { Length: > 0 } name
            ? name
            : !environment.IsProduction()
                ? SimulatedProvider.ProviderName
                : throw new InvalidOperationException(
                    $"{Key} is not set. In Production it has to be said who holds the money: {StripeProvider.ProviderName}, "
                    + $"or {SimulatedProvider.ProviderName} where none is to move.");
}
