using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Suite.Platform.Messaging.Kafka;

namespace Suite.Platform.Messaging.Inbox;

/// <summary>Runs every consumer of the service, each on a thread of its own, and begins again when one breaks.</summary>
internal sealed class ConsumerHost(
    IEnumerable<ConsumerRegistration> registrations, InboxApplier applier, KafkaClients clients, ILogger<ConsumerHost> logger) : IHostedService, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(8);

    private readonly CancellationTokenSource _stopping = new();
    private readonly List<(Thread Thread, ConsumerRegistration Registration)> _threads = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var registration in registrations)
        {
            var thread = new Thread(() => Run(registration, _stopping.Token)) { IsBackground = true, Name = registration.Name };
            _threads.Add((thread, registration));
            thread.Start();
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        var until = Environment.TickCount64 + (long)StopWithin.TotalMilliseconds;
        foreach (var (thread, registration) in _threads)
        {
            var left = TimeSpan.FromMilliseconds(Math.Max(0, until - Environment.TickCount64));
            if (!await Task.Run(() => thread.Join(left), CancellationToken.None))
            {
                MessagingLog.ConsumerStopIncomplete(logger, registration.Name);
            }
        }
    }

    public void Dispose() => _stopping.Dispose();

    private void Run(ConsumerRegistration registration, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                using var consumer = new TopicConsumer(registration, applier, clients, logger);
                consumer.Run(stopping);
            }
            catch (Exception e)
            {
                MessagingLog.ConsumerBroke(logger, registration.Name, e);
                stopping.WaitHandle.WaitOne(Pause);
            }
        }
    }
}
