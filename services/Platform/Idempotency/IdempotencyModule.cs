using Microsoft.Extensions.DependencyInjection;
using Suite.Platform.Postgres;

namespace Suite.Platform.Idempotency;

/// <summary>Gives a service the memory of what it was asked.</summary>
public static class IdempotencyModule
{
    /// <summary>Adds <see cref="IdempotencyStore"/>, its table and its clean-up.</summary>
    public static IServiceCollection AddIdempotency(this IServiceCollection services) => services
        .AddMigrations(new MigrationSet("idempotency", typeof(IdempotencyModule).Assembly, "Suite.Platform.Idempotency.Migrations"))
        .AddSingleton<IdempotencyStore>()
        .AddHostedService<IdempotencyCleanup>();
}
