using Confluent.Kafka;
using Npgsql;
using Suite.Platform.Messaging;
using Suite.Platform.Messaging.Relay;

namespace Suite.Tests.Unit.Messaging;

/// <summary>One key after the other, and nothing behind a failure: consumers never see 2, 3, 1.</summary>
internal sealed class KeyOrderedPublisherTests
{
    private readonly List<(int Number, Action<DeliveryReport<byte[], byte[]>> Answer)> _sent = [];
    private NpgsqlDataSource _unused = null!;
    private RelaySignal _signal = null!;
    private BrokerMemory _memory = null!;
    private KeyOrderedPublisher _publisher = null!;

    [SetUp]
    public void SetUp()
    {
        _sent.Clear();
        _unused = NpgsqlDataSource.Create("Host=127.0.0.1");
        _signal = new RelaySignal();
        _memory = new BrokerMemory(_unused);
        _publisher = new KeyOrderedPublisher((message, answer) => _sent.Add((int.Parse(message.Row.Type, null), answer)), _memory);
    }

    [TearDown]
    public void TearDown()
    {
        _unused.Dispose();
        _signal.Dispose();
    }

    [Test]
    public void Different_keys_leave_side_by_side_and_a_key_waits_for_its_answer()
    {
        var page = Send(("a", 1), ("b", 2), ("a", 3), ("a", 4));
        Assert.That(Sent(), Is.EqualTo(new[] { 1, 2 }));

        Answer(1, offset: 0);
        Assert.That(Sent(), Is.EqualTo(new[] { 1, 2, 3 }));
        Answer(3, offset: 1);
        Answer(2, offset: 2);
        Assert.That(page.IsDone, Is.False);
        Answer(4, offset: 3);
        Assert.That((page.IsDone, page.Failed.Count), Is.EqualTo((true, 0)));
    }

    [Test]
    public void After_a_failure_nothing_of_the_key_leaves_until_all_is_answered_and_read_again()
    {
        var first = Send(("a", 1), ("a", 2), ("b", 3));
        Fail(1);
        var second = Send(("a", 4), ("b", 5));
        Answer(3, offset: 0);
        Answer(5, offset: 1);

        Assert.That(Sent(), Is.EqualTo(new[] { 1, 3, 5 }), "neither 2 nor 4 may overtake 1");
        Assert.That((first.IsDone, second.IsDone), Is.EqualTo((true, true)));
        Assert.That((first.Failed.Count, second.Failed.Count), Is.EqualTo((1, 1)));

        _publisher.Reset();
        Send(("a", 1), ("a", 2), ("a", 4));
        Answer(1, offset: 2);
        Answer(2, offset: 3);
        Answer(4, offset: 4);
        Assert.That(Sent(), Is.EqualTo(new[] { 1, 3, 5, 1, 2, 4 }));
    }

    [Test]
    public void A_client_that_refuses_a_message_at_once_fails_it()
    {
        var publisher = new KeyOrderedPublisher((_, _) => throw new KafkaException(ErrorCode.MsgSizeTooLarge), _memory);
        var page = Page(("a", 1), ("a", 2));
        publisher.Send(page);
        Assert.That((page.IsDone, page.Failed.Values.Single()), Is.EqualTo((true, "MsgSizeTooLarge")));
    }

    [Test]
    public void An_offset_that_goes_backwards_means_that_the_broker_forgot()
    {
        Send(("a", 1), ("b", 2));
        Answer(1, offset: 7);
        Assert.That(_memory.IsLost, Is.False);
        Answer(2, offset: 0);
        Assert.That(_memory.IsLost, Is.True);
    }

    private int[] Sent() => [.. _sent.Select(s => s.Number)];

    private RelayPage Page(params (string Key, int Number)[] rows)
    {
        var page = new RelayPage([], _signal);
        foreach (var (key, number) in rows)
        {
            var row = new OutboxRow(Guid.NewGuid(), Outbox.ShardOf(key), "topic", key, number.ToString(System.Globalization.CultureInfo.InvariantCulture), [], null, null, null);
            page.Messages.Add(new OutboxMessage(page, number, row, DateTimeOffset.UnixEpoch, null));
        }

        return page;
    }

    private RelayPage Send(params (string Key, int Number)[] rows)
    {
        var page = Page(rows);
        _publisher.Send(page);
        return page;
    }

    private void Answer(int number, long offset) => Report(number, new Error(ErrorCode.NoError), offset);

    private void Fail(int number) => Report(number, new Error(ErrorCode.Local_MsgTimedOut), Offset.Unset.Value);

    private void Report(int number, Error error, long offset) => _sent.Last(s => s.Number == number).Answer(new DeliveryReport<byte[], byte[]>
    {
        TopicPartitionOffsetError = new TopicPartitionOffsetError("topic", 0, offset, error),
    });
}
