using System.Diagnostics;
using Suite.Platform.Telemetry;

namespace Suite.Platform.Messaging.Inbox;

/// <summary>The spans of one attempt at a batch: its own, and one in the trace of each message that is applied.</summary>
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
