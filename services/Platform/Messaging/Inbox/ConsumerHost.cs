using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Suite.Platform.Messaging.Kafka;

namespace Suite.Platform.Messaging.Inbox;

/// <summary>Runs every consumer of the service, each on a thread of its own, and begins again when one breaks.</summary>
internal sealed class ConsumerHost(
    IEnumerable<ConsumerRegistration> registrations,
    IEnumerable<IMessageApplier> others,
    InboxApplier applier,
    KafkaClients clients,
    MessagingMetrics metrics,
    ILogger<ConsumerHost> logger) : IHostedService, IDisposable
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(8);

    private readonly ThreadRunner _threads = new();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var consumer in registrations.Select(registration => new InboxConsumer(registration, applier, logger)).Concat(others))
        {
            _threads.Start(consumer.Consumer, stopping => Run(consumer, stopping), e => MessagingLog.ConsumerBroke(logger, consumer.Consumer, e));
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

    private void Run(IMessageApplier what, CancellationToken stopping)
    {
        using var consumer = new TopicConsumer(what, clients, metrics, logger);
        consumer.Run(stopping);
    }
}
