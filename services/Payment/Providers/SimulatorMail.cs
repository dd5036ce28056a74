using System.Security.Cryptography;
using Npgsql;
using Suite.Platform.Time;

namespace Suite.Payments.Providers;

/// <summary>A webhook that is to be delivered now by whoever took it.</summary>
/// <param name="Id">Of the event.</param>
/// <param name="AuthorizationKey">The key of the authorization it is about.</param>
/// <param name="Body">The JSON.</param>
/// <param name="Copies">How often to deliver it at once.</param>
/// <param name="Attempts">Which attempt this is, from 1.</param>
internal sealed record SimulatorLetter(string Id, string AuthorizationKey, string Body, int Copies, int Attempts);

/// <summary>
/// The simulator's webhooks on their way: written with what they tell, taken by any replica for a while, and kept when delivered.
/// A replica that dies leaves them to the others.
/// </summary>
internal sealed class SimulatorMail(NpgsqlDataSource dataSource) : IDisposable
{
    private const string NoWaitForDisk = "SELECT set_config('synchronous_commit', 'off', true)";

    // An event that is told already is not told again.
    private const string Insert =
        """
        INSERT INTO simulator_webhooks (id, authorization_key, body, copies, due_time)
        SELECT id, authorization_key, body, copies, due_time
        FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::timestamptz[])
            AS w (id, authorization_key, body, copies, due_time)
        """;

    private const string InsertAny = $"{Insert} ORDER BY id ON CONFLICT (id) DO NOTHING";

    // Of an authorization that was asked for and not made there is nothing to tell.
    private const string InsertWhenAnswered =
        $"""
        {Insert}
        WHERE EXISTS (SELECT FROM simulator_payments p WHERE p.idempotency_key = w.authorization_key AND p.calls >= p.answers_on_call)
        ORDER BY id ON CONFLICT (id) DO NOTHING
        """;

    private const string Take =
        """
        WITH due AS (
            SELECT id, due_time FROM simulator_webhooks WHERE deliver_time IS NULL AND copies > 0 AND due_time <= $1
            ORDER BY due_time LIMIT $3 FOR UPDATE SKIP LOCKED),
        taken AS (
            UPDATE simulator_webhooks w SET attempts = attempts + 1, due_time = $1 + $2 FROM due WHERE w.id = due.id
            RETURNING w.id, w.authorization_key, w.body, w.copies, w.attempts, due.due_time)
        SELECT id, authorization_key, body, copies, attempts FROM taken ORDER BY due_time, id
        """;

    private const string Delivered = "UPDATE simulator_webhooks SET deliver_time = $2 WHERE id = ANY($1) AND deliver_time IS NULL";

    private const string Failed = "UPDATE simulator_webhooks SET due_time = $2 WHERE id = $1 AND deliver_time IS NULL";

    private const string IsOpen = "SELECT EXISTS (SELECT FROM simulator_webhooks WHERE id = $1 AND deliver_time IS NULL AND copies > 0)";

    private const string InsertSecret = "INSERT INTO simulator_secret (secret) VALUES ($1) ON CONFLICT DO NOTHING";

    private const string SelectSecret = "SELECT secret FROM simulator_secret";

    private readonly WakeSignal _posted = new();
    private byte[]? _secret;

    public void Dispose() => _posted.Dispose();

    /// <summary>Says that there is something to deliver. Losing the call costs a second.</summary>
    public void Wake() => _posted.Set();

    /// <summary>Waits until there may be something to deliver.</summary>
    public Task WaitAsync(TimeSpan most, CancellationToken cancellationToken) => _posted.WaitAsync(most, cancellationToken);

    /// <summary>Writes webhooks.</summary>
    public static NpgsqlBatchCommand Post(IReadOnlyList<SimulatorWebhook> webhooks) => Command(InsertAny, webhooks);

    /// <summary>Writes webhooks about authorizations as far as those are made by now.</summary>
    public static NpgsqlBatchCommand PostWhenAnswered(IReadOnlyList<SimulatorWebhook> webhooks) => Command(InsertWhenAnswered, webhooks);

    /// <summary>Takes what is due, for the time of the lease; what is due first comes first.</summary>
    public async Task<IReadOnlyList<SimulatorLetter>> TakeAsync(
        int most, TimeSpan lease, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(NoWaitForDisk));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Take)
        {
            Parameters = { new() { Value = now }, new() { Value = lease }, new() { Value = most } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var letters = new List<SimulatorLetter>();
        while (await reader.ReadAsync(cancellationToken))
        {
            letters.Add(new SimulatorLetter(
                reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetInt16(3), reader.GetInt32(4)));
        }

        return letters;
    }

    /// <summary>Keeps how deliveries went.</summary>
    /// <param name="delivered">What was taken in.</param>
    /// <param name="failed">What was not, with the time of the next attempt.</param>
    /// <param name="now">The present.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async Task KeepAsync(
        IReadOnlyList<string> delivered,
        IReadOnlyList<(string Id, DateTimeOffset DueTime)> failed,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(NoWaitForDisk));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Delivered)
        {
            Parameters = { new() { Value = delivered.ToArray() }, new() { Value = now } },
        });
        foreach (var (id, due) in failed)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Failed) { Parameters = { new() { Value = id }, new() { Value = due } } });
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Whether an event is still to be delivered.</summary>
    public async Task<bool> IsOpenAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(IsOpen);
        command.Parameters.Add(new() { Value = id });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>What webhooks are signed with, the same for every replica.</summary>
    public async Task<byte[]> SecretAsync(CancellationToken cancellationToken)
    {
        if (_secret is { } known)
        {
            return known;
        }

        await using (var insert = dataSource.CreateCommand(InsertSecret))
        {
            insert.Parameters.Add(new() { Value = RandomNumberGenerator.GetBytes(32) });
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var select = dataSource.CreateCommand(SelectSecret);
        return _secret = (byte[])(await select.ExecuteScalarAsync(cancellationToken))!;
    }

    private static NpgsqlBatchCommand Command(string sql, IReadOnlyList<SimulatorWebhook> webhooks) => new(sql)
    {
        Parameters =
        {
            new() { Value = webhooks.Select(w => w.Id).ToArray() },
            new() { Value = webhooks.Select(w => w.AuthorizationKey).ToArray() },
            new() { Value = webhooks.Select(w => w.Body).ToArray() },
            new() { Value = webhooks.Select(w => w.Copies).ToArray() },
            new() { Value = webhooks.Select(w => w.DueTime).ToArray() },
        },
    };
}
