using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Suite.Platform.Postgres;
using Suite.Platform.Redis;

namespace Suite.Platform.Locking;

/// <summary>Gives a service locks between its replicas.</summary>
public static class LockingModule
{
    /// <summary>Adds <see cref="ILocks"/> over Redis, and the table of <see cref="Fences"/> to the service's database.</summary>
    public static IServiceCollection AddLocks(this IServiceCollection services, IConfiguration configuration) => services
        .AddRedis(configuration)
        .AddMigrations(new MigrationSet("locking", typeof(LockingModule).Assembly, "Suite.Platform.Locking.Migrations"))
        .AddMetrics()
        .AddSingleton<RedisLocks>()
        .AddSingleton<ILocks>(provider => new ObservedLocks(
            provider.GetRequiredService<RedisLocks>(), provider.GetRequiredService<IMeterFactory>(), provider.GetRequiredService<TimeProvider>()));
}
