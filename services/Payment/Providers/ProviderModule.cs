using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection.Extensions;
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
                services.AddObserved<SimulatedProvider>(configuration, environment);
                services.AddSingleton<IProviderWebhooks, SimulatorWebhooks>();
                services.AddSingleton<SimulatorPages>();
                services.AddHostedService<SimulatorDelivery>();
                break;
            case StripeProvider.ProviderName:
                services.AddSingleton(StripeSettings.From(configuration));
                services.AddObserved<StripeProvider>(configuration, environment);
                services.AddSingleton<IProviderWebhooks, StripeWebhooks>();
                break;
            case var unknown:
                throw new InvalidOperationException(
                    $"{Key} is '{unknown}', which is no provider: {SimulatedProvider.ProviderName}, {StripeProvider.ProviderName}.");
        }

        services.AddMetrics();
        services.TryAddSingleton<PaymentTelemetry>();
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

    /// <summary>A fault that was set is seen as what it makes of a call.</summary>
    private static void AddObserved<TProvider>(this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
        where TProvider : class, IPaymentProvider
    {
        services.AddSingleton<TProvider>();
        services.AddSingleton<IPaymentProvider>(provider =>
        {
            IPaymentProvider chosen = provider.GetRequiredService<TProvider>();
            if (FaultSettings.AreOn(configuration, environment))
            {
                chosen = new FaultyProvider(chosen, provider.GetRequiredService<FaultBoard>());
            }

            return new ObservedProvider(chosen, provider.GetRequiredService<PaymentTelemetry>(), provider.GetRequiredService<TimeProvider>());
        });
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
