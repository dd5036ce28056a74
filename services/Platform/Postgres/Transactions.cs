using Npgsql;

namespace Suite.Platform.Postgres;

/// <summary>An update takes a function: begin, run it, commit; roll back when it throws.</summary>
public static class Transactions
{
    /// <summary>Runs <paramref name="work"/> in one READ COMMITTED transaction and returns what it returned, once that is durable.</summary>
    public static async Task<T> InTransactionAsync<T>(
        this NpgsqlDataSource dataSource,
        Func<NpgsqlTransaction, CancellationToken, Task<T>> work,
        CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var result = await work(transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    /// <summary>Runs <paramref name="work"/> in one READ COMMITTED transaction.</summary>
    public static Task InTransactionAsync(
        this NpgsqlDataSource dataSource,
        Func<NpgsqlTransaction, CancellationToken, Task> work,
        CancellationToken cancellationToken) =>
        dataSource.InTransactionAsync(
            async (transaction, token) =>
            {
                await work(transaction, token);
                return true;
            },
            cancellationToken);
}
