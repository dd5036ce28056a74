using Microsoft.Extensions.Diagnostics.HealthChecks;
using Suite.Contracts.Ops.V1;

namespace Suite.Platform.Faults;

/// <summary>Not ready while a fault says so.</summary>
internal sealed class FaultReadiness(FaultBoard faults) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(faults.Meet(Fault.Types.Target.Readiness).Fails ? HealthCheckResult.Unhealthy("A fault was set.") : HealthCheckResult.Healthy());
}
