using Microsoft.Extensions.Logging;

namespace Suite.Platform.Messaging.Inbox;

/// <summary>A consumer whose effect is in this service's database, once a message: what can not be applied is parked with its key.</summary>
internal sealed class InboxConsumer(ConsumerRegistration registration, InboxApplier applier, ILogger logger) : IMessageApplier
{
    public string Consumer => registration.Name;

    public IReadOnlyList<string> Topics => registration.Topics;

    public Task ApplyAsync(IReadOnlyList<ReceivedMessage> batch, CancellationToken cancellationToken) =>
        applier.ApplyAsync(registration, batch, cancellationToken);

    public async Task PutAsideAsync(IncomingMessage message, Exception cause, int attempts, CancellationToken cancellationToken)
    {
        var reason = PassingFault.Reason(cause);
        await applier.ParkAsync(registration, message, reason, attempts, cancellationToken);
        MessagingLog.Parked(logger, registration.Name, message.Id, message.Type, reason, cause);
    }
}
