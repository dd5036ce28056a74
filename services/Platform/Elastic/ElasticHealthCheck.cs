using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Suite.Platform.Elastic;

/// <summary>Asks Elasticsearch for an answer. Without one the service is Degraded, which is still ready: nothing but searching needs it.</summary>
internal sealed class ElasticHealthCheck(ElasticClient client) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            using var answer = await client.SendAsync(HttpMethod.Get, string.Empty, null, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is HttpRequestException or ElasticException or OperationCanceledException or System.Text.Json.JsonException)
        {
            return HealthCheckResult.Degraded("Elasticsearch does not answer.");
        }
    }
}
