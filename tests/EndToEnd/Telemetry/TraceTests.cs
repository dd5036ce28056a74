using System.Diagnostics;
using Grpc.Core;
using Suite.Client;
using Suite.Contracts.Orders.V1;
using Suite.Tests.EndToEnd.Running;
using Kind = Suite.Tests.EndToEnd.Telemetry.Otlp.Span.Types.SpanKind;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.EndToEnd.Telemetry;

/// <summary>One trace through every hop of an order, as a backend gets it by OTLP.</summary>
[NonParallelizable]
internal sealed class TraceTests
{
    /// <summary>The consumer of Order that moves orders on; its projections hear the same messages.</summary>
    private const string Group = "order.payment-events";

    private const string Placing = "suite.order.v1.OrderService/CreateOrder";

    private OtlpReceiver _receiver = null!;
    private TestSuite _suite = null!;

    [OneTimeSetUp]
    public async Task UseAsync()
    {
        _suite = await Suites.TracedAsync();
        _receiver = Suites.Spans!;
    }

    [Test]
    public async Task An_order_is_one_trace_from_the_clients_call_to_whoever_watches_it()
    {
        using var client = ListenToClient();
        await using var suite = _suite.Client();
        var request = await _suite.RequestAsync(await _suite.NewCustomerAsync());
        using var root = new Activity("checkout").Start();
        root.ActivityTraceFlags = ActivityTraceFlags.Recorded;

        var placed = await suite.Orders.CreateAsync(request);
        root.Stop();
        await foreach (var state in suite.Orders.WatchAsync(placed.Name))
        {
            if (state.State == State.Confirmed)
            {
                break;
            }
        }

        var traceId = root.TraceId.ToString();
        await Eventually.That(() => Task.FromResult(_receiver.Trace(traceId).Has("suite-order", "tell watcher")), Is.True, _receiver.Trace(traceId).ToString());
        await Eventually.That(
            () => Task.FromResult(_receiver.Trace(traceId).Spans.Count(s => s.Name == "send suite.order.v1")), Is.EqualTo(2), _receiver.Trace(traceId).ToString());
        // Each process sends what it has in its own time.
        await HasComeAsync(
            traceId, "suite-order: " + Placing, "suite-user: suite.user.v1.UserService/GetUser", "suite-order: INSERT orders",
            "suite-payment: process suite.order.v1", "suite-payment: authorize payment", "suite-payment: authorize simulator",
            "suite-payment: send suite.payment.v1");
        await Eventually.That(() => Task.FromResult(_receiver.Trace(traceId).Spans.Select(span => span.Group)), Is.SupersetOf(new[] { Group, "order.timelines" }));
        var trace = _receiver.Trace(traceId);
        await TestContext.Out.WriteLineAsync(trace.ToString());

        var attempt = client.Spans.Single(s => s.Kind == ActivityKind.Client && s.TraceId == root.TraceId);
        var server = trace.Below(attempt.SpanId.ToString(), "suite-order", Placing);
        Assert.That(server.Kind, Is.EqualTo(Kind.Server));
        Assert.That((server["rpc.system.name"], server["rpc.method"], server["rpc.response.status_code"]), Is.EqualTo(("grpc", Placing, "OK")));

        // Order asks User, by gRPC.
        var asked = trace.Below(server.SpanId, "suite-order", "suite.user.v1.UserService/GetUser");
        Assert.That(asked.Kind, Is.EqualTo(Kind.Client));
        var answered = trace.Below(asked.SpanId, "suite-user", "suite.user.v1.UserService/GetUser");
        Assert.That(answered.Kind, Is.EqualTo(Kind.Server));

        // The order becomes durable in a statement that others may share.
        var commit = trace.Below(server.SpanId, "suite-order", "INSERT orders");
        Assert.That((commit.Kind, commit["db.system.name"], commit["db.operation.batch.size"]), Is.EqualTo((Kind.Client, "postgresql", "1")));

        // Outbox, Kafka, and Payment's inbox.
        var sent = trace.Below(server.SpanId, "suite-order", "send suite.order.v1");
        Assert.That((sent.Kind, sent["messaging.system"], sent["messaging.operation.type"]), Is.EqualTo((Kind.Producer, "kafka", "send")));
        Assert.That(sent["messaging.kafka.message.key"], Is.EqualTo(placed.Name["orders/".Length..]));
        var applied = trace.Below(sent.SpanId, "suite-payment", "process suite.order.v1");
        Assert.That((applied.Kind, applied["messaging.consumer.group.name"]), Is.EqualTo((Kind.Consumer, "payment.order-events")));
        Assert.That(applied.Start, Is.GreaterThanOrEqualTo(sent.Start), "cause before effect");

        // The batch is of nobody's trace, and links to each message's own context; the message's span links back.
        var batch = _receiver.Spans.Single(span => span.SpanId == applied.Links.Single());
        Assert.That(batch.TraceId, Is.Not.EqualTo(traceId));
        Assert.That(batch.Links, Does.Contain(sent.SpanId));
        Assert.That(batch["messaging.batch.message_count"], Is.Not.Null);

        // The provider, outside of any transaction, and what it says back through outbox and Kafka to Order.
        var settled = trace.Below(applied.SpanId, "suite-payment", "authorize payment");
        var provider = trace.Below(settled.SpanId, "suite-payment", "authorize simulator");
        Assert.That((provider.Kind, provider["suite.provider.outcome"]), Is.EqualTo((Kind.Client, "approved")));
        var told = trace.Below(settled.SpanId, "suite-payment", "send suite.payment.v1");
        var heard = trace.Below(told.SpanId, "suite-order", "process suite.payment.v1", Group);
        var confirmed = trace.Below(heard.SpanId, "suite-order", "send suite.order.v1");
        Assert.That(confirmed["cloudevents.event_type"], Is.EqualTo(OrderConfirmed.Descriptor.FullName));

        // Nothing hangs below a span that nobody sent.
        Assert.That(trace.Orphans(attempt.SpanId.ToString()), Is.Empty, trace.ToString());
        Assert.That(trace.Spans.Where(span => span.IsError), Is.Empty, trace.ToString());
        var watcher = trace.Spans.First(span => span.Name == "tell watcher");
        Assert.That(watcher.Links, Has.Count.EqualTo(1), "the watcher's own call");

        // Each event of the order names the trace.
        var events = await _suite.Orders().ListOrderEventsAsync(new ListOrderEventsRequest { Parent = placed.Name });
        Assert.That(events.Events.Select(e => e.TraceId).ToList(), Has.Count.AtLeast(2).And.All.EqualTo(traceId));
    }

