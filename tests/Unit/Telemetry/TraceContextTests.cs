using System.Diagnostics;
using NUnit.Framework;
using Suite.Platform.Telemetry;

namespace Suite.Tests.Unit.Telemetry;

[NonParallelizable]
public sealed class TraceContextTests
{
    private const string Sampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private const string Unsampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

    private const string SourceName = "Suite.Tests.TraceContext";

    private static readonly ActivitySource s_source = new(SourceName);

    [TestCase(true)]
    [TestCase(false)]
    public void A_trace_goes_on_with_its_state_and_baggage(bool isListenedTo)
    {
        using var listener = isListenedTo ? Listen() : null;
        var context = new TraceContext(Sampled, "vendor=1", "tenant=a%20b,plain=c;ttl=3,broken");

        using (var activity = context.Resume(s_source, "authorize payment"))
        {
            Assert.That(Activity.Current, Is.SameAs(activity));
            Assert.That(activity!.TraceId.ToString(), Is.EqualTo("0af7651916cd43dd8448eb211c80319c"));
            Assert.That(activity.ParentSpanId.ToString(), Is.EqualTo("b7ad6b7169203331"));
            Assert.That(activity.Recorded, Is.True);
            Assert.That(activity.TraceStateString, Is.EqualTo("vendor=1"));
            Assert.That(activity.GetBaggageItem("tenant"), Is.EqualTo("a b"));
            Assert.That(activity.GetBaggageItem("plain"), Is.EqualTo("c"));
        }

        Assert.That(Activity.Current, Is.Null);
    }

    [Test]
    public void Without_a_trace_there_is_nothing_to_go_on_with() =>
        Assert.That(new TraceContext(null, null, null).Resume(s_source, "authorize payment"), Is.Null);

    [TestCase(Sampled, true)]
    [TestCase(Unsampled, false)]
    [TestCase("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0b", true)]
    [TestCase("00-short", false)]
    [TestCase("", false)]
    [TestCase(null, false)]
    public void The_flag_says_whether_it_is_recorded(string? parent, bool expected) =>
        Assert.That(new TraceContext(parent, null, null).IsSampled, Is.EqualTo(expected));

    [Test]
    public void What_cannot_be_read_is_no_place_in_a_trace() =>
        Assert.That(new TraceContext("00-nonsense", null, null).ToActivityContext(), Is.EqualTo(default(ActivityContext)));

    [Test]
    public void What_nobody_records_is_passed_over_so_that_what_follows_has_a_parent_that_exists()
    {
        using var listener = Listen();
        using var recorded = s_source.StartActivity("call")!;
        using var grpc = new Activity("Grpc.Net.Client.GrpcOut").Start();
        using var http = new Activity("System.Net.Http.HttpRequestOut").Start();

        Assert.That(TraceContext.OfCurrent().TraceParent, Is.EqualTo(recorded.Id));
    }

    [Test]
    public void A_service_that_records_nothing_is_transparent()
    {
        using var request = new Activity("Microsoft.AspNetCore.Hosting.HttpRequestIn").SetParentId(Sampled);
        request.TraceStateString = "vendor=1";
        request.AddBaggage("tenant", "a b");
        request.Start();

        Assert.That(TraceContext.OfCurrent(), Is.EqualTo(new TraceContext(Sampled, "vendor=1", "tenant=a%20b")));
    }

    private static ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
