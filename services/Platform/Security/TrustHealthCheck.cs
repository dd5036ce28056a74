using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Suite.Platform.Security;

/// <summary>Not ready before it is known whom to believe; degraded while that is not kept fresh.</summary>
internal sealed class TrustHealthCheck(TrustStore trust) : IHealthCheck
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(trust.Age switch
        {
            null => HealthCheckResult.Unhealthy("User has not said yet whom to believe."),
            { } age when age > Fresh => HealthCheckResult.Degraded("User does not answer; what it said last is used."),
            _ => HealthCheckResult.Healthy(),
        });
}
