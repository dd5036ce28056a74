using Google.Protobuf;
using Npgsql;
using Suite.Platform.Errors;
using Suite.Platform.Postgres;

namespace Suite.Platform.Idempotency;

/// <summary>
/// Makes what was asked twice happen once. The key, the request's fingerprint and the response commit with the effect; failed
/// calls leave nothing, so that a retry of a failure is a new attempt.
/// </summary>
public sealed class IdempotencyStore(NpgsqlDataSource dataSource)
{
    private const string TryLock = "SELECT pg_try_advisory_xact_lock($1)";
    private const string Find = "SELECT request_hash, response FROM idempotency WHERE request_id = $1";
    private const string Insert = "INSERT INTO idempotency (request_id, request_hash, response) VALUES ($1, $2, $3)";

    /// <summary>
    /// Runs <paramref name="effect"/> once for a key: in a transaction of its own, with the response stored in it. A repeated
    /// call gets the stored response.
    /// </summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT (REQUEST_ID_REUSED) or ABORTED (REQUEST_IN_PROGRESS).</exception>
    public async Task<T> RunAsync<T>(
        RequestKey key,
        MessageParser<T> parser,
        Func<NpgsqlTransaction, CancellationToken, Task<T>> effect,
        CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        try
        {
            return await dataSource.InTransactionAsync(
                async (transaction, token) =>
                {
                    await LockAsync(key, transaction, token);
                    if (await FindAsync(key, parser, transaction.Connection!, token) is { } stored)
                    {
                        return stored;
                    }

                    var response = await effect(transaction, token);
                    await InsertAsync(key, response, transaction, token);
                    return response;
                },
                cancellationToken);
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, TableName: "idempotency" })
        {
            // A statement that stores its key without the lock was faster; its answer is there now.
            return await FindAsync(key, parser, cancellationToken) ?? throw DomainError.RequestInProgress(e);
        }
    }

    /// <summary>The stored response of a key, or null when nothing was stored.</summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT (REQUEST_ID_REUSED) when the key belongs to another request.</exception>
    public async Task<T?> FindAsync<T>(RequestKey key, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await FindAsync(key, parser, connection, cancellationToken);
    }

    private static async Task LockAsync(RequestKey key, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(TryLock, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = key.LockKey });
        if (await command.ExecuteScalarAsync(cancellationToken) is not true)
        {
            throw DomainError.RequestInProgress();
        }
    }

    private static async Task<T?> FindAsync<T>(RequestKey key, MessageParser<T> parser, NpgsqlConnection connection, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        await using var command = new NpgsqlCommand(Find, connection);
        command.Parameters.Add(new() { Value = key.Id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return default;
        }

        return reader.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(key.Hash)
            ? parser.ParseFrom(reader.GetFieldValue<byte[]>(1))
            : throw DomainError.RequestIdReused();
    }

    private static async Task InsertAsync(RequestKey key, IMessage response, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Insert, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = key.Id });
        command.Parameters.Add(new() { Value = key.Hash });
        command.Parameters.Add(new() { Value = response.ToByteArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
