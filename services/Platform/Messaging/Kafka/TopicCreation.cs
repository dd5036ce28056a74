using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Suite.Platform.Messaging.Kafka;

/// <summary>
/// Sees to it that the topics exist, also after a broker came back empty. A service starts without waiting for it: what can not
/// be published yet waits in the outbox.
/// </summary>
internal sealed class TopicCreation(MessagingOptions options, IEnumerable<ConsumerRegistration> consumers, KafkaClients clients, TimeProvider time, ILogger<TopicCreation> logger)
    : BackgroundService
{
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(3);

    private string[] Topics => [.. options.Topics.Concat(consumers.SelectMany(c => c.Topics).SelectMany(t => new[] { t, DeadLetters.TopicOf(t) })).Distinct()];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var admin = clients.Admin();
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = Later;
            try
            {
                if (await MissingAsync(admin) is { Count: > 0 } missing)
                {
                    await CreateAsync(admin, missing);
                    wait = Soon;
                }
            }
            catch (KafkaException e)
            {
                MessagingLog.TopicsMissing(logger, e.Error.Code.ToString());
                wait = Soon;
            }

            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<List<string>> MissingAsync(IAdminClient admin)
    {
        // The call blocks, so it gets a thread of its own.
        var metadata = await Task.Factory.StartNew(() => admin.GetMetadata(Answer), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var there = metadata.Topics.Where(t => t.Partitions.Count > 0).Select(t => t.Topic).ToHashSet(StringComparer.Ordinal);
        return [.. Topics.Where(t => !there.Contains(t))];
    }

    private async Task CreateAsync(IAdminClient admin, List<string> missing)
    {
        try
        {
            await admin.CreateTopicsAsync(
                missing.Select(topic => new TopicSpecification { Name = topic, NumPartitions = options.Partitions, ReplicationFactor = -1 }),
                new CreateTopicsOptions { RequestTimeout = Answer, OperationTimeout = Answer });
            missing.ForEach(topic => MessagingLog.TopicCreated(logger, topic, options.Partitions));
        }
        catch (CreateTopicsException e) when (e.Results.All(r => r.Error.Code is ErrorCode.NoError or ErrorCode.TopicAlreadyExists))
        {
            // Another replica was faster.
        }
        catch (KafkaException)
        {
            // The broker built into librdkafka has no such call, but makes topics that somebody asks for.
            missing.ForEach(topic => admin.GetMetadata(topic, Answer));
            throw;
        }
    }
}
