using Npgsql;
using NpgsqlTypes;
using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;
using Suite.Platform.Listing;
using Suite.Platform.Messaging;
using Suite.Platform.Naming;
using Suite.Users.Domain;

namespace Suite.Users.Storage;

/// <summary>The users' table. Whatever is written leaves its event in the outbox, in the same transaction.</summary>
internal sealed class UserStore(NpgsqlDataSource dataSource, IOutbox outbox)
{
    private const string Columns = "id, coalesce(email, ''), display_name, state, version, create_time, update_time";

    private const string Insert =
        """
        INSERT INTO users (id, email, display_name, state, version, create_time, update_time)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """;

    private const string Select = $"SELECT {Columns} FROM users WHERE id = ANY($1)";

    // Whole, so that nothing that refers to the user (a session that begins) gets past a change that ends it.
    private const string Lock = $"SELECT {Columns} FROM users WHERE id = $1 FOR UPDATE";

    private const string Update =
        "UPDATE users SET email = nullif($2, ''), display_name = $3, state = $4, version = $5, update_time = $6 WHERE id = $1";

    private const string EmailKey = "users_email_key";

    /// <summary>Writes a new user with its event.</summary>
    /// <exception cref="DomainException">ALREADY_EXISTS when the e-mail address is taken.</exception>
    public async Task InsertAsync(UserAccount user, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Insert, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = user.Id });
        command.Parameters.Add(new() { Value = user.Email });
        command.Parameters.Add(new() { Value = user.DisplayName });
        command.Parameters.Add(new() { Value = (short)user.State });
        command.Parameters.Add(new() { Value = user.Version });
        command.Parameters.Add(new() { Value = user.CreateTime });
        command.Parameters.Add(new() { Value = user.UpdateTime });
        await ExecuteAsync(command, cancellationToken);
        await TellAsync(user, null, transaction, cancellationToken);
    }

    /// <summary>Users by id, deleted ones too, in no order; those that never were are left out.</summary>
    public async Task<IReadOnlyList<UserAccount>> GetAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Select);
        command.Parameters.Add(new() { Value = ids });
        return await ReadManyAsync(command, cancellationToken);
    }

    /// <summary>
    /// Up to <paramref name="count"/> users that are not deleted and match, in an order by <c>create_time</c> or <c>email</c>, after
    /// the user <paramref name="after"/> when it is given.
    /// </summary>
    public async Task<IReadOnlyList<UserAccount>> PageAsync(
        SortOrder order,
        UserPosition? after,
        Func<NpgsqlParameterCollection, string> filter,
        int count,
        CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        command.Parameters.Add(new() { Value = count });
        var (keys, position) = order.Field == UserAccount.EmailField ? ("lower(email)", "lower($2)") : ("create_time, id", "$2, $3");
        var (comparison, direction) = order.Descending ? ("<", " DESC") : (">", string.Empty);
        var start = string.Empty;
        if (after is not null)
        {
            after.AddTo(command.Parameters, order);
            start = $" AND ({keys}) {comparison} ({position})";
        }

        // Without an address there is nothing to order by: it keeps the index from walking through who is deleted.
        command.CommandText =
            $"""
            SELECT {Columns} FROM users WHERE state <> 3 AND lower(email) IS NOT NULL{start}{filter(command.Parameters)}
            ORDER BY {keys.Replace(",", $"{direction},", StringComparison.Ordinal)}{direction} LIMIT $1
            """;
        return await ReadManyAsync(command, cancellationToken);
    }

    /// <summary>
    /// Changes a user in the caller's transaction: load, lock, change, save with its event. Returns it as it was and as it is; the
    /// same when nothing changed.
    /// </summary>
    /// <exception cref="DomainException">NOT_FOUND, ALREADY_EXISTS, or whatever <paramref name="change"/> throws.</exception>
    public async Task<(UserAccount Before, UserAccount After)> UpdateAsync(
        Guid id, Func<UserAccount, UserAccount> change, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var select = new NpgsqlCommand(Lock, transaction.Connection, transaction);
        select.Parameters.Add(new() { Value = id });
        var before = (await ReadManyAsync(select, cancellationToken)).SingleOrDefault()
            ?? throw DomainError.NotFound(ResourceName.Format(UserAccount.Collection, id));
        var after = change(before);
        if (after.Version == before.Version)
        {
            return (before, after);
        }

        await using var update = new NpgsqlCommand(Update, transaction.Connection, transaction);
        update.Parameters.Add(new() { Value = after.Id });
        update.Parameters.Add(new() { Value = after.Email, NpgsqlDbType = NpgsqlDbType.Text });
        update.Parameters.Add(new() { Value = after.DisplayName });
        update.Parameters.Add(new() { Value = (short)after.State });
        update.Parameters.Add(new() { Value = after.Version });
        update.Parameters.Add(new() { Value = after.UpdateTime });
        await ExecuteAsync(update, cancellationToken);
        await TellAsync(after, before, transaction, cancellationToken);
        return (before, after);
    }

    private Task TellAsync(UserAccount user, UserAccount? before, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        outbox.AppendAsync(transaction, [OutgoingOf(user, before)], cancellationToken);

    private static OutgoingEvent OutgoingOf(UserAccount user, UserAccount? before) => new(UserModule.Topic, user.Id.ToString(), user.ToEvent(before))
    {
        History = new EventPlace(user.Id, user.Version),
    };

    private static async Task ExecuteAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.ConstraintName == EmailKey)
        {
            throw DomainError.AlreadyExists("A user with this e-mail address");
        }
    }

    private static async Task<IReadOnlyList<UserAccount>> ReadManyAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var users = new List<UserAccount>();
        while (await reader.ReadAsync(cancellationToken))
        {
            users.Add(new UserAccount(
                reader.GetGuid(0),
                reader.GetString(1),
                reader.GetString(2),
                (User.Types.State)reader.GetInt16(3),
                reader.GetInt64(4),
                reader.GetFieldValue<DateTimeOffset>(5),
                reader.GetFieldValue<DateTimeOffset>(6)));
        }

        return users;
    }
}
