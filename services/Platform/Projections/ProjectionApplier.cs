using Microsoft.Extensions.Logging;
using Suite.Platform.Messaging;
using Suite.Platform.Messaging.Inbox;

namespace Suite.Platform.Projections;

/// <summary>
/// Has a projection hear of what is told. There is no inbox: the offsets go once the store has said yes, and what comes again changes
/// nothing. An event that can not be read is passed over, counted and told of: the projection is not the record, and is made anew when the
/// program is mended.
/// </summary>
internal sealed class ProjectionApplier(
    IProjection projection,
    ProjectionStore store,
    ProjectionProgress progress,
    ProjectionTelemetry telemetry,
    MessagingMetrics metrics,
    TimeProvider time,
    ILogger<ProjectionApplier> logger) : IMessageApplier
{
    public string Consumer => projection.Consumer;

    public IReadOnlyList<string> Topics => projection.Topics;

    public async Task ApplyAsync(IReadOnlyList<ReceivedMessage> batch, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        using var spans = new InboxSpans(Consumer, batch);
        try
        {
            // Asked for with every batch: what was committed before a generation began is in the history that is read into it, and whatever
            // is heard after that is written to it here.
            var generations = await store.LivingAsync(projection.Name, cancellationToken);
            var events = batch.Where(received => received.Problem is null).Select(received => spans.Begin(received.Message)).ToList();
            await projection.ApplyAsync(generations, events, cancellationToken);
            foreach (var received in batch.Where(received => received.Problem is not null))
            {
                Skip(received.Message, received.Problem!, null);
            }

            metrics.Processed(Consumer, time.GetElapsedTime(begun), null);
            foreach (var of in events.CountBy(message => message.Topic))
            {
                metrics.Applied(Consumer, of.Key, of.Value);
            }
        }
        catch (Exception e)
        {
            var reason = PassingFault.Reason(e);
            spans.Fail(reason);
            metrics.Processed(Consumer, time.GetElapsedTime(begun), reason);
            throw;
        }
    }

    public Task PutAsideAsync(IncomingMessage message, Exception cause, int attempts, CancellationToken cancellationToken)
    {
        Skip(message, PassingFault.Reason(cause), cause);
        return Task.CompletedTask;
    }

    public void Reached(DateTimeOffset? asOf) => progress.Reached(projection.Name, asOf);

    private void Skip(IncomingMessage message, string reason, Exception? cause)
    {
        telemetry.Skipped(projection.Name);
        ProjectionLog.Skipped(logger, projection.Name, message.Id, message.Type, reason, cause);
    }
}
