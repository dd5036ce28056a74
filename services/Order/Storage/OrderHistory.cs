using Npgsql;
using Suite.Orders.Domain;
using Suite.Platform.Monetary;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders.Storage;

/// <summary>Where an event stands in the history of its order: the version after it, and its place among those of that version.</summary>
internal readonly record struct HistoryPlace(long Version, short Place);

/// <summary>An event as the history has it.</summary>
internal sealed record HistoryEvent(HistoryPlace At, OrderChange Change);

/// <summary>Reads what happened to orders. Rows are only added, after those that are there.</summary>
internal sealed class OrderHistory(NpgsqlDataSource dataSource)
{
    /// <summary>The columns of an event, of the table <c>order_history</c> by the name <c>h</c>.</summary>
    public const string Columns =
        "h.version, h.place, COALESCE(h.event_type, h.state), h.state, h.state_reason, h.payment_id, h.update_time, COALESCE(h.actor, ''), h.note, "
        + "h.amount_minor, h.step_id, h.trace_id";

    /// <summary>How many these are.</summary>
    public const int ColumnCount = 12;

    private const string SelectStates =
        """
        SELECT version, state, state_reason, payment_id, update_time FROM order_history
        WHERE order_id = $1 AND version > $2 AND place = 0 ORDER BY version
        """;

    private const string SelectRefunds =
        """
        SELECT h.version, s.lines FROM order_history h JOIN order_steps s ON s.id = h.step_id
        WHERE h.order_id = $1 AND h.event_type = 6 ORDER BY h.version
        """;

    private const string SelectEvents =
        $"SELECT {Columns} FROM order_history h WHERE h.order_id = $1 ORDER BY h.version, h.place";

    /// <summary>Every state the order was in after <paramref name="version"/>, with what had been given back by then.</summary>
    /// <param name="order">The order, with its lines.</param>
    /// <param name="version">The version.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<Order>> StatesAsync(Order order, long version, CancellationToken cancellationToken)
    {
        var states = new List<Order>();
        await using (var command = dataSource.CreateCommand(SelectStates))
        {
            command.Parameters.Add(new() { Value = order.Id });
            command.Parameters.Add(new() { Value = version });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                states.Add(order with
                {
                    Version = reader.GetInt64(0),
                    State = (State)reader.GetInt16(1),
                    StateReason = reader.GetString(2),
                    PaymentId = reader.IsDBNull(3) ? null : reader.GetGuid(3),
                    UpdateTime = reader.GetFieldValue<DateTimeOffset>(4),
                    RefundedMinor = 0,
                    Lines = [.. order.Lines.Select(line => line with { RefundedMinor = 0, RefundedQuantity = 0 })],
                });
            }
        }

        return states.Exists(state => state.State is State.PartiallyRefunded or State.Refunded)
            ? await WithRefundsAsync(order.Id, states, cancellationToken)
            : states;
    }

    /// <summary>Every event of an order, oldest first.</summary>
    public async Task<IReadOnlyList<HistoryEvent>> EventsAsync(Guid orderId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(SelectEvents);
        command.Parameters.Add(new() { Value = orderId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<HistoryEvent>();
        while (await reader.ReadAsync(cancellationToken))
        {
            events.Add(Read(reader));
        }

        return events;
    }

    /// <summary>Reads a row that begins with <see cref="Columns"/>.</summary>
    public static HistoryEvent Read(NpgsqlDataReader reader)
    {
        var at = new HistoryPlace(reader.GetInt64(0), reader.GetInt16(1));
        return new HistoryEvent(at, new OrderChange(
            (EventType)reader.GetInt16(2),
            (State)reader.GetInt16(3),
            reader.GetString(4),
            reader.IsDBNull(5) ? null : reader.GetGuid(5),
            at.Version,
            reader.GetFieldValue<DateTimeOffset>(6),
            reader.GetString(7))
        {
            Note = reader.IsDBNull(8) ? null : reader.GetString(8),
            AmountMinor = reader.IsDBNull(9) ? null : reader.GetInt64(9),
            StepId = reader.IsDBNull(10) ? null : reader.GetGuid(10),
            TraceId = reader.IsDBNull(11) ? null : reader.GetGuid(11),
        });
    }

    private async Task<IReadOnlyList<Order>> WithRefundsAsync(Guid orderId, List<Order> states, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(SelectRefunds);
        command.Parameters.Add(new() { Value = orderId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var version = reader.GetInt64(0);
            var given = OrderJson.ReadLines(reader.GetString(1));
            for (var i = 0; i < states.Count; i++)
            {
                states[i] = states[i].Version >= version ? GiveBack(states[i], given) : states[i];
            }
        }

        return states;
    }

    private static Order GiveBack(Order order, IReadOnlyList<StepLine> given)
    {
        var lines = order.Lines.ToArray();
        foreach (var (number, quantity, amount) in given)
        {
            lines[number - 1] = lines[number - 1] with
            {
                RefundedMinor = lines[number - 1].RefundedMinor + amount,
                RefundedQuantity = lines[number - 1].RefundedQuantity + quantity,
            };
        }

        return order with { Lines = lines, RefundedMinor = order.RefundedMinor + given.Sum(line => line.AmountMinor) };
    }
}
