using System.Globalization;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Npgsql;
using Suite.Orders.Domain;
using Suite.Orders.Storage;
using Suite.Platform.Messaging;
using Suite.Platform.Monetary;
using Suite.Platform.Projections;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;

namespace Suite.Orders.Timelines;

/// <summary>Tells what happened to orders again, from this service's own record.</summary>
internal sealed class OrderHistorySource(NpgsqlDataSource dataSource) : IHistorySource
{
    private const int PageSize = 500;

    // That the order is not before the place either follows, but not for the planner, which would walk all orders to it.
    private const string Page =
        $"""
        SELECT {OrderHistory.Columns}, h.order_id, o.customer_id, o.currency, o.total_minor
        FROM order_history h JOIN orders o ON o.id = h.order_id
        WHERE (h.order_id, h.version, h.place) > ($1, $2, $3) AND o.id >= $1 ORDER BY h.order_id, h.version, h.place LIMIT $4
        """;

    public string Name => "order";

    public async IAsyncEnumerable<HistoryPage> ReadAsync(string cursor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (id, at) = Read(cursor);
        long? total = await CountAsync(cancellationToken);
        while (true)
        {
            var (events, last, lastAt) = await PageAsync(id, at, cancellationToken);
            if (events.Count == 0)
            {
                yield break;
            }

            (id, at) = (last, lastAt);
            yield return new HistoryPage(events, string.Create(CultureInfo.InvariantCulture, $"{id:N} {at.Version} {at.Place}"), total);
            total = null;
        }
    }

    private static (Guid Id, HistoryPlace At) Read(string cursor) => cursor.Split(' ') is [var id, var version, var place]
        ? (Guid.ParseExact(id, "N"), new HistoryPlace(long.Parse(version, CultureInfo.InvariantCulture), short.Parse(place, CultureInfo.InvariantCulture)))
        : default;

    private async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT count(*) FROM order_history");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<(IReadOnlyList<IncomingMessage> Events, Guid Id, HistoryPlace At)> PageAsync(Guid after, HistoryPlace afterAt, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Page);
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = afterAt.Version });
        command.Parameters.Add(new() { Value = afterAt.Place });
        command.Parameters.Add(new() { Value = PageSize });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<IncomingMessage>(PageSize);
        var (id, at) = (after, afterAt);
        while (await reader.ReadAsync(cancellationToken))
        {
            var found = OrderHistory.Read(reader);
            const int next = OrderHistory.ColumnCount;
            (id, at) = (reader.GetGuid(next), found.At);
            var order = new Order
            {
                Id = id,
                CustomerId = reader.GetGuid(next + 1),
                Total = new MoneyAmount(reader.GetInt64(next + 3), reader.GetString(next + 2)),
                State = found.Change.State,
                StateReason = found.Change.StateReason,
                PaymentId = found.Change.PaymentId,
                Version = at.Version,
                CreateTime = found.Change.Time,
                UpdateTime = found.Change.Time,
            };
            var told = EventOf(order, found.Change with { Place = at.Place });
            events.Add(KeptMessages.Of(OrderModule.Topic, told.Descriptor.FullName, told.ToByteArray(), found.Change.TraceId));
        }

        return (events, id, at);
    }

    // What the others are told with it, the payment method and the sum of refunds, is of no use to documents.
    private static IMessage EventOf(Order order, OrderChange change) =>
        change.Type == EventType.Placed ? order.ToPlaced(string.Empty, change.Actor) : OrderEvents.Of(order, change);
}
