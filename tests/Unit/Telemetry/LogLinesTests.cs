using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using NUnit.Framework;
using Suite.Platform.Telemetry;

namespace Suite.Tests.Unit.Telemetry;

[NonParallelizable]
public sealed class LogLinesTests
{
    private static readonly KeyValuePair<string, object?>[] s_state =
    [
        new("Shard", 3), new("Reason", "Local_MsgTimedOut"), new("Wait", 0.5), new("{OriginalFormat}", "The broker did not take …"),
    ];

    [Test]
    public void A_line_for_programs_has_its_trace_where_all_fields_are()
    {
        using var activity = new Activity("call").Start();

        using var line = JsonDocument.Parse(Write(new JsonLines(), exception: null));

        var root = line.RootElement;
        Assert.That(root.GetProperty("trace_id").GetString(), Is.EqualTo(activity.TraceId.ToString()));
        Assert.That(root.GetProperty("span_id").GetString(), Is.EqualTo(activity.SpanId.ToString()));
        Assert.That(root.GetProperty("level").GetString(), Is.EqualTo("warning"));
        Assert.That(root.GetProperty("category").GetString(), Is.EqualTo("Suite.Relay"));
        Assert.That(root.GetProperty("event_id").GetInt32(), Is.EqualTo(1302));
        Assert.That(root.GetProperty("message").GetString(), Is.EqualTo("It said \"no\"."));
        Assert.That(root.GetProperty("attributes").GetRawText(), Is.EqualTo("{\"Shard\":3,\"Reason\":\"Local_MsgTimedOut\",\"Wait\":0.5}"));
        Assert.That(root.TryGetProperty("exception", out _), Is.False);
    }

    [Test]
    public void Without_a_trace_a_line_names_none_and_an_exception_is_one_field()
    {
        var text = Write(new JsonLines(), new InvalidOperationException("two\nlines"));

        Assert.That(text.TrimEnd('\n').Split('\n'), Has.Length.EqualTo(1), "a line is one line");
        using var line = JsonDocument.Parse(text);
        Assert.That(line.RootElement.TryGetProperty("trace_id", out _), Is.False);
        Assert.That(line.RootElement.GetProperty("exception").GetString(), Does.Contain("two\nlines"));
    }

    [Test]
    public void A_line_for_people_is_one_line_with_its_trace_at_the_end()
    {
        using var activity = new Activity("call").Start();

        var text = Write(new PlainLines(), exception: null);

        Assert.That(text, Does.Match(@"^\d\d:\d\d:\d\d\.\d{3} warn: Suite\.Relay\[1302\] It said ""no""\. \(trace " + activity.TraceId + ", span " + activity.SpanId + @"\)\n$"));
        Assert.That(Write(new PlainLines(), new InvalidOperationException("two\nlines")).TrimEnd('\n').Split('\n'), Has.Length.EqualTo(1));
    }

    private static string Write(ConsoleFormatter formatter, Exception? exception)
    {
        using var text = new StringWriter { NewLine = "\n" };
        var entry = new LogEntry<KeyValuePair<string, object?>[]>(
            LogLevel.Warning, "Suite.Relay", new EventId(1302), s_state, exception, static (_, _) => "It said \"no\".");
        formatter.Write(entry, null, text);
        return text.ToString();
    }
}
