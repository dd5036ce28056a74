using System.Collections.Concurrent;
using Confluent.Kafka;
using Npgsql;

namespace Suite.Platform.Messaging.Relay;

/// <summary>
/// Notices that a broker has forgotten what it acknowledged: its offsets are lower than they were. Everything the outbox still
/// keeps is then sent again; inboxes know what they have applied.
/// </summary>
internal sealed class BrokerMemory(NpgsqlDataSource dataSource)
{
    private const string Load = "SELECT topic, partition, last_offset FROM outbox_offset";

    private const string Forget =
        """
        WITH gone AS (DELETE FROM outbox_offset)
        UPDATE outbox_shard SET seen = '3:3:', epoch = epoch + 1, attempts = 0, next_attempt_time = '-infinity'
        """;

    private readonly ConcurrentDictionary<(string Topic, int Partition), long> _offsets = new();
    private volatile bool _lost;

    /// <summary>Whether an offset went backwards.</summary>
    public bool IsLost => _lost;

    /// <summary>The highest offsets known.</summary>
    public IReadOnlyCollection<KeyValuePair<(string Topic, int Partition), long>> Offsets => [.. _offsets];

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        _offsets.Clear();
        _lost = false;
        await using var command = dataSource.CreateCommand(Load);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            _offsets[(reader.GetString(0), reader.GetInt32(1))] = reader.GetInt64(2);
        }
    }

    /// <summary>Called for every acknowledged message, in the order of the acknowledgements of its partition.</summary>
    public void Acknowledged(string topic, int partition, long offset)
    {
        if (_offsets.TryGetValue((topic, partition), out var known) && offset <= known)
        {
            _lost = true;
            return;
        }

        _offsets[(topic, partition)] = offset;
    }

    /// <summary>Asks the broker whether it still has what it acknowledged, for the time when nothing is sent.</summary>
    public void Check(Func<TopicPartition, WatermarkOffsets> query)
    {
        foreach (var ((topic, partition), offset) in _offsets)
        {
            if (query(new TopicPartition(topic, partition)).High.Value <= offset)
            {
                _lost = true;
                return;
            }
        }
    }

    /// <summary>Has all replicas send everything again.</summary>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Forget);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
