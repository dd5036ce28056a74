using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Suite.Platform.Messaging;
using Suite.Platform.Messaging.Relay;

namespace Suite.Tests.Unit.Messaging;

internal sealed class OutboxTests
{
    [Test]
    public void Shards_of_keys_never_change()
    {
        // Rows wait under these numbers; another hash would let a key's new rows overtake its old ones.
        var shards = new[] { "a", "b", "orders", "0197c1f0-5b3e-7c3a-9d1e-2f4a6b8c0d1e" }.Select(Outbox.ShardOf);
        Assert.That(shards, Is.EqualTo(new short[] { 0, 9, 2, 13 }));
    }

    [Test]
    public void Shards_are_spread_evenly()
    {
        var counts = Enumerable.Range(0, 16_000).Select(_ => Outbox.ShardOf(Guid.NewGuid().ToString())).CountBy(s => s).ToList();
        Assert.That(counts, Has.Count.EqualTo(16));
        Assert.That(counts.Select(c => c.Value), Has.All.InRange(800, 1200));
    }

    [Test]
    public void An_event_no_broker_takes_fails_its_transaction()
    {
        using var signal = new RelaySignal();
        var outbox = new Outbox(signal, TimeProvider.System);
        var large = new BytesValue { Value = ByteString.CopyFrom(new byte[1_000_000]) };
        Assert.That(() => outbox.Prepare(new OutgoingEvent("topic", "key", large)), Throws.InvalidOperationException);
    }

    [Test]
    public void An_event_that_follows_from_a_message_keeps_its_trace()
    {
        using var signal = new RelaySignal();
        var cause = new IncomingMessage
        {
            Id = Guid.CreateVersion7(),
            Type = "t",
            Topic = "topic",
            Key = "key",
            Body = default,
            Time = DateTimeOffset.UnixEpoch,
            TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            Baggage = "tenant=blue",
        };
        var row = new Outbox(signal, TimeProvider.System).Prepare(new OutgoingEvent("topic", "key", new Int32Value()) { Cause = cause });
        Assert.That((row.TraceParent, row.Baggage), Is.EqualTo((cause.TraceParent, cause.Baggage)));
    }

    [Test]
    public void The_lowest_id_of_a_day_is_below_every_id_made_on_it()
    {
        var day = new DateOnly(2026, 11, 23);
        var range = new InboxRange();
        range.Set(day, day.AddDays(7));
        var start = new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);
        Assert.Multiple(() =>
        {
            Assert.That(range.Contains(Guid.CreateVersion7(start)), Is.True);
            Assert.That(range.Contains(Guid.CreateVersion7(start.AddDays(7).AddMilliseconds(-1))), Is.True);
            Assert.That(range.Contains(Guid.CreateVersion7(start.AddMilliseconds(-1))), Is.False);
            Assert.That(range.Contains(Guid.CreateVersion7(start.AddDays(7))), Is.False);
            Assert.That(range.Contains(new Guid("ffffffff-ffff-4fff-8fff-ffffffffffff")), Is.False);
        });
    }
}
