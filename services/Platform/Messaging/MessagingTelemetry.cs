using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using Suite.Platform.Messaging.Inbox;
using Suite.Platform.Telemetry;

namespace Suite.Platform.Messaging;

/// <summary>
/// The spans of a message on its way, after https://opentelemetry.io/docs/specs/semconv/messaging/kafka/. The context of a row is that of
/// whoever wrote it; sending is a span below it, whose context travels in the message; applying is a span below that. A batch has a
/// span of its own that links to the context of each message in it.
/// </summary>
internal static class MessagingTelemetry
{
    public static readonly ActivitySource Source = new(SuiteTelemetry.Prefix + "Messaging");

    /// <summary>Sending a row; null when its trace is not recorded. It does not become current: the loop that sends is in no trace.</summary>
    public static Activity? StartSend(OutboxRow row, DateTimeOffset createTime, TimeProvider time)
    {
        var trace = new TraceContext(row.TraceParent, row.TraceState, row.Baggage);
        if (!Source.HasListeners() || !trace.IsSampled)
        {
            return null;
        }

        var span = Aside(() => Source.StartActivity($"send {row.Topic}", ActivityKind.Producer, trace.ToActivityContext()));
        if (span is not null)
        {
            Describe(span, "send", "send", row.Topic);
            DescribeMessage(span, row.EventId, row.Key, row.Type);
            span.SetTag("suite.outbox.wait", Math.Max(0, (time.GetUtcNow() - createTime).TotalSeconds));
        }

        return span;
    }

    /// <summary>Ends the sending of a row with what the broker said.</summary>
    public static void EndSend(Activity span, DeliveryReport<byte[], byte[]> report)
    {
        if (report.Error.IsError)
        {
            span.Fail(report.Error.Code.ToString());
        }
        else
        {
            span.SetTag("messaging.destination.partition.id", report.Partition.Value.ToString(CultureInfo.InvariantCulture));
            span.SetTag("messaging.kafka.offset", report.Offset.Value);
        }

        span.Dispose();
    }

    /// <summary>
    /// Applying a batch: a trace of its own, since its messages are of many, with a link to each that is recorded. Null when none is. It is
    /// current until it is disposed, so that the statements of the batch hang below it.
    /// </summary>
    public static Activity? StartBatch(string consumer, IReadOnlyList<ReceivedMessage> messages)
    {
        if (!Source.HasListeners() || !messages.Any(m => TraceContext.Of(m.Message).IsSampled))
        {
            return null;
        }

        var links = messages.Select(m => TraceContext.Of(m.Message)).Where(t => t.IsSampled).Select(t => new ActivityLink(t.ToActivityContext()));
        var topic = messages[0].Message.Topic;
        var span = Source.StartActivity($"process {topic}", ActivityKind.Consumer, default(ActivityContext), links: links);
        if (span is not null)
        {
            Describe(span, "process", "process", topic);
            span.SetTag("messaging.consumer.group.name", consumer);
            span.SetTag("messaging.batch.message_count", messages.Count);
        }

        return span;
    }

    /// <summary>Applying one message, in the message's own trace, linked to its batch; null when that trace is not recorded.</summary>
    public static Activity? StartProcess(string consumer, IncomingMessage message, Activity? batch) =>
        StartOf(message, "process", message.Topic, consumer, batch);

    /// <summary>Parking a message that can not be applied; null when its trace is not recorded.</summary>
    public static Activity? StartPark(string consumer, IncomingMessage message, string reason)
    {
        var span = StartOf(message, "park", DeadLetters.TopicOf(message.Topic), consumer, null);
        span.Fail(reason);
        return span;
    }

    private static Activity? StartOf(IncomingMessage message, string operation, string topic, string consumer, Activity? batch)
    {
        var trace = TraceContext.Of(message);
        if (!Source.HasListeners() || !trace.IsSampled)
        {
            return null;
        }

        ActivityLink[] links = batch is null ? [] : [new ActivityLink(batch.Context)];
        var span = Aside(() => Source.StartActivity($"{operation} {topic}", ActivityKind.Consumer, trace.ToActivityContext(), links: links));
        if (span is not null)
        {
            Describe(span, "process", operation, topic);
            DescribeMessage(span, message.Id, message.Key, message.Type);
            span.SetTag("messaging.consumer.group.name", consumer);
        }

        return span;
    }

    private static void Describe(Activity span, string type, string operation, string topic)
    {
        span.SetTag("messaging.system", "kafka");
        span.SetTag("messaging.operation.type", type);
        span.SetTag("messaging.operation.name", operation);
        span.SetTag("messaging.destination.name", topic);
    }

    private static void DescribeMessage(Activity span, Guid id, string key, string type)
    {
        span.SetTag("messaging.message.id", id.ToString("D", CultureInfo.InvariantCulture));
        span.SetTag("messaging.kafka.message.key", key);
        span.SetTag("cloudevents.event_type", type);
    }

    /// <summary>Starts a span that does not become current.</summary>
    private static Activity? Aside(Func<Activity?> start)
    {
        var current = Activity.Current;
        try
        {
            return start();
        }
        finally
        {
            Activity.Current = current;
        }
    }
}
