using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;
using NUnit.Framework;
using Suite.Client;

namespace Suite.Tests.Unit.Client;

[NonParallelizable]
internal sealed class ClientTelemetryTests
{
    [Test]
    public async Task A_call_is_one_span_with_its_attempts_below_it()
    {
        using var shop = new Shop();
        var spans = new ConcurrentQueue<Activity>();
        using var root = new Activity("test").Start();
        using var listener = Listen(spans, root);
        shop.Fake.FailNext("CreateOrder", StatusCode.Unavailable, times: 2);

        await shop.Client.Orders.CreateAsync(shop.Order());

        var call = spans.Single(s => s.ParentSpanId == root.SpanId);
        Assert.That((call.DisplayName, call.Kind, call.Status), Is.EqualTo(("suite.order.v1.OrderService/CreateOrder", ActivityKind.Internal, ActivityStatusCode.Unset)));
        Assert.That(call.GetTagItem("rpc.system"), Is.EqualTo("grpc"));
        Assert.That(call.GetTagItem("rpc.service"), Is.EqualTo("suite.order.v1.OrderService"));
        Assert.That(call.GetTagItem("rpc.method"), Is.EqualTo("CreateOrder"));
        Assert.That(call.GetTagItem("server.port"), Is.EqualTo(9102));
        var attempts = spans.Where(s => s.ParentSpanId == call.SpanId).ToList();
        Assert.That(attempts.Select(a => a.Kind), Is.All.EqualTo(ActivityKind.Client));
        Assert.That(attempts.Select(a => a.GetTagItem("rpc.grpc.status_code")), Is.EqualTo(new object[] { 14, 14, 0 }));
        Assert.That(attempts.Select(a => a.GetTagItem("suite.attempt")), Is.EqualTo(new object[] { 1, 2, 3 }));
        Assert.That(attempts.Select(a => a.Status), Is.EqualTo(new[] { ActivityStatusCode.Error, ActivityStatusCode.Error, ActivityStatusCode.Unset }));
        Assert.That(Activity.Current, Is.SameAs(root), "the caller's own span is back");
    }

    [Test]
    public async Task A_watch_is_one_span_too_and_ends_with_its_consumer()
    {
        using var shop = new Shop();
        var order = await shop.Client.Orders.CreateAsync(shop.Order());
        var spans = new ConcurrentQueue<Activity>();
        using var root = new Activity("test").Start();
        using var listener = Listen(spans, root);
        shop.Fake.FailNext("WatchOrder", StatusCode.Unavailable);

        await shop.Client.Orders.WaitAsync(order.Name);

        Assert.That(spans.Select(s => s.DisplayName), Is.All.EqualTo("suite.order.v1.OrderService/WatchOrder").And.Exactly(3).Items);
        Assert.That(spans.Single(s => s.ParentSpanId == root.SpanId).Status, Is.EqualTo(ActivityStatusCode.Unset));
    }

    [Test]
    public async Task Attempts_and_durations_are_counted_and_the_budget_can_be_read()
    {
        using var shop = new Shop(configure: o => o.OrderAddress = new Uri("http://127.0.0.1:59102"));
        var attempts = new ConcurrentQueue<(long Count, object? Code)>();
        var durations = new ConcurrentQueue<double>();
        var budgets = new ConcurrentQueue<double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Suite.Client")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            if (Tag(tags, "rpc.method") is "CancelOrder")
            {
                attempts.Enqueue((count, Tag(tags, "rpc.grpc.status_code")));
            }
        });
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
        {
            if (Tag(tags, "rpc.method") is "CancelOrder")
            {
                durations.Enqueue(value);
            }
            else if (instrument.Name == "suite.client.retry_budget" && Tag(tags, "server.address") is "127.0.0.1:59102")
            {
                budgets.Enqueue(value);
            }
        });
        listener.Start();
        var order = await shop.Client.Orders.CreateAsync(shop.Order());
        shop.Fake.FailNext("CancelOrder", StatusCode.Unavailable);

        await shop.Client.Orders.CancelAsync(order.Name);
        listener.RecordObservableInstruments();

        Assert.That(attempts, Is.EqualTo(new (long, object?)[] { (1, 14), (1, 0) }));
        Assert.That(durations, Has.Count.EqualTo(1));
        Assert.That(budgets.Single(), Is.InRange(499, 500));
    }

    private static object? Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == name)
            {
                return tag.Value;
            }
        }

        return null;
    }

    private static ActivityListener Listen(ConcurrentQueue<Activity> spans, Activity root)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Suite.Client",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.TraceId == root.TraceId)
                {
                    spans.Enqueue(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
