using Microsoft.AspNetCore.Hosting.Server;

namespace Suite.Payments.Providers;

/// <summary>Chooses who holds the customers' money: <c>SUITE_PROVIDER</c> is <c>simulator</c> (when not set) or <c>stripe</c>.</summary>
internal static class ProviderModule
{
    /// <summary>The configuration key.</summary>
    public const string Key = "SUITE_PROVIDER";

    /// <exception cref="InvalidOperationException">There is no such provider, or it lacks a setting.</exception>
    public static void AddProvider(this IServiceCollection services, IConfiguration configuration)
    {
        switch (NameOf(configuration))
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

    private static string NameOf(IConfiguration configuration) =>
        configuration[Key] is { Length: > 0 } name ? name : SimulatedProvider.ProviderName;
}