    [Test]
    public async Task A_trace_that_nobody_wants_leaves_no_span_and_goes_through_all_the_same()
    {
        var parent = $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00";
        var traceId = parent.Split('-')[1];
        var request = await _suite.RequestAsync(await _suite.NewCustomerAsync());

        var placed = await _suite.Orders().CreateOrderAsync(request, new Metadata { { "traceparent", parent } });
        await _suite.DecidedAsync(placed.Name);

        var events = await _suite.Orders().ListOrderEventsAsync(new ListOrderEventsRequest { Parent = placed.Name });
        Assert.That(events.Events.Select(e => e.TraceId).ToList(), Has.Count.AtLeast(2).And.All.EqualTo(traceId));
        Assert.That(
            await _suite.RowsAsync("order", "SELECT traceparent FROM outbox", row => row.GetString(0)),
            Has.Some.StartsWith($"00-{traceId}-").And.EndsWith("-00"));
        await PlaceAndWaitForSpansAsync();
        Assert.That(_receiver.Spans.Where(span => span.TraceId == traceId || span.Links.Any(link => link == parent.Split('-')[2])), Is.Empty);
    }

    [Test]
    public async Task Payment_that_is_killed_in_the_middle_leaves_one_trace_with_a_gap_and_the_recovery()
    {
        var traceId = ActivityTraceId.CreateRandom().ToString();
        var request = await _suite.RequestAsync(await _suite.NewCustomerAsync(), "tok_slow");
        var placed = await _suite.Orders().CreateOrderAsync(request, TraceHeaders.Sampled(traceId));
        await Eventually.That(() => _suite.PaymentOfAsync(placed.Name), Is.Not.Null);

        await _suite.Local.Payment.KillAsync();
        await _suite.MendAsync();
        await _suite.DecidedAsync(placed.Name);

        await Eventually.That(
            () => Task.FromResult(_receiver.Trace(traceId).Spans.Count(s => s.Name == "process suite.payment.v1" && s.Group == Group)), Is.EqualTo(1), _receiver.Trace(traceId).ToString());
        await HasComeAsync(traceId, "suite-payment: authorize payment", "suite-payment: send suite.payment.v1", "suite-payment: find simulator");
        var trace = _receiver.Trace(traceId);
        await TestContext.Out.WriteLineAsync(trace.ToString());
        var settled = trace.Spans.Where(span => span.Name == "authorize payment").MinBy(span => span.Start)!;
        Assert.That(trace.Has("suite-payment", "find simulator"), "who may have been asked before is asked what became of it");
        var sent = trace.Spans.First(span => span.Name == "send suite.order.v1");
        Assert.That(settled.Start - sent.End, Is.GreaterThan(1_000_000_000UL), "the gap");
    }

