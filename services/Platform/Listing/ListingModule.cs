using Microsoft.Extensions.DependencyInjection;
using Suite.Platform.Postgres;

namespace Suite.Platform.Listing;

/// <summary>Gives a service what its lists need.</summary>
public static class ListingModule
{
    /// <summary>Adds <see cref="PageTokens"/> and the secret behind them.</summary>
    public static IServiceCollection AddListing(this IServiceCollection services) => services
        .AddMigrations(new MigrationSet("listing", typeof(ListingModule).Assembly, "Suite.Platform.Listing.Migrations"))
        .AddSingleton<PageTokens>()
        .AddHostedService<PageTokenKey>();
}
