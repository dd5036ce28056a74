using System.Globalization;
using System.Text.Json.Nodes;
using Google.Type;
using Spectre.Console;
using Spectre.Console.Rendering;
using Suite.Cli.Output;
using Suite.Contracts.Orders.V1;
using Color = Spectre.Console.Color;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Cli.Import;

/// <summary>The end of an import: how many orders came to which state, for which reason and what sum in each currency.</summary>
internal sealed class OrderTally
{
    private static readonly State[] Sequence =
        [State.Confirmed, State.Fulfilled, State.PartiallyRefunded, State.Refunded, State.Rejected, State.Cancelled, State.Pending];

    private readonly List<Group> _groups;
    private readonly List<string> _currencies;
    private readonly int _bad;

    /// <param name="orders">The orders of the import.</param>
    /// <param name="bad">How many lines became none.</param>
    public OrderTally(IEnumerable<Order> orders, int bad)
    {
        _bad = bad;
        _groups = [.. orders
            .GroupBy(o => (o.State, o.StateReason))
            .OrderBy(g => Rank(g.Key.State))
            .ThenBy(g => g.Key.StateReason, StringComparer.Ordinal)
            .Select(g => new Group(g.Key.State, g.Key.StateReason, g.Count(), Sums(g)))];
        _currencies = [.. _groups.SelectMany(g => g.Sums.Keys).Distinct().Order(StringComparer.Ordinal)];
    }

    public int Orders => _groups.Sum(g => g.Count);

    /// <summary>One row a state and reason, one column a currency.</summary>
    public IRenderable ToTable(Printer printer)
    {
        var table = printer.NewTable(["STATE", "REASON", "ORDERS", .. _currencies]);
        for (var i = 2; i < table.Columns.Count; i++)
        {
            table.Columns[i].Alignment = Justify.Right;
        }

        foreach (var group in _groups)
        {
            Row(OrderTables.State(group.State), OrderTables.Style(group.State), group.Reason, group.Count, group.Sums);
        }

        if (_bad > 0)
        {
            Row("(bad lines)", new Style(Color.Yellow), string.Empty, _bad, []);
        }

        Row("all orders", Style.Plain, string.Empty, Orders, Total());
        return table;

        void Row(string state, Style style, string reason, int count, Dictionary<string, Int128> sums) => table.AddRow(
            [
                new Text(state, style),
                new Text(reason),
                new Text(count.ToString(CultureInfo.InvariantCulture)),
                .. _currencies.Select(c => new Text(sums.TryGetValue(c, out var sum) ? AmountText.Number(sum, c) : string.Empty)),
            ]);
    }

    /// <summary>The same as a JSON array.</summary>
    public JsonArray ToJson() => new(
        [.. _groups.Select(g => new JsonObject
        {
            ["state"] = OrderTables.State(g.State),
            ["reason"] = g.Reason,
            ["orders"] = g.Count,
            ["totals"] = new JsonArray([.. g.Sums.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => ProtoJson.Node(ToMoney(s.Value, s.Key)))]),
        })]);

    private static int Rank(State state) => Array.IndexOf(Sequence, state) is >= 0 and var rank ? rank : Sequence.Length;

    private static Dictionary<string, Int128> Sums(IEnumerable<Order> orders)
    {
        var sums = new Dictionary<string, Int128>(StringComparer.Ordinal);
        foreach (var total in orders.Select(o => o.Total).Where(t => t is not null))
        {
            sums[total.CurrencyCode] = sums.GetValueOrDefault(total.CurrencyCode) + AmountText.Nanos(total);
        }

        return sums;
    }

    // Past 64 bits of units (more money than there is) the JSON says the most it can; the table says it all.
    private static Money ToMoney(Int128 nanos, string currency)
    {
        var units = nanos / 1_000_000_000;
        return new Money
        {
            CurrencyCode = currency,
            Units = units > long.MaxValue ? long.MaxValue : (long)units,
            Nanos = (int)(nanos % 1_000_000_000),
        };
    }

    private Dictionary<string, Int128> Total()
    {
        var total = new Dictionary<string, Int128>(StringComparer.Ordinal);
        foreach (var (currency, sum) in _groups.SelectMany(g => g.Sums))
        {
            total[currency] = total.GetValueOrDefault(currency) + sum;
        }

        return total;
    }

    private sealed record Group(State State, string Reason, int Count, Dictionary<string, Int128> Sums);
}
