using System.Diagnostics;
using NUnit.Framework;
using Suite.Payments.Events;

namespace Suite.Tests.Unit.Payments;

public sealed class TraceContextTests
{
    [Test]
    public void A_trace_goes_on_with_its_state_and_baggage()
    {
        var context = new TraceContext(
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "vendor=1",
            "tenant=a%20b,plain=c;ttl=3,broken");

        using (var activity = context.Resume("payment.authorize"))
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
        Assert.That(new TraceContext(null, null, null).Resume("payment.authorize"), Is.Null);
}
