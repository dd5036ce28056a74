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
    private int _troubles = 1;
    private int _cleared;

    /// <summary>Whether an offset went backwards.</summary>
    public bool IsLost => _lost;

    /// <summary>
    /// Whether the broker was out of sight since it was last asked. Nothing is sent to it before it was: what it forgot has to
    /// come before what is new.
    /// </summary>
    public bool IsSuspect => Volatile.Read(ref _troubles) != Volatile.Read(ref _cleared) && !_offsets.IsEmpty;

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

    /// <summary>A connection was lost; whoever answers on the next one may have forgotten.</summary>
    public void Suspect() => Interlocked.Increment(ref _troubles);

    /// <summary>Asks the broker whether it still has what it acknowledged: when it is suspect, and from time to time.</summary>
    public void Check(Func<TopicPartition, WatermarkOffsets> query)
    {
        // A connection that is lost while the broker is asked leaves it suspect.
        var troubles = Volatile.Read(ref _troubles);
        foreach (var ((topic, partition), offset) in _offsets)
        {
            if (query(new TopicPartition(topic, partition)).High.Value <= offset)
            {
                _lost = true;
                return;
            }
        }

        Volatile.Write(ref _cleared, troubles);
    }

    /// <summary>Has all replicas send everything again.</summary>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Forget);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
