using Google.Protobuf.WellKnownTypes;
using Npgsql;
using NpgsqlTypes;
using Suite.Contracts.Trust.V1;

namespace Suite.Users.Storage;

/// <summary>What ended before it expired, in the order in which everybody gets to see it.</summary>
internal sealed class RevocationStore(NpgsqlDataSource dataSource)
{
    // The revision's row stays locked until the commit: the next one waits, and cannot become visible first.
    private const string Append =
        """
        WITH last AS (UPDATE trust_revision SET revision = revision + cardinality($1) RETURNING revision)
        INSERT INTO revocations (revision, subject, revoke_time, expire_time)
        SELECT last.revision - cardinality($1) + s.n, s.subject, $2, $3
        FROM last, unnest($1) WITH ORDINALITY AS s (subject, n)
        """;

    // One statement, one snapshot: the revision and what is up to it.
    private const string Since =
        """
        SELECT t.revision, r.subject, r.revoke_time, r.expire_time
        FROM trust_revision t
        LEFT JOIN revocations r
            ON r.revision > CASE WHEN $1 > t.revision THEN 0 ELSE $1 END AND (r.expire_time IS NULL OR r.expire_time > $2)
        ORDER BY r.revision
        """;

    private const string Forget = "DELETE FROM revocations WHERE expire_time < $1";

    /// <summary>Revokes subjects such as <c>sessions/{uuid}</c>. The last thing a transaction does: others wait from here on.</summary>
    /// <param name="subjects">What is revoked.</param>
    /// <param name="now">When.</param>
    /// <param name="expireTime">From when on it no longer matters; null for never.</param>
    /// <param name="transaction">The transaction of what ends them.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task AppendAsync(
        string[] subjects,
        DateTimeOffset now,
        DateTimeOffset? expireTime,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        if (subjects.Length == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(Append, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = subjects });
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = (object?)expireTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// The last revision, and what was revoked after <paramref name="revision"/> and still matters. A revision from the future is one of
    /// a database that was set back since: everything is given again.
    /// </summary>
    public async Task<GetTrustResponse> SinceAsync(long revision, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Since);
        command.Parameters.Add(new() { Value = revision });
        command.Parameters.Add(new() { Value = now });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var answer = new GetTrustResponse();
        while (await reader.ReadAsync(cancellationToken))
        {
            answer.Revision = reader.GetInt64(0);
            if (reader.IsDBNull(1))
            {
                continue;
            }

            answer.Revocations.Add(new Revocation
            {
                Subject = reader.GetString(1),
                RevokeTime = Timestamp.FromDateTimeOffset(reader.GetFieldValue<DateTimeOffset>(2)),
                ExpireTime = reader.IsDBNull(3) ? null : Timestamp.FromDateTimeOffset(reader.GetFieldValue<DateTimeOffset>(3)),
            });
        }

        return answer;
    }

    /// <summary>Drops what no longer matters to anybody.</summary>
    public async Task<int> ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Forget);
        command.Parameters.Add(new() { Value = before });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
