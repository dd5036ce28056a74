using Npgsql;
using NpgsqlTypes;
using Suite.Contracts.Users.V1;
using Suite.Users.Domain;

namespace Suite.Users.Storage;

/// <summary>The sessions' table.</summary>
internal sealed class SessionStore(NpgsqlDataSource dataSource)
{
    private const string Columns = "s.id, s.user_id, s.user_agent, s.create_time, s.refresh_time, s.expire_time, s.end_time";

    private const string FamilyColumns =
        $"{Columns}, u.state, s.generation, s.token_hash, s.previous_hash, s.rotate_request, s.rotate_time";

    // Ended sessions are found too, so that a request id cannot be used for a second one.
    private const string Insert =
        """
        INSERT INTO sessions (id, user_id, request_id, user_agent, create_time, refresh_time, expire_time, generation, token_hash)
        VALUES ($1, $2, $3, $4, $5, $5, $6, 1, $7)
        ON CONFLICT (request_id) DO NOTHING
        """;

    private const string Select = $"SELECT {Columns} FROM sessions s WHERE s.id = $1";

    private const string LockById =
        $"SELECT {FamilyColumns} FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1 FOR UPDATE OF s";

    private const string LockByRequest =
        $"SELECT {FamilyColumns} FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.request_id = $1 FOR UPDATE OF s";

    private const string Rotate =
        """
        UPDATE sessions
        SET refresh_time = $2, expire_time = $3, generation = $4, token_hash = $5, previous_hash = $6, rotate_request = $7, rotate_time = $8
        WHERE id = $1
        """;

    private const string Page =
        $"""
        SELECT {Columns} FROM sessions s
        WHERE s.user_id = $1 AND s.end_time IS NULL AND s.expire_time > $2 AND ($3::uuid IS NULL OR s.id < $3)
        ORDER BY s.id DESC LIMIT $4
        """;

    private const string Forget =
        """
        DELETE FROM sessions WHERE id IN (
            SELECT id FROM sessions WHERE expire_time < $1 LIMIT 1000 FOR UPDATE SKIP LOCKED)
        """;

    /// <summary>Writes a new session with its first token.</summary>
    /// <returns>False when the request id belongs to a session already.</returns>
    public static async Task<bool> InsertAsync(
        UserSession session, Guid requestId, byte[] tokenHash, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Insert, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = session.Id });
        command.Parameters.Add(new() { Value = session.UserId });
        command.Parameters.Add(new() { Value = requestId });
        command.Parameters.Add(new() { Value = session.UserAgent });
        command.Parameters.Add(new() { Value = session.CreateTime });
        command.Parameters.Add(new() { Value = session.ExpireTime });
        command.Parameters.Add(new() { Value = tokenHash });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>A session, an ended one too; null when there never was one, or long ago.</summary>
    public async Task<UserSession?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Select);
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <summary>A session with its tokens, locked for the rest of the transaction.</summary>
    public static Task<RefreshFamily?> LockAsync(Guid id, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        LockAsync(LockById, id, transaction, cancellationToken);

    /// <summary>The session that a request made, locked for the rest of the transaction.</summary>
    public static Task<RefreshFamily?> LockByRequestAsync(
        Guid requestId, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        LockAsync(LockByRequest, requestId, transaction, cancellationToken);

    /// <summary>Writes the newest token of a session that is locked.</summary>
    public static async Task RotateAsync(RefreshFamily family, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Rotate, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = family.Session.Id });
        command.Parameters.Add(new() { Value = family.Session.RefreshTime });
        command.Parameters.Add(new() { Value = family.Session.ExpireTime });
        command.Parameters.Add(new() { Value = family.Generation });
        command.Parameters.Add(new() { Value = family.Hash });
        command.Parameters.Add(new() { Value = (object?)family.PreviousHash ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        command.Parameters.Add(new() { Value = (object?)family.RotateRequest ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = (object?)family.RotateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Living sessions of a user, newest first, older than <paramref name="before"/> when it is given.</summary>
    public async Task<IReadOnlyList<UserSession>> PageAsync(
        Guid userId, Guid? before, int count, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Page);
        command.Parameters.Add(new() { Value = userId });
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = (object?)before ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = count });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sessions = new List<UserSession>();
        while (await reader.ReadAsync(cancellationToken))
        {
            sessions.Add(Read(reader));
        }

        return sessions;
    }

    /// <summary>Drops some of the sessions that expired before a time, ended ones too; how many.</summary>
    public async Task<int> ForgetSomeAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Forget);
        command.Parameters.Add(new() { Value = before });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<RefreshFamily?> LockAsync(
        string sql, Guid key, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = key });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new RefreshFamily(
                Read(reader),
                (User.Types.State)reader.GetInt16(7),
                reader.GetInt64(8),
                reader.GetFieldValue<byte[]>(9),
                reader.IsDBNull(10) ? null : reader.GetFieldValue<byte[]>(10),
                reader.IsDBNull(11) ? null : reader.GetGuid(11),
                reader.IsDBNull(12) ? null : reader.GetFieldValue<DateTimeOffset>(12))
            : null;
    }

    private static UserSession Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(0),
        reader.GetGuid(1),
        reader.GetString(2),
        reader.GetFieldValue<DateTimeOffset>(3),
        reader.GetFieldValue<DateTimeOffset>(4),
        reader.GetFieldValue<DateTimeOffset>(5),
        reader.IsDBNull(6) ? null : reader.GetFieldValue<DateTimeOffset>(6));
}
