using Confluent.Kafka;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Suite.Platform.Messaging.Kafka;

/// <summary>
/// Asks the broker for its topics. A broker that is away makes the service Degraded, not unready: what happens is kept in the
/// outbox until it is back.
/// </summary>
internal sealed class KafkaHealthCheck(KafkaClients clients) : IHealthCheck, IDisposable
{
    private readonly Lazy<IAdminClient> _admin = new(clients.Admin);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await Task.Factory.StartNew(
                () => _admin.Value.GetMetadata(TimeSpan.FromSeconds(2)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return HealthCheckResult.Healthy();
        }
        catch (KafkaException)
        {
            return HealthCheckResult.Degraded("Kafka does not answer; events wait in the outbox.");
        }
    }

    public void Dispose()
    {
        if (_admin.IsValueCreated)
        {
            _admin.Value.Dispose();
        }
    }
}
