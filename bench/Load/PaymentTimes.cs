using Npgsql;
using Suite.Bench.Measuring;

namespace Suite.Bench.Load;

/// <summary>
/// How long after an order's commit Payment had its intent to authorize, its first effect. The two stand in two databases, and their
/// times come from the clock of one machine.
/// </summary>
internal static class PaymentTimes
{
    private const string Placed = "SELECT id, create_time FROM orders WHERE create_time >= $1";

    private const string Intended = "SELECT order_id, create_time FROM payments WHERE create_time >= $1";

    public static async Task<Latencies> ReadAsync(
        NpgsqlDataSource orders, NpgsqlDataSource payments, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var placed = await TimesAsync(orders, Placed, since, cancellationToken);
        var intended = await TimesAsync(payments, Intended, since, cancellationToken);
        return new Latencies(placed.Where(p => intended.ContainsKey(p.Key)).Select(p => (intended[p.Key] - p.Value).TotalMilliseconds));
    }

    private static async Task<Dictionary<Guid, DateTime>> TimesAsync(
        NpgsqlDataSource source, string sql, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.Add(new() { Value = since });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var times = new Dictionary<Guid, DateTime>();
        while (await reader.ReadAsync(cancellationToken))
        {
            times.Add(reader.GetGuid(0), reader.GetDateTime(1));
        }

        return times;
    }
}
