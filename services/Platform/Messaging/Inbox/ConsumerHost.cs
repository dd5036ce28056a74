using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Suite.Platform.Messaging.Kafka;

namespace Suite.Platform.Messaging.Inbox;

/// <summary>Runs every consumer of the service, each on a thread of its own, and begins again when one breaks.</summary>
internal sealed class ConsumerHost(
    IEnumerable<ConsumerRegistration> registrations, InboxApplier applier, KafkaClients clients, MessagingMetrics metrics, ILogger<ConsumerHost> logger) : IHostedService, IDisposable
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(8);

    private readonly ThreadRunner _threads = new();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var registration in registrations)
        {
            _threads.Start(registration.Name, stopping => Run(registration, stopping), e => MessagingLog.ConsumerBroke(logger, registration.Name, e));
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var late in await _threads.StopAsync(StopWithin))
        {
            MessagingLog.ConsumerStopIncomplete(logger, late);
        }
    }

    public void Dispose() => _threads.Dispose();

    private void Run(ConsumerRegistration registration, CancellationToken stopping)
    {
        using var consumer = new TopicConsumer(registration, applier, clients, metrics, logger);
        consumer.Run(stopping);
    }
}
