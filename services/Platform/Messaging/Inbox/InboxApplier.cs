using Npgsql;
using NpgsqlTypes;

namespace Suite.Platform.Messaging.Inbox;

/// <summary>
/// Applies messages once: their ids, their effect, and what has to be parked commit together. What was applied before is passed
/// over; what belongs to a parked key is parked behind it.
/// </summary>
internal sealed class InboxApplier(NpgsqlDataSource dataSource, InboxRange range, MessagingMetrics metrics, TimeProvider time)
{
    // In order of id, so that two consumers that meet during a rebalance wait for each other instead of deadlocking.
    private const string Remember =
        """
        INSERT INTO inbox (message_id, consumer) SELECT id, $2 FROM unnest($1::uuid[]) AS id ORDER BY id
        ON CONFLICT DO NOTHING RETURNING message_id
        """;

    private const string Parked = "SELECT DISTINCT key FROM dead_letter WHERE consumer = $1 AND key = ANY($2)";

    /// <summary>Applies a batch in one transaction.</summary>
    /// <exception cref="Exception">Whatever the handler or the database throws; nothing has happened then.</exception>
    public async Task ApplyAsync(ConsumerRegistration consumer, IReadOnlyList<ReceivedMessage> batch, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        using var spans = new InboxSpans(consumer.Name, batch);
        try
        {
            await ApplyAsync(consumer, batch, spans, cancellationToken);
            metrics.Processed(consumer.Name, time.GetElapsedTime(begun), null);
        }
        catch (Exception e)
        {
            var reason = PassingFault.Reason(e);
            spans.Fail(reason);
            metrics.Processed(consumer.Name, time.GetElapsedTime(begun), reason);
            throw;
        }
    }

    private async Task ApplyAsync(
        ConsumerRegistration consumer, IReadOnlyList<ReceivedMessage> batch, InboxSpans spans, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var sound = batch.Where(m => ProblemOf(m) is null).Select(m => m.Message).ToList();
        var (fresh, parkedKeys) = await RememberAsync(consumer.Name, sound, transaction, cancellationToken);
        var known = sound.Count - fresh.Count;

        var apply = new List<IncomingMessage>(fresh.Count);
        var wait = new List<ParkedMessage>();
        foreach (var received in batch)
        {
            var message = received.Message;
            if (ProblemOf(received) is { } problem)
            {
                // What has no id that the inbox could keep is kept by the parking lot itself, and parks its key from here on.
                var kind = parkedKeys.Add(message.Key) ? DeadLetterKind.Failed : DeadLetterKind.Waiting;
                wait.Add(new ParkedMessage(message, kind, problem, 0));
            }
            else if (fresh.Remove(message.Id))
            {
                if (parkedKeys.Contains(message.Key))
                {
                    wait.Add(new ParkedMessage(message, DeadLetterKind.Waiting, DeadLetters.WaitsBehind, 0));
                }
                else
                {
                    // What follows from it hangs below its applying.
                    apply.Add(spans.Begin(message));
                }
            }
        }

        if (wait.Count > 0)
        {
            wait.ForEach(parked => spans.Park(parked.Message, parked.Reason));
            await DeadLetters.ParkAsync(consumer.Name, wait, transaction, cancellationToken);
        }

        if (apply.Count > 0)
        {
            await consumer.Handler.HandleAsync(apply, transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        Count(consumer.Name, apply, known, wait.Count);
        if (apply.Count > 0)
        {
            consumer.Handler.Committed(apply);
        }
    }

    /// <summary>Parks one message that can not be applied, and with it its key.</summary>
    public async Task ParkAsync(ConsumerRegistration consumer, IncomingMessage message, string reason, int attempts, CancellationToken cancellationToken)
    {
        using var span = MessagingTelemetry.StartPark(consumer.Name, message, reason);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (fresh, parkedKeys) = await RememberAsync(consumer.Name, [message], transaction, cancellationToken);
        if (fresh.Count > 0)
        {
            var parked = parkedKeys.Count > 0
                ? new ParkedMessage(message, DeadLetterKind.Waiting, DeadLetters.WaitsBehind, 0)
                : new ParkedMessage(message, DeadLetterKind.Failed, reason, attempts);
            await DeadLetters.ParkAsync(consumer.Name, [parked], transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        if (fresh.Count > 0)
        {
            metrics.Parked(consumer.Name, 1);
        }
    }

    private void Count(string consumer, List<IncomingMessage> applied, int duplicates, int parked)
    {
        foreach (var of in applied.CountBy(m => m.Topic))
        {
            metrics.Applied(consumer, of.Key, of.Value);
        }

        if (duplicates > 0)
        {
            metrics.Duplicates(consumer, duplicates);
        }

        if (parked > 0)
        {
            metrics.Parked(consumer, parked);
        }
    }

    private string? ProblemOf(ReceivedMessage received) =>
        received.Problem ?? (range.Contains(received.Message.Id) ? null : "event_id_outside_inbox");

    private static async Task<(HashSet<Guid> Fresh, HashSet<string> ParkedKeys)> RememberAsync(
        string consumer, List<IncomingMessage> messages, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var fresh = new HashSet<Guid>(messages.Count);
        var parkedKeys = new HashSet<string>(StringComparer.Ordinal);

        // Two statements, so that the second one sees what was parked while the first one waited for another consumer.
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Remember)
        {
            Parameters = { new() { Value = messages.Select(m => m.Id).ToArray() }, new() { Value = consumer } },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Parked)
        {
            Parameters =
            {
                new() { Value = consumer },
                new() { Value = messages.Select(m => m.Key).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            fresh.Add(reader.GetGuid(0));
        }

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            parkedKeys.Add(reader.GetString(0));
        }

        return (fresh, parkedKeys);
    }
}
