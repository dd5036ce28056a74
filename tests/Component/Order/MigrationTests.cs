using Npgsql;
using NUnit.Framework;
using Suite.Orders;
using Suite.Orders.Storage;
using Suite.Platform.Postgres;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.Component.Orders;

internal sealed class MigrationTests
{
    private const string OldRows =
        """
        INSERT INTO orders (id, customer_id, currency, total_minor, payment_id, state, version, create_time, update_time)
        VALUES ($1, $1, 'EUR', 2749, $1, 2, 2, now(), now());
        """;

    private const string OldLines =
        """
        INSERT INTO order_lines (order_id, line_number, sku, quantity, unit_price_minor, amount_minor)
        VALUES ($1, 1, 'tea', 3, 250, 750), ($1, 2, 'pot', 1, 1999, 1999);
        """;

    private const string OldHistory =
        """
        INSERT INTO order_history (order_id, version, state, state_reason, payment_id, update_time)
        VALUES ($1, 1, 1, '', NULL, now()), ($1, 2, 2, '', $1, now());
        """;

    [Test]
    public async Task Orders_of_the_version_before_are_read_as_they_were_and_can_be_written_by_it_still()
    {
        var server = new DatabaseServer(Servers.Postgres.ConnectionString, $"order_old_{Guid.NewGuid():N}");
        await using var admin = PostgresModule.CreateAdminDataSource(server);
        await RunAsync(admin, $"CREATE DATABASE \"{server.Database}\"");
        await using var database = PostgresModule.CreateDataSource(server.ConnectionString, server.Database, null);
        var migrations = new MigrationSet("order", typeof(OrderModule).Assembly, "Suite.Orders.Storage.Migrations").Read();
        foreach (var migration in migrations.Where(m => m.Number < 3))
        {
            await RunAsync(database, migration.Sql);
        }

        var before = Guid.CreateVersion7();
        await InsertAsync(database, before);
        foreach (var migration in migrations.Where(m => m.Number >= 3))
        {
            await RunAsync(database, migration.Sql);
        }

        // A replica of the version before that has not been replaced yet.
        var meanwhile = Guid.CreateVersion7();
        await InsertAsync(database, meanwhile);

        foreach (var id in (Guid[])[before, meanwhile])
        {
            var order = (await new OrderStore(database).FindAsync(id, CancellationToken.None))!;
            Assert.That(order.Lines.Select(line => line.TotalMinor), Is.EqualTo(new[] { 750, 1999 }));
            Assert.That((order.State, order.Total.MinorUnits, order.RefundedMinor, order.Adjustments.Count), Is.EqualTo((State.Confirmed, 2749L, 0L, 0)));
            var events = await new OrderHistory(database).EventsAsync(id, CancellationToken.None);
            Assert.That(events.Select(e => (e.Change.Type, e.Change.Version, e.Change.Actor)), Is.EqualTo(new[]
            {
                (EventType.Placed, 1L, string.Empty), (EventType.Confirmed, 2L, string.Empty),
            }));
            Assert.That(events.Select(e => e.Change.TraceId), Is.All.Null);
        }

        Assert.That(
            async () => await RunAsync(database, "UPDATE order_lines SET refunded_minor = 751 WHERE line_number = 1"),
            Throws.TypeOf<PostgresException>().With.Property("SqlState").EqualTo(PostgresErrorCodes.CheckViolation));
        Assert.That(
            async () => await RunAsync(database, "UPDATE orders SET refunded_minor = 2750"),
            Throws.TypeOf<PostgresException>().With.Property("SqlState").EqualTo(PostgresErrorCodes.CheckViolation));
        await RunAsync(database, "UPDATE order_lines SET refunded_minor = 750 WHERE line_number = 1");
    }

    private static async Task InsertAsync(NpgsqlDataSource database, Guid id)
    {
        foreach (var sql in (string[])[OldRows, OldLines, OldHistory])
        {
            await RunAsync(database, sql, id);
        }
    }

    private static async Task RunAsync(NpgsqlDataSource database, string sql, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        await command.ExecuteNonQueryAsync();
    }
}
