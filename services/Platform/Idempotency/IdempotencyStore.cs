using Google.Protobuf;
using Grpc.Core;
using Npgsql;
using NpgsqlTypes;
using Suite.Platform.Errors;
using Suite.Platform.Postgres;
using Status = Google.Rpc.Status;

namespace Suite.Platform.Idempotency;

/// <summary>
/// Makes what was asked twice happen once. The key, the request's fingerprint and the response commit with the effect; failed
/// calls leave nothing, so that a retry of a failure is a new attempt; except where money is moved, where a refusal is kept like a
/// response (<see cref="RunKeepingRefusalsAsync"/>), so that the same call gets the same answer.
/// </summary>
public sealed class IdempotencyStore(NpgsqlDataSource dataSource)
{
    private const string TryLock = "SELECT pg_try_advisory_xact_lock($1)";
    private const string Find = "SELECT request_hash, response, refused FROM idempotency WHERE request_id = $1";
    private const string Insert = "INSERT INTO idempotency (request_id, request_hash, response, subject, refused) VALUES ($1, $2, $3, $4, $5)";
    private const string InsertIfNew = Insert + " ON CONFLICT DO NOTHING";

    private const string LockOfSubjects =
        "SELECT request_id, response FROM idempotency WHERE subject = ANY($1) AND NOT refused ORDER BY request_id FOR UPDATE";

    private const string Rewrite =
        """
        UPDATE idempotency i SET response = n.response
        FROM unnest($1::uuid[], $2::bytea[]) AS n (request_id, response) WHERE i.request_id = n.request_id
        """;

    /// <summary>
    /// Runs <paramref name="effect"/> once for a key: in a transaction of its own, with the response stored in it. A repeated
    /// call gets the stored response.
    /// </summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT (REQUEST_ID_REUSED) or ABORTED (REQUEST_IN_PROGRESS).</exception>
    public Task<T> RunAsync<T>(
        RequestKey key,
        MessageParser<T> parser,
        Func<NpgsqlTransaction, CancellationToken, Task<T>> effect,
        CancellationToken cancellationToken)
        where T : class, IMessage<T> =>
        RunAsync(key, parser, effect, _ => null, cancellationToken);

    /// <summary>
    /// The same for a response with personal data of somebody: <paramref name="subjectOf"/> says whose, so that
    /// <see cref="RewriteAsync"/> finds it when they are to be forgotten.
    /// </summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT (REQUEST_ID_REUSED) or ABORTED (REQUEST_IN_PROGRESS).</exception>
    public async Task<T> RunAsync<T>(
        RequestKey key,
        MessageParser<T> parser,
        Func<NpgsqlTransaction, CancellationToken, Task<T>> effect,
        Func<T, Guid?> subjectOf,
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
                    await InsertAsync(Insert, key, response, subjectOf(response), isRefusal: false, transaction, token);
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

    /// <summary>
    /// As <see cref="RunAsync{T}(RequestKey, MessageParser{T}, Func{NpgsqlTransaction, CancellationToken, Task{T}}, Func{T, Guid?}, CancellationToken)"/>,
    /// and a FAILED_PRECONDITION that <paramref name="effect"/> throws is kept as well, without anything else of its transaction: whoever
    /// repeats the call gets it again, whatever has changed since. Failures that ask for another attempt, or that the request alone
    /// decides, are not kept.
    /// </summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT (REQUEST_ID_REUSED), ABORTED (REQUEST_IN_PROGRESS), or what was kept.</exception>
    public async Task<T> RunKeepingRefusalsAsync<T>(
        RequestKey key,
        MessageParser<T> parser,
        Func<NpgsqlTransaction, CancellationToken, Task<T>> effect,
        Func<T, Guid?> subjectOf,
        CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        try
        {
            return await RunAsync(key, parser, effect, subjectOf, cancellationToken);
        }
        catch (DomainException refusal) when (IsKept(refusal))
        {
            await dataSource.InTransactionAsync(
                (transaction, token) => RecordAsync(key, refusal, transaction, token), cancellationToken);
            // Throws what was kept. Should the same call have succeeded elsewhere meanwhile, its response is the answer.
            return await FindAsync(key, parser, cancellationToken) ?? throw DomainError.RequestInProgress(refusal);
        }
    }

    /// <summary>Whether a failure is kept as the answer to its call.</summary>
    public static bool IsKept(DomainException failure) => failure.Code == StatusCode.FailedPrecondition;

    /// <summary>Stores the response of a key in the caller's transaction, unless there is an answer already.</summary>
    public static Task RecordAsync(
        RequestKey key, IMessage response, Guid? subject, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        InsertAsync(InsertIfNew, key, response, subject, isRefusal: false, transaction, cancellationToken);

    /// <summary>Stores a refusal as the answer of a key in the caller's transaction, unless there is an answer already.</summary>
    public static Task RecordAsync(
        RequestKey key, DomainException refusal, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        InsertAsync(InsertIfNew, key, refusal.ToStatus(), subject: null, isRefusal: true, transaction, cancellationToken);

    /// <summary>The stored response of a key, or null when nothing was stored.</summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT (REQUEST_ID_REUSED) when the key belongs to another request; the refusal that was kept.</exception>
    public async Task<T?> FindAsync<T>(RequestKey key, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await FindAsync(key, parser, connection, cancellationToken);
    }

    /// <inheritdoc cref="FindAsync{T}(RequestKey, MessageParser{T}, CancellationToken)"/>
    public static Task<T?> FindAsync<T>(
        RequestKey key, MessageParser<T> parser, NpgsqlTransaction transaction, CancellationToken cancellationToken)
        where T : class, IMessage<T> => FindAsync(key, parser, transaction.Connection!, cancellationToken);

    /// <summary>
    /// Rewrites the stored responses that hold personal data of <paramref name="subjects"/>, in the caller's transaction. They stay:
    /// a call that is repeated after its user is gone must not happen a second time.
    /// </summary>
    public static async Task RewriteAsync(
        Guid[] subjects, Func<byte[], byte[]> rewrite, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var ids = new List<Guid>();
        var responses = new List<byte[]>();
        await using (var select = new NpgsqlCommand(LockOfSubjects, transaction.Connection, transaction))
        {
            select.Parameters.Add(new() { Value = subjects });
            await using var reader = await select.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                ids.Add(reader.GetGuid(0));
                responses.Add(rewrite(reader.GetFieldValue<byte[]>(1)));
            }
        }

        if (ids.Count == 0)
        {
            return;
        }

        await using var update = new NpgsqlCommand(Rewrite, transaction.Connection, transaction);
        update.Parameters.Add(new() { Value = ids });
        update.Parameters.Add(new() { Value = responses });
        await update.ExecuteNonQueryAsync(cancellationToken);
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

        if (!reader.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(key.Hash))
        {
            throw DomainError.RequestIdReused();
        }

        var answer = reader.GetFieldValue<byte[]>(1);
        return reader.GetBoolean(2) ? throw DomainException.FromStatus(Status.Parser.ParseFrom(answer)) : parser.ParseFrom(answer);
    }

    private static async Task InsertAsync(
        string statement,
        RequestKey key,
        IMessage answer,
        Guid? subject,
        bool isRefusal,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(statement, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = key.Id });
        command.Parameters.Add(new() { Value = key.Hash });
        command.Parameters.Add(new() { Value = answer.ToByteArray() });
        command.Parameters.Add(new() { Value = (object?)subject ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = isRefusal });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
