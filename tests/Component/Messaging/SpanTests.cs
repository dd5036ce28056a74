using System.Collections.Concurrent;
using System.Diagnostics;
using Suite.Contracts.Ops.V1;
using Suite.Platform.Messaging;

namespace Suite.Tests.Component.Messaging;

/// <summary>What the trace of a message tells when it is not applied the first time.</summary>
internal sealed class SpanTests
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private ActivityListener _listener = null!;
    private string _topic = string.Empty;

    [SetUp]
    public void Listen()
    {
        _topic = MessagingHost.NewName("topic");
        Servers.MockKafka.CreateTopic(_topic, 4);
        Servers.MockKafka.CreateTopic(_topic + ".dlq", 4);
        // Made before it is asked for: a source that is being made is not yet the one it will be.
        var messaging = MessagingTelemetry.Source;
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source == messaging,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    [TearDown]
    public void Deafen() => _listener.Dispose();

    [Test]
    public async Task A_fault_that_passes_leaves_a_span_for_every_attempt()
    {
        await using var host = await StartAsync();
        host.Handler.Poison[1] = new TimeoutException();
        var writer = await PublishAsync(host, "a", 1);
        await Eventually.That(() => Task.FromResult(Process(writer).Count), Is.GreaterThan(1));
        host.Handler.Poison.Clear();
        await Eventually.That(() => host.EffectsAsync("a"), Is.EqualTo(new[] { 1 }));
        await Eventually.That(() => Task.FromResult(Process(writer)[^1].Status), Is.EqualTo(ActivityStatusCode.Unset));

        var send = Of(writer).Single(span => span.OperationName == $"send {_topic}");
        var attempts = Process(writer);
        Assert.Multiple(() =>
        {
            Assert.That(send.ParentSpanId, Is.EqualTo(writer.SpanId));
            Assert.That(attempts.Select(span => span.ParentSpanId), Is.All.EqualTo(send.SpanId));
            Assert.That(attempts.SkipLast(1).Select(span => (span.Status, Error(span))), Is.All.EqualTo((ActivityStatusCode.Error, "TimeoutException")));
        });
        // Each attempt is at a batch of its own, which links back to the message, and ends after it.
        await Eventually.That(
            () => Task.FromResult(_ended.Where(span => span.Links.Any(link => link.Context.SpanId == send.SpanId)).Select(span => span.SpanId).ToList()),
            Is.EquivalentTo(attempts.Select(span => span.Links.Single().Context.SpanId)));
    }

    [Test]
    public async Task A_dead_letter_its_followers_and_its_replays_are_spans_in_the_traces_of_the_messages()
    {
        await using var host = await StartAsync();
        host.Handler.Poison[2] = new PoisonMessageException("not_a_number_we_like");
        var sick = await PublishAsync(host, "sick", 2);
        await Eventually.That(() => host.ScalarAsync<long>("SELECT count(*) FROM dead_letter"), Is.EqualTo(1));
        var follower = await PublishAsync(host, "sick", 3);
        await Eventually.That(() => host.ScalarAsync<long>("SELECT count(*) FROM dead_letter"), Is.EqualTo(2));

        await host.ReplayAsync(new ReplayDeadLettersRequest { Key = "sick", Note = "again" });
        await Eventually.That(() => host.ScalarAsync<int>("SELECT attempts FROM dead_letter ORDER BY id LIMIT 1"), Is.EqualTo(2));
        host.Handler.Poison.Clear();
        await host.ReplayAsync(new ReplayDeadLettersRequest { Key = "sick", Note = "again" });
        await Eventually.That(() => host.EffectsAsync("sick"), Is.EqualTo(new[] { 2, 3 }));

        await Eventually.That(() => Task.FromResult(Told(sick)), Is.SupersetOf(new[]
        {
            ($"send {_topic}", null), ($"process {_topic}", "not_a_number_we_like"), ($"park {_topic}.dlq", "not_a_number_we_like"), ($"process {_topic}", null),
        }));
        await Eventually.That(() => Task.FromResult(Told(follower)), Is.SupersetOf(new[]
        {
            ($"send {_topic}", null), ($"park {_topic}.dlq", DeadLetters.WaitsBehind), ($"process {_topic}", (string?)null),
        }));
        Assert.That(Told(sick).Count(told => told == ($"process {_topic}", "not_a_number_we_like")), Is.EqualTo(2), "the first attempt and the replay that came too early");
    }

    private static string? Error(Activity span) => (string?)span.GetTagItem("error.type");

    private List<Activity> Of(Activity writer) => [.. _ended.Where(span => span.TraceId == writer.TraceId)];

    private List<Activity> Process(Activity writer) => [.. Of(writer).Where(span => span.OperationName == $"process {_topic}")];

    private (string Name, string? Error)[] Told(Activity writer) => [.. Of(writer).Select(span => (span.OperationName, Error(span)))];

    private Task<MessagingHost> StartAsync() => MessagingHost.StartAsync(
        Servers.MockKafka.BootstrapServers, MessagingHost.NewName("messaging"), _topic, "test.numbers");

    private async Task<Activity> PublishAsync(MessagingHost host, string key, int number)
    {
        using var writer = new Activity("write").SetIdFormat(ActivityIdFormat.W3C);
        writer.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        writer.Start();
        await host.PublishAsync(_topic, key, number);
        return writer;
    }
}
