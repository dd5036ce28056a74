using Confluent.Kafka;
using Npgsql;

namespace Suite.Faults.Running;

/// <summary>
/// What is still on its way. It is read past the services, since whether they are done is what is asked; no property is judged by it but
/// that there is nothing left.
/// </summary>
internal static class OpenWork
{
    private const string Outbox =
        "SELECT count(*) FROM outbox o JOIN outbox_shard s USING (shard) WHERE NOT pg_visible_in_snapshot(o.xid, s.seen)";

    private const string Parked = "SELECT count(*) FROM dead_letter";

    private const string PendingOrders = "SELECT count(*) FROM orders WHERE state = 1 AND state_reason <> 'requires_action'";

    private const string OrderSteps = "SELECT count(*) FROM order_steps WHERE state = 1";

    private const string PendingPayments = "SELECT count(*) FROM payments WHERE state = 1";

    private const string PaymentSteps = "SELECT count(*) FROM payment_steps WHERE state IN (1, 2)";

    private const string Webhooks = "SELECT count(*) FROM simulator_webhooks WHERE deliver_time IS NULL AND copies > 0";

    private static readonly (string What, string Database, string Sql)[] s_questions =
    [
        ("outbox of user", "suite_user", Outbox), ("outbox of order", "suite_order", Outbox), ("outbox of payment", "suite_payment", Outbox),
        ("parked messages of order", "suite_order", Parked), ("parked messages of payment", "suite_payment", Parked),
        ("pending orders", "suite_order", PendingOrders), ("open steps of orders", "suite_order", OrderSteps),
        ("pending payments", "suite_payment", PendingPayments), ("open steps of payments", "suite_payment", PaymentSteps),
        ("webhooks on their way", "suite_payment", Webhooks),
    ];

    private static readonly (string Group, string Topic)[] s_consumers =
    [
        ("order.payment-events", "suite.payment.v1"), ("order.user-events", "suite.user.v1"),
        ("payment.order-events", "suite.order.v1"), ("payment.user-events", "suite.user.v1"),
        ("order.timelines", "suite.order.v1"), ("order.timelines", "suite.payment.v1"), ("order.timelines", "suite.user.v1"),
        ("order.search", "suite.order.v1"), ("order.search", "suite.user.v1"),
    ];

    /// <summary>How much of everything is open now, also where it is 0.</summary>
    public static async Task<Dictionary<string, long>> ReadAsync(string postgres, string kafka, CancellationToken cancellationToken)
    {
        var open = new Dictionary<string, long>();
        foreach (var (what, database, sql) in s_questions)
        {
            var settings = new NpgsqlConnectionStringBuilder(postgres) { Database = database, Pooling = false };
            await using var connection = new NpgsqlConnection(settings.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand(sql, connection);
            open[what] = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        }

        foreach (var (group, topic) in s_consumers)
        {
            open[$"lag of {group} on {topic}"] = await Task.Run(() => Lag(kafka, group, topic), cancellationToken);
        }

        return open;
    }

    private static long Lag(string kafka, string group, string topic)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = kafka, GroupId = group })
            .SetLogHandler(static (_, _) => { })
            .SetErrorHandler(static (_, _) => { })
            .Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var partitions = admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics.Single().Partitions
            .Select(partition => new TopicPartition(topic, partition.PartitionId))
            .ToList();
        return consumer.Committed(partitions, TimeSpan.FromSeconds(10)).Sum(committed =>
        {
            var ends = consumer.QueryWatermarkOffsets(committed.TopicPartition, TimeSpan.FromSeconds(10));
            return Math.Max(0, ends.High.Value - Math.Max(committed.Offset.Value, ends.Low.Value));
        });
    }
}
