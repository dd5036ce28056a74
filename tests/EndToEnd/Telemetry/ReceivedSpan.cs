using System.Globalization;
using Google.Protobuf;
using Suite.Tests.EndToEnd.Telemetry.Otlp;

namespace Suite.Tests.EndToEnd.Telemetry;

/// <summary>A span as a backend gets it.</summary>
internal sealed class ReceivedSpan(string service, Span span)
{
    public string Service => service;

    public string Name => span.Name;

    public Span.Types.SpanKind Kind => span.Kind;

    public string TraceId { get; } = Hex(span.TraceId);

    public string SpanId { get; } = Hex(span.SpanId);

    /// <summary>Empty for the first one.</summary>
    public string ParentId { get; } = Hex(span.ParentSpanId);

    public ulong Start => span.StartTimeUnixNano;

    public ulong End => span.EndTimeUnixNano;

    public bool IsError => span.Status?.Code == Status.Types.StatusCode.Error;

    /// <summary>The ids of the spans it links to.</summary>
    public IReadOnlyList<string> Links { get; } = [.. span.Links.Select(link => Hex(link.SpanId))];

    /// <summary>An attribute as text; null when it is not there.</summary>
    public string? this[string key] => span.Attributes.FirstOrDefault(a => a.Key == key)?.Value is not { } value
        ? null
        : value.ValueCase switch
        {
            AnyValue.ValueOneofCase.StringValue => value.StringValue,
            AnyValue.ValueOneofCase.BoolValue => value.BoolValue ? "true" : "false",
            AnyValue.ValueOneofCase.IntValue => value.IntValue.ToString(CultureInfo.InvariantCulture),
            _ => value.DoubleValue.ToString(CultureInfo.InvariantCulture),
        };

    /// <summary>The consumer group that processed a message; null for other spans.</summary>
    public string? Group => this["messaging.consumer.group.name"];

    /// <summary>All that is said in it.</summary>
    public string Text => span.ToString();

    public override string ToString() => $"{service}: {Name}";

    private static string Hex(ByteString bytes) => Convert.ToHexStringLower(bytes.Span);
}
