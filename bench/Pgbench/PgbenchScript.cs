using System.Globalization;
using System.Text.RegularExpressions;
using Suite.Bench.Load;
using Suite.Orders.Storage;

namespace Suite.Bench.Pgbench;

/// <summary>
/// The statement of CreateOrder as a script for <c>pgbench -M prepared</c>: an expression in the place of each parameter, so that every
/// transaction writes another order of the size and shape of one that the service wrote. Ids are time-ordered as the service's
/// are, and customers change as in the load.
/// </summary>
internal static partial class PgbenchScript
{
    // Halves of UUIDs come as numbers, since pgbench knows no others; drawn once, they can stand in several places.
    private const string Draw =
        """
        \set r1 random(1, 4611686018427387903)
        \set r2 random(1, 4611686018427387903)
        \set o1 random(0, 4095)
        \set o2 random(1, 4611686018427387903)
        \set e1 random(0, 4095)
        \set e2 random(1, 4611686018427387903)
        \set shard random(0, 15)
        \set customer random(1, CUSTOMERS)
        """;

    private const string RequestId = "(lpad(to_hex(:r1::bigint), 16, '0') || lpad(to_hex(:r2::bigint), 16, '0'))::uuid";
    private const string OrderId = "(" + Time + " || '7' || lpad(to_hex(:o1::int), 3, '0') || lpad(to_hex(:o2::bigint), 16, '0'))::uuid";
    private const string EventId = "(" + Time + " || '7' || lpad(to_hex(:e1::int), 3, '0') || lpad(to_hex(:e2::bigint), 16, '0'))::uuid";

    // Of the transaction's start, so that it is the same in all places.
    private const string Time = "lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint), 12, '0')";

    /// <param name="sample">An order that the service wrote.</param>
    /// <param name="customers">Whose orders these are.</param>
    public static string Make(SampleOrder sample, IEnumerable<Guid> customers)
    {
        var all = customers.Select(id => id.ToString()).ToArray();
        var lines = sample.Lines.Count;
        string[] parameters =
        [
            One(RequestId),
            One(Bytes(sample.RequestHash)),
            One(Bytes(sample.Response)),
            One(OrderId),
            One($"('{{{string.Join(',', all)}}}'::uuid[])[:customer::int]"),
            One(Quoted(sample.Currency)),
            One(Number(sample.TotalMinor)),
            One("now()"),
            One(EventId),
            One(":shard::smallint"),
            One($"({OrderId})::text"),
            One(Bytes(sample.Payload)),
            One(Quoted(sample.TraceParent)),
            One(Quoted(sample.TraceState)),
            One(Quoted(sample.Baggage)),
            Many(sample.Lines.Select(_ => "1")),
            $"array_fill({OrderId}, ARRAY[{Number(lines)}])",
            Many(sample.Lines.Select((_, i) => Number(i + 1))),
            Many(sample.Lines.Select(l => Quoted(l.Sku))),
            Many(sample.Lines.Select(l => Number(l.Version))),
            Many(sample.Lines.Select(l => Number(l.Quantity))),
            Many(sample.Lines.Select(l => Number(l.Price))),
            Many(sample.Lines.Select(l => Number(l.Amount))),
            Quoted(sample.Topic),
            Quoted(sample.Type),
            One("NULL"),
            One(Quoted(sample.Actor)),
            Many(sample.Lines.Select(l => Number(l.Total))),
        ];
        var used = new HashSet<int>();
        var statement = Parameter().Replace(OrderPlacement.Statement, match =>
        {
            var n = int.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
            return used.Add(n) && n <= parameters.Length
                ? parameters[n - 1]
                : throw new InvalidOperationException($"The statement of CreateOrder has changed: {match.Value} is new here or stands twice.");
        });
        return used.Count == parameters.Length
            ? $"{Draw.Replace("CUSTOMERS", Number(all.Length), StringComparison.Ordinal)}\n{statement};\n"
            : throw new InvalidOperationException($"The statement of CreateOrder has changed: it has {used.Count} parameters.");
    }

    private static string One(string expression) => $"ARRAY[{expression}]";

    private static string Many(IEnumerable<string> expressions) => $"ARRAY[{string.Join(", ", expressions)}]";

    private static string Bytes(byte[] value) => $"decode('{Convert.ToHexStringLower(value)}', 'hex')";

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Quoted(string? text) => text is null
        ? "NULL"
        : text.AsSpan().ContainsAny(":\\") ? throw new InvalidOperationException($"'{text}' would mean something to pgbench.") : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"\$(\d+)")]
    private static partial Regex Parameter();
}
