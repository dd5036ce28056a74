using Npgsql;
using Suite.Contracts.Orders.V1;

namespace Suite.Orders.Storage;

/// <summary>A batch of orders as the parameters of <see cref="PlacementStatement.Sql"/>: a column each, lines with the place of their order.</summary>
internal static class PlacementParameters
{
    private static readonly string PlacedType = OrderPlaced.Descriptor.FullName;

    public static NpgsqlParameter[] Of(IReadOnlyList<Placement> batch)
    {
        var count = batch.Sum(p => p.Order.Lines.Count);
        var lines = new Lines(count);
        for (var i = 0; i < batch.Count; i++)
        {
            lines.Add(i + 1, batch[i]);
        }

        return
        [
            Column(batch, p => p.Key.Id),
            Column(batch, p => p.Key.Hash),
            Column(batch, p => p.Response),
            Column(batch, p => p.Order.Id),
            Column(batch, p => p.Order.CustomerId),
            Column(batch, p => p.Order.Total.CurrencyCode),
            Column(batch, p => p.Order.Total.MinorUnits),
            Column(batch, p => p.Order.CreateTime),
            Column(batch, p => p.Row.EventId),
            Column(batch, p => p.Row.Shard),
            Column(batch, p => p.Row.Key),
            Column(batch, p => p.Row.Payload),
            Column(batch, p => p.Row.TraceParent),
            Column(batch, p => p.Row.TraceState),
            Column(batch, p => p.Row.Baggage),
            new NpgsqlParameter<int[]> { TypedValue = lines.Places },
            new NpgsqlParameter<Guid[]> { TypedValue = lines.OrderIds },
            new NpgsqlParameter<short[]> { TypedValue = lines.Numbers },
            new NpgsqlParameter<string[]> { TypedValue = lines.Skus },
            new NpgsqlParameter<long[]> { TypedValue = lines.Versions },
            new NpgsqlParameter<int[]> { TypedValue = lines.Quantities },
            new NpgsqlParameter<long[]> { TypedValue = lines.Prices },
            new NpgsqlParameter<long[]> { TypedValue = lines.Amounts },
            new NpgsqlParameter<string> { TypedValue = OrderModule.Topic },
            new NpgsqlParameter<string> { TypedValue = PlacedType },
            Column(batch, p => OrderJson.Write(p.Order.Adjustments)),
            Column(batch, p => p.Actor),
            new NpgsqlParameter<long[]> { TypedValue = lines.Totals },
        ];
    }

    private static NpgsqlParameter<T[]> Column<T>(IReadOnlyList<Placement> batch, Func<Placement, T> value)
    {
        var column = new T[batch.Count];
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = value(batch[i]);
        }

        return new NpgsqlParameter<T[]> { TypedValue = column };
    }

    private sealed class Lines(int count)
    {
        private int _next;

        public int[] Places { get; } = new int[count];

        public Guid[] OrderIds { get; } = new Guid[count];

        public short[] Numbers { get; } = new short[count];

        public string[] Skus { get; } = new string[count];

        public long[] Versions { get; } = new long[count];

        public int[] Quantities { get; } = new int[count];

        public long[] Prices { get; } = new long[count];

        public long[] Amounts { get; } = new long[count];

        public long[] Totals { get; } = new long[count];

        public void Add(int place, Placement placement)
        {
            for (var i = 0; i < placement.Order.Lines.Count; i++, _next++)
            {
                var line = placement.Order.Lines[i];
                Places[_next] = place;
                OrderIds[_next] = placement.Order.Id;
                Numbers[_next] = (short)(i + 1);
                Skus[_next] = line.Sku;
                Versions[_next] = placement.Versions[i];
                Quantities[_next] = line.Quantity;
                Prices[_next] = line.UnitPrice.MinorUnits;
                Amounts[_next] = line.Amount.MinorUnits;
                Totals[_next] = line.TotalMinor;
            }
        }
    }
}