    [Test]
    public async Task A_refusal_says_why_and_is_no_error_of_the_server()
    {
        var traceId = ActivityTraceId.CreateRandom().ToString();

        Assert.That(
            async () => await _suite.Orders().GetOrderAsync(new GetOrderRequest { Name = $"orders/{Guid.CreateVersion7()}" }, TraceHeaders.Sampled(traceId)),
            Throws.TypeOf<RpcException>());

        await Eventually.That(() => Task.FromResult(_receiver.Trace(traceId).Spans.Count(s => s.Kind == Kind.Server && s.Service == "suite-order")), Is.EqualTo(1));
        var server = _receiver.Trace(traceId).Spans.Single(s => s.Kind == Kind.Server && s.Service == "suite-order");
        await TestContext.Out.WriteLineAsync(server.Text);
        Assert.That((server["rpc.response.status_code"], server["error.type"], server.IsError), Is.EqualTo(("NOT_FOUND", "RESOURCE_NOT_FOUND", false)));
    }

    /// <summary>What was to come before has come: spans leave a process in the order in which they end.</summary>
    private async Task PlaceAndWaitForSpansAsync()
    {
        var traceId = ActivityTraceId.CreateRandom().ToString();
        var placed = await _suite.Orders().CreateOrderAsync(await _suite.RequestAsync(await _suite.NewCustomerAsync()), TraceHeaders.Sampled(traceId));
        await _suite.DecidedAsync(placed.Name);
        await Eventually.That(
            () => Task.FromResult(_receiver.Trace(traceId).Spans.Count(s => s.Name == "process suite.payment.v1" && s.Group == Group)), Is.EqualTo(1), _receiver.Trace(traceId).ToString());
    }

    private Task HasComeAsync(string traceId, params string[] spans) => Eventually.That(
        () => Task.FromResult(_receiver.Trace(traceId).Spans.Select(span => span.ToString()).ToHashSet()), Is.SupersetOf(spans));

    private static ClientSpans ListenToClient() => new();

    /// <summary>The spans of the client library in this process.</summary>
    private sealed class ClientSpans : IDisposable
    {
        private readonly ActivityListener _listener;
        private readonly System.Collections.Concurrent.ConcurrentQueue<Activity> _spans = new();

        public ClientSpans()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == "Suite.Client",
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = _spans.Enqueue,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public IReadOnlyList<Activity> Spans => [.. _spans];

        public void Dispose() => _listener.Dispose();
    }
}
