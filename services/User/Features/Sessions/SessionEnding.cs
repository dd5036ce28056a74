using Npgsql;
using NpgsqlTypes;
using Suite.Contracts.Users.V1;
using Suite.Platform.Messaging;
using Suite.Platform.Naming;
using Suite.Platform.Time;
using Suite.Users.Domain;
using Suite.Users.Features.SigningKeys;
using Suite.Users.Storage;

namespace Suite.Users.Features.Sessions;

/// <summary>The one way in which sessions end before their time: the row, the event, and the revocation of their access tokens.</summary>
internal sealed class SessionEnding(IOutbox outbox, SigningKeyOptions keys, TimeProvider time) : ISessionEnder
{
    private const string EndOne =
        "UPDATE sessions SET end_time = $2, end_reason = $3 WHERE id = $1 AND end_time IS NULL AND expire_time > $2 RETURNING id, user_id";

    private const string EndAll =
        """
        UPDATE sessions SET end_time = $2, end_reason = $3
        WHERE user_id = $1 AND end_time IS NULL AND expire_time > $2 AND ($4::uuid IS NULL OR id <> $4)
        RETURNING id, user_id
        """;

    private const string Erase = "UPDATE sessions SET user_agent = '' WHERE user_id = $1";

    /// <summary>Ends one session in the caller's transaction; one that is over already stays as it is.</summary>
    public async Task EndAsync(
        Guid id, SessionEnded.Types.Reason reason, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var now = time.GetMicrosecondUtcNow();
        await using var command = new NpgsqlCommand(EndOne, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = (short)reason });
        await EndAsync(command, reason, now, transaction, cancellationToken);
    }

    public async Task EndAllAsync(
        Guid userId,
        SessionEnded.Types.Reason reason,
        Guid? exceptSession,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        var now = time.GetMicrosecondUtcNow();
        if (reason == SessionEnded.Types.Reason.UserDeleted)
        {
            // What somebody signed in with is personal, in sessions of long ago too.
            await using var erase = new NpgsqlCommand(Erase, transaction.Connection, transaction);
            erase.Parameters.Add(new() { Value = userId });
            await erase.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var command = new NpgsqlCommand(EndAll, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = userId });
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = (short)reason });
        command.Parameters.Add(new() { Value = (object?)exceptSession ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        await EndAsync(command, reason, now, transaction, cancellationToken);
    }

    private async Task EndAsync(
        NpgsqlCommand command,
        SessionEnded.Types.Reason reason,
        DateTimeOffset now,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        var ended = new List<(Guid Id, Guid UserId)>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                ended.Add((reader.GetGuid(0), reader.GetGuid(1)));
            }
        }

        await outbox.AppendAsync(
            transaction,
            [.. ended.Select(s => new OutgoingEvent(
                UserModule.Topic, s.UserId.ToString(), UserSession.ToEndedEvent(s.Id, s.UserId, reason, now)))],
            cancellationToken);

        // The last access token was made now at the latest.
        await RevocationStore.AppendAsync(
            [.. ended.Select(s => ResourceName.Format(UserSession.Collection, s.Id))],
            now,
            now + keys.AccessLifetime + SigningKeyOptions.Skew,
            transaction,
            cancellationToken);
    }
}
