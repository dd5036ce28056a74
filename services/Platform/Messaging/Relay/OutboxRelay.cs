using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Suite.Platform.Messaging.Kafka;

namespace Suite.Platform.Messaging.Relay;

/// <summary>Publishes the outbox for as long as the service runs; whatever breaks, it begins again from what the database knows.</summary>
internal sealed class OutboxRelay(
    RelayOwner owner, NpgsqlDataSource dataSource, MessagingOptions options, RelaySignal signal, RelayPeers peers, KafkaClients clients,
    MessagingMetrics metrics, TimeProvider time, ILogger<OutboxRelay> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Kafka clients take a moment to build, which the start of the service need not wait for.
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await new RelaySession(owner.Id, dataSource, options, signal, peers, clients, metrics, time, logger).RunAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                MessagingLog.RelayBroke(logger, e);
                await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e)
            {
                // What was on the way is sent again by the next owner.
                MessagingLog.RelayStopIncomplete(logger, e.GetType().Name);
            }
        }
    }
}
