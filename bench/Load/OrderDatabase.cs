using Npgsql;
using Suite.Bench.Measuring;
using Suite.Local;

namespace Suite.Bench.Load;

/// <summary>The record itself, for what no call tells: whether all are confirmed, and when each was.</summary>
internal static class OrderDatabase
{
    private const string AnyPending = "SELECT EXISTS (SELECT FROM orders WHERE state = 1)";

    private const string CountConfirmed = "SELECT count(*) FROM orders WHERE state = 2";

    private const string ConfirmTimes =
        """
        SELECT extract(epoch FROM done.update_time - placed.update_time)::float8 * 1000
        FROM order_history placed JOIN order_history done USING (order_id)
        WHERE placed.version = 1 AND done.version = 2 AND done.place = 0 AND done.state = 2 AND placed.update_time >= $1
        """;

    public static NpgsqlDataSource Open(LocalSuite suite) => Open(suite, "suite_order");

    public static NpgsqlDataSource Open(LocalSuite suite, string database) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(suite.PostgresConnectionString) { Database = database, MaxPoolSize = 2, MaxAutoPrepare = 10 });

    /// <summary>Waits until no order is pending.</summary>
    /// <exception cref="SuiteLocalException">Some still are after <paramref name="limit"/>.</exception>
    public static async Task WaitDecidedAsync(NpgsqlDataSource orders, TimeSpan limit, CancellationToken cancellationToken)
    {
        var deadline = DateTime.UtcNow + limit;
        while (await AskAsync<bool>(orders, AnyPending, cancellationToken))
        {
            if (DateTime.UtcNow > deadline)
            {
                throw new SuiteLocalException($"Orders are still pending after {limit.TotalSeconds:0} s; what the services say is in the logs of the data folder.");
            }

            await Task.Delay(20, cancellationToken);
        }
    }

    public static Task<long> CountConfirmedAsync(NpgsqlDataSource orders, CancellationToken cancellationToken) =>
        AskAsync<long>(orders, CountConfirmed, cancellationToken);

    /// <summary>From the time an order was placed to the time it was confirmed, as both stand in the record, of all placed since.</summary>
    public static Task<Latencies> ConfirmTimesAsync(NpgsqlDataSource orders, DateTimeOffset since, CancellationToken cancellationToken) =>
        ReadAsync(orders, ConfirmTimes, since, cancellationToken);

    private static async Task<Latencies> ReadAsync(NpgsqlDataSource source, string sql, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.Add(new() { Value = since });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var times = new List<double>();
        while (await reader.ReadAsync(cancellationToken))
        {
            times.Add(reader.GetDouble(0));
        }

        return new Latencies(times);
    }

    private static async Task<T> AskAsync<T>(NpgsqlDataSource source, string sql, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
