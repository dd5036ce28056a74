using Npgsql;
using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;
using Suite.Users.Domain;

namespace Suite.Users.Storage;

/// <summary>The users' table.</summary>
internal sealed class UserStore(NpgsqlDataSource dataSource)
{
    private const string Insert =
        """
        INSERT INTO users (id, email, display_name, state, version, create_time, update_time)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """;

    private const string Select =
        "SELECT id, email, display_name, state, version, create_time, update_time FROM users WHERE id = ANY($1)";

    /// <exception cref="DomainException">ALREADY_EXISTS when the e-mail address is taken.</exception>
    public static async Task InsertAsync(UserAccount user, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Insert, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = user.Id });
        command.Parameters.Add(new() { Value = user.Email });
        command.Parameters.Add(new() { Value = user.DisplayName });
        command.Parameters.Add(new() { Value = (short)user.State });
        command.Parameters.Add(new() { Value = user.Version });
        command.Parameters.Add(new() { Value = user.CreateTime });
        command.Parameters.Add(new() { Value = user.UpdateTime });
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.ConstraintName == "users_email_key")
        {
            throw DomainError.AlreadyExists("A user with this e-mail address");
        }
    }

    public async Task<IReadOnlyList<UserAccount>> GetAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Select);
        command.Parameters.Add(new() { Value = ids });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var users = new List<UserAccount>(ids.Length);
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
