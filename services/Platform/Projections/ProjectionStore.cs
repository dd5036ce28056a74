using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Suite.Platform.Postgres;

namespace Suite.Platform.Projections;

/// <summary>Which generations there are: the record of what is only a copy.</summary>
internal sealed class ProjectionStore(NpgsqlDataSource dataSource)
{
    private const string Columns =
        "name, generation, version, purpose, state, complete, cursors, read_count, total_count, begin_time, end_time, document_count, difference_count, differences";

    // One that was retired this moment is still read by who has not heard of it, see ServingGeneration.
    private const string Living =
        """
        SELECT generation FROM projection_generation
        WHERE name = $1 AND (state IN (1, 2) OR purpose = 1 AND retire_time BETWEEN now() - interval '5 s' AND now()) ORDER BY generation
        """;

    private const string Served = "SELECT generation FROM projection_generation WHERE name = $1 AND state = 2";

    private const string All = $"SELECT {Columns} FROM projection_generation WHERE name = $1 ORDER BY generation DESC LIMIT $2";

    private const string First =
        "INSERT INTO projection_generation (name, generation, version, purpose, state) VALUES ($1, 1, $2, 1, 2) ON CONFLICT DO NOTHING";

    // Of two that ask at once the second finds what the first began.
    private const string Begin =
        $"""
        INSERT INTO projection_generation (name, generation, version, purpose, state)
        SELECT $1, max(generation) + 1, $2, $3, 1 FROM projection_generation WHERE name = $1
        ON CONFLICT DO NOTHING
        RETURNING {Columns}
        """;

    private const string Take =
        $"""
        UPDATE projection_generation SET lease_token = $2, lease_until = now() + $3
        WHERE (name, generation) IN (
            SELECT name, generation FROM projection_generation
            WHERE name = $1 AND NOT complete AND state IN (1, 2) AND lease_until < now()
            ORDER BY state DESC, generation LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING {Columns}
        """;

    private const string Advance =
        """
        UPDATE projection_generation
        SET cursors = cursors || $4, read_count = read_count + $5, total_count = total_count + $6, lease_until = now() + $7
        WHERE name = $1 AND generation = $2 AND lease_token = $3
        """;

    // Only for whoever still has the one that comes after it.
    private const string Retire =
        """
        UPDATE projection_generation SET state = 3, retire_time = now()
        WHERE name = $1 AND state = 2 AND generation <> $2
            AND EXISTS (SELECT FROM projection_generation WHERE name = $1 AND generation = $2 AND lease_token = $3 FOR UPDATE)
        """;

    private const string Complete =
        """
        UPDATE projection_generation SET complete = true, end_time = now(), lease_token = NULL, state = $4, retire_time = CASE WHEN $4 = 3 THEN now() END,
            document_count = $5, difference_count = $6, differences = $7
        WHERE name = $1 AND generation = $2 AND lease_token = $3
        """;

    private const string Gone =
        "SELECT generation FROM projection_generation WHERE name = $1 AND state = 3 AND retire_time < now() - $2::interval ORDER BY generation";

    // Its row stays, for who wants to know what a comparison found.
    private const string Renew = "UPDATE projection_generation SET lease_until = now() + $4 WHERE name = $1 AND generation = $2 AND lease_token = $3";

    private const string Dropped = "UPDATE projection_generation SET retire_time = 'infinity' WHERE name = $1 AND generation = $2";

