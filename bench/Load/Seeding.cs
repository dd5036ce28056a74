using System.Globalization;
using Npgsql;
using Suite.Local;

namespace Suite.Bench.Load;

/// <summary>
/// Fills the databases of Order and Payment with confirmed orders and their payments, as the services would have written them, set by set.
/// The events are left out: they were sent long ago, and their days dropped.
/// </summary>
internal sealed class Seeding(LocalSuite suite, Shop shop)
{
    private const int Chunk = 50_000;

    // Ids in order of time, as UUIDv7 are, and known from their number: see IdOf.
    private const string Ids =
        """
        numbered AS (
            SELECT n, (lpad(to_hex(1704067200000 + n), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid AS id,
                (lpad(to_hex(1704067200000 + n), 12, '0') || '70009' || lpad(to_hex(n), 15, '0'))::uuid AS payment_id,
                $3[1 + n % cardinality($3)] AS customer_id, to_timestamp(1704067200 + n / 1000.0) AS time
            FROM generate_series($1::bigint, $2::bigint) n
        )
        """;

    private const string Orders =
        $"""
        WITH {Ids}, placed AS (
            INSERT INTO orders (id, customer_id, currency, total_minor, payment_id, state, version, create_time, update_time)
            SELECT id, customer_id, 'EUR', 3997, payment_id, 2, 2, time, time FROM numbered
        ), lines AS (
            INSERT INTO order_lines (order_id, line_number, sku, quantity, unit_price_minor, amount_minor, total_minor)
            SELECT id, line, 'sku-00' || line, line, 1999, 1999 * line, 1999 * line FROM numbered CROSS JOIN generate_series(1, 2) line
        ), history AS (
            INSERT INTO order_history (order_id, version, state, state_reason, payment_id, update_time, event_type, actor)
            SELECT id, version, version, '', CASE version WHEN 2 THEN payment_id END, time, version, 'apiKeys/seed'
            FROM numbered CROSS JOIN generate_series(1, 2) version
        )
        INSERT INTO idempotency (request_id, request_hash, response)
        SELECT gen_random_uuid(), sha256(convert_to(id::text, 'UTF8')), decode(repeat(replace(id::text, '-', ''), 12), 'hex') FROM numbered
        """;

    private const string Payments =
        $"""
        WITH {Ids}
        INSERT INTO payments (id, order_id, customer_id, currency, amount_minor, payment_method, state, provider_reference, version,
            create_time, update_time, next_attempt_time, authorization_expire_time, outcome_time)
        SELECT payment_id, id, customer_id, 'EUR', 3997, '', 2, 'seed_' || n, 2, time, time, time, now() + interval '7 days', time FROM numbered
        """;

    private long _seeded;

    /// <summary>The name of an order that was seeded, by its number from 1.</summary>
    public static string OrderOf(long number) => $"orders/{IdOf(number, '8')}";

    /// <summary>The name of its payment.</summary>
    public static string PaymentOf(long number) => $"payments/{IdOf(number, '9')}";

    /// <summary>Fills up to so many orders.</summary>
    public async Task UpToAsync(long orders, CancellationToken cancellationToken)
    {
        await using var order = OrderDatabase.Open(suite);
        await using var payment = OrderDatabase.Open(suite, "suite_payment");
        while (_seeded < orders)
        {
            var last = Math.Min(_seeded + Chunk, orders);
            await Task.WhenAll(FillAsync(order, Orders, last, cancellationToken), FillAsync(payment, Payments, last, cancellationToken));
            _seeded = last;
            if (last % (10 * Chunk) == 0 || last == orders)
            {
                Progress.Say($"{last} of {orders} orders are there");
            }
        }

        await Task.WhenAll(TidyAsync(order, cancellationToken), TidyAsync(payment, cancellationToken));
    }

    private async Task FillAsync(NpgsqlDataSource source, string sql, long last, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 600;
        command.Parameters.Add(new() { Value = _seeded + 1 });
        command.Parameters.Add(new() { Value = last });
        command.Parameters.Add(new() { Value = shop.Customers.Select(Shop.IdOf).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>What autovacuum would have done by and by.</summary>
    private static async Task TidyAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("VACUUM ANALYZE");
        command.CommandTimeout = 1200;
        await command.ExecuteNonQueryAsync(cancellationToken);
        await using var checkpoint = source.CreateCommand("CHECKPOINT");
        checkpoint.CommandTimeout = 600;
        await checkpoint.ExecuteNonQueryAsync(cancellationToken);
    }

    private static Guid IdOf(long number, char kind) =>
        Guid.ParseExact(string.Create(CultureInfo.InvariantCulture, $"{1704067200000 + number:x12}7000{kind}{number:x15}"), "N");
}
