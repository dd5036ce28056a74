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

    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Thread> _threads = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var registration in registrations)
        {
            var thread = new Thread(() => Run(registration, _stopping.Token)) { IsBackground = true, Name = "broadcast" };
            _threads.Add(thread);
            thread.Start();
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await Task.Run(() => _threads.ForEach(t => t.Join(TimeSpan.FromSeconds(2))), CancellationToken.None);
    }

    public void Dispose() => _stopping.Dispose();

    private void Run(BroadcastRegistration registration, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                Listen(registration, stopping);
            }
            catch (KafkaException e)
            {
                MessagingLog.KafkaTrouble(logger, e.Error.Code, e.Error.Reason);
                stopping.WaitHandle.WaitOne(Pause);
            }
        }
    }

    private void Listen(BroadcastRegistration registration, CancellationToken stopping)
    {
        var broken = false;
        using var consumer = clients.Listener(_ => broken = true).Build();
        if (Partitions(registration) is not { Count: > 0 } partitions)
        {
            stopping.WaitHandle.WaitOne(Pause);
            return;
        }

        consumer.Assign(partitions);
        while (!stopping.IsCancellationRequested && !broken)
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