    /// <summary>The generations that get what is told: the one that serves, one that is being made, and one that served until a moment ago.</summary>
    public async Task<IReadOnlyList<long>> LivingAsync(string name, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Living);
        command.Parameters.Add(new() { Value = name });
        return await ReadNumbersAsync(command, cancellationToken);
    }

    /// <summary>The generation that readers see: the first one where none was made yet.</summary>
    public async Task<long> ServingAsync(string name, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Served);
        command.Parameters.Add(new() { Value = name });
        return await command.ExecuteScalarAsync(cancellationToken) as long? ?? 1;
    }

    /// <summary>The latest generations, newest first.</summary>
    public async Task<IReadOnlyList<ProjectionGeneration>> LatestAsync(string name, int count, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(All);
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = count });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Makes the first generation, which serves from the start and is filled where it stands.</summary>
    public async Task EnsureAsync(string name, int version, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(First);
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = version });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Begins a generation beside the one that serves; null when one is being made already.</summary>
    public static async Task<ProjectionGeneration?> BeginAsync(
        string name, int version, GenerationPurpose purpose, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Begin, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = version });
        command.Parameters.Add(new() { Value = (short)purpose });
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Takes up a generation whose history is not read whole, when nobody else has it.</summary>
    public async Task<ProjectionGeneration?> TakeAsync(string name, Guid token, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Take);
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = token });
        command.Parameters.Add(new() { Value = lease });
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Notes how far a history was read.</summary>
    /// <param name="generation">The generation.</param>
    /// <param name="token">Who makes it.</param>
    /// <param name="history">The history's name.</param>
    /// <param name="cursor">Where to go on; null at the end.</param>
    /// <param name="read">How many events were read since.</param>
    /// <param name="total">How many more there turn out to be.</param>
    /// <param name="lease">How long it is kept from others.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>False when somebody else has taken it up.</returns>
    public async Task<bool> AdvanceAsync(
        ProjectionGeneration generation,
        Guid token,
        string history,
        string? cursor,
        long read,
        long total,
        TimeSpan lease,
        CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Advance);
        command.Parameters.Add(new() { Value = generation.Name });
        command.Parameters.Add(new() { Value = generation.Generation });
        command.Parameters.Add(new() { Value = token });
        command.Parameters.Add(new()
        {
            Value = JsonSerializer.Serialize(new Dictionary<string, string?> { [history] = cursor }),
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        });
        command.Parameters.Add(new() { Value = read });
        command.Parameters.Add(new() { Value = total });
        command.Parameters.Add(new() { Value = lease });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Keeps a generation from others for a while longer; false when somebody else has taken it up.</summary>
    public async Task<bool> RenewAsync(ProjectionGeneration generation, Guid token, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Renew);
        command.Parameters.Add(new() { Value = generation.Name });
        command.Parameters.Add(new() { Value = generation.Generation });
        command.Parameters.Add(new() { Value = token });
        command.Parameters.Add(new() { Value = lease });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Ends the making of a generation: it serves from here on and the one before is retired, or, compared, it is retired itself.</summary>
    /// <returns>False when somebody else has taken it up.</returns>
    public Task<bool> CompleteAsync(ProjectionGeneration generation, Guid token, Comparison? comparison, CancellationToken cancellationToken) =>
        dataSource.InTransactionAsync(
            async (transaction, stop) =>
            {
                var serves = generation.Purpose == GenerationPurpose.Serve;
                if (serves)
                {
                    await using var retire = new NpgsqlCommand(Retire, transaction.Connection, transaction);
                    retire.Parameters.Add(new() { Value = generation.Name });
                    retire.Parameters.Add(new() { Value = generation.Generation });
                    retire.Parameters.Add(new() { Value = token });
                    await retire.ExecuteNonQueryAsync(stop);
                }

                await using var complete = new NpgsqlCommand(Complete, transaction.Connection, transaction);
                complete.Parameters.Add(new() { Value = generation.Name });
                complete.Parameters.Add(new() { Value = generation.Generation });
                complete.Parameters.Add(new() { Value = token });
                complete.Parameters.Add(new() { Value = (short)(serves ? GenerationState.Serving : GenerationState.Retired) });
                complete.Parameters.Add(new() { Value = (object?)comparison?.DocumentCount ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
                complete.Parameters.Add(new() { Value = (object?)comparison?.DifferenceCount ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
                complete.Parameters.Add(new()
                {
                    Value = (object?)comparison?.Differences.ToArray() ?? DBNull.Value,
                    NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
                });
                return await complete.ExecuteNonQueryAsync(stop) == 1;
            },
            cancellationToken);

    /// <summary>Generations that were retired so long ago that nobody reads them any more, and that are still there.</summary>
    public async Task<IReadOnlyList<long>> GoneAsync(string name, TimeSpan grace, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Gone);
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = grace });
        return await ReadNumbersAsync(command, cancellationToken);
    }

    /// <summary>Notes that the documents of a generation are gone.</summary>
    public async Task DroppedAsync(string name, long generation, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Dropped);
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = generation });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<IReadOnlyList<long>> ReadNumbersAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var numbers = new List<long>();
        while (await reader.ReadAsync(cancellationToken))
        {
            numbers.Add(reader.GetInt64(0));
        }

        return numbers;
    }

    private static async Task<IReadOnlyList<ProjectionGeneration>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var generations = new List<ProjectionGeneration>();
        while (await reader.ReadAsync(cancellationToken))
        {
            generations.Add(new ProjectionGeneration
            {
                Name = reader.GetString(0),
                Generation = reader.GetInt64(1),
                Version = reader.GetInt32(2),
                Purpose = (GenerationPurpose)reader.GetInt16(3),
                State = (GenerationState)reader.GetInt16(4),
                IsComplete = reader.GetBoolean(5),
                Cursors = JsonSerializer.Deserialize<Dictionary<string, string?>>(reader.GetString(6))!,
                ReadCount = reader.GetInt64(7),
                TotalCount = reader.GetInt64(8),
                BeginTime = reader.GetFieldValue<DateTimeOffset>(9),
                EndTime = reader.IsDBNull(10) ? null : reader.GetFieldValue<DateTimeOffset>(10),
                Comparison = reader.IsDBNull(11)
                    ? null
                    : new Comparison(reader.GetInt64(11), reader.GetInt64(12), reader.GetFieldValue<string[]>(13)),
            });
        }

        return generations;
    }
}
