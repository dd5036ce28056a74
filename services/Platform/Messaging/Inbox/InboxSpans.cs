using System.Diagnostics;
using Suite.Platform.Telemetry;

namespace Suite.Platform.Messaging.Inbox;

/// <summary>The spans of one attempt at a batch: its own, and one in the trace of each message that is applied or parked.</summary>
internal sealed class InboxSpans(string consumer, IReadOnlyList<ReceivedMessage> batch) : IDisposable
{
    private readonly Activity? _batch = MessagingTelemetry.StartBatch(consumer, batch);
    private List<Activity>? _messages;

    /// <summary>Begins the span of a message, and returns the message with that span in the place of its sender's.</summary>
    public IncomingMessage Begin(IncomingMessage message)
    {
        if (_batch is null || MessagingTelemetry.StartProcess(consumer, message, _batch) is not { } span)
        {
            return message;
        }

        (_messages ??= []).Add(span);
        return message with { TraceParent = span.Id };
    }

    /// <summary>Begins the span of a message that is parked instead of applied.</summary>
    public void Park(IncomingMessage message, string reason)
    {
        if (_batch is not null && MessagingTelemetry.StartPark(consumer, message, reason) is { } span)
        {
            (_messages ??= []).Add(span);
        }
    }

    /// <summary>Says that nothing of it was applied.</summary>
    public void Fail(string reason)
    {
        _batch.Fail(reason);
        _messages?.ForEach(span => span.Fail(reason));
    }

    public void Dispose()
    {
        _messages?.ForEach(span => span.Dispose());
        _batch?.Dispose();
    }
}
