using System.Data;
using Npgsql;

namespace Suite.Payments.Ledger;

/// <summary>One moment of the ledger, read with as many statements as it takes.</summary>
internal sealed class LedgerSnapshot : IAsyncDisposable
{
    // A walk takes as long as the ledger is large, and a caller that reads slowly holds it up.
    private const string Settings =
        "SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = '10min'";

    private readonly NpgsqlTransaction _transaction;

    private readonly NpgsqlConnection _connection;

    /// <summary>The moment that a transaction sees; it is ended with this.</summary>
    internal LedgerSnapshot(NpgsqlConnection connection, NpgsqlTransaction transaction) => (_connection, _transaction) = (connection, transaction);

    public static async Task<LedgerSnapshot> OpenAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            await using var command = new NpgsqlCommand(Settings, connection, transaction);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return new LedgerSnapshot(connection, transaction);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, _connection, _transaction);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
