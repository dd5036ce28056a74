using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Suite.Platform.Messaging.Kafka;

/// <summary>Reads all partitions of its topics from now on, in no group, and tells the handlers of this process.</summary>
internal sealed class BroadcastListener(IEnumerable<BroadcastRegistration> registrations, KafkaClients clients, ILogger<BroadcastListener> logger)
    : IHostedService, IDisposable
{
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(2);

    private readonly ThreadRunner _threads = new();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var registration in registrations)
        {
            _threads.Start("broadcast", stopping => Listen(registration, stopping), Broke);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _threads.StopAsync(StopWithin);

    public void Dispose() => _threads.Dispose();

    private void Broke(Exception exception)
    {
        if (exception is KafkaException { Error: var error })
        {
            MessagingLog.KafkaTrouble(logger, error.Code, error.Reason);
        }
        else
        {
            MessagingLog.ConsumerBroke(logger, "broadcast", exception);
        }
    }

    private void Listen(BroadcastRegistration registration, CancellationToken stopping)
    {
        var (broken, brokers) = (false, clients.Brokers);
        using var consumer = clients.Listener(_ => broken = true).Build();
        if (Partitions(registration) is not { Count: > 0 } partitions)
        {
            stopping.WaitHandle.WaitOne(Pause);
            return;
        }

        consumer.Assign(partitions);
        while (!stopping.IsCancellationRequested && !broken && clients.Brokers == brokers)
        {
            if (consumer.Consume(Wait) is { Message.Key: not null } result)
            {
                registration.Handler.Hear(CloudEvent.Read(result, out _));
            }
        }

        consumer.Close();
    }

    private List<TopicPartitionOffset> Partitions(BroadcastRegistration registration)
    {
        using var admin = clients.Admin();
        var found = new List<TopicPartitionOffset>();
        foreach (var topic in registration.Topics)
        {
            var partitions = admin.GetMetadata(topic, TimeSpan.FromSeconds(5)).Topics.Single().Partitions;
            if (partitions.Count == 0)
            {
                return [];
            }

            found.AddRange(partitions.Select(p => new TopicPartitionOffset(topic, p.PartitionId, Offset.End)));
        }

        return found;
    }
}
