using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace Suite.Platform.Redis;

/// <summary>Asks Redis for an answer. Without one the service is Degraded, which is still ready: every call can do without.</summary>
internal sealed class RedisHealthCheck(IConnectionMultiplexer redis) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await redis.GetDatabase().PingAsync().WaitAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is RedisException or TimeoutException or OperationCanceledException or ObjectDisposedException)
        {
            return HealthCheckResult.Degraded("Redis does not answer.");
        }
    }
}
