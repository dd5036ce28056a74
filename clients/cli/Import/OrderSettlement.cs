using Google.Protobuf.WellKnownTypes;
using Suite.Client;
using Suite.Contracts.Orders.V1;

namespace Suite.Cli.Import;

/// <summary>
/// Waits until the payments of imported orders are answered for. It asks for the list of what is PENDING, which is short on any
/// suite, instead of watching every order; the states of those that have left it are read afterwards, in pages where they are
/// many.
/// </summary>
internal sealed class OrderSettlement(OrdersClient orders, TimeProvider time)
{
    private const int PageSize = 1000;
    private const int FewOrders = 100;
    private const int Parallel = 16;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Waits for orders.</summary>
    /// <param name="imported">The orders; each learns its state.</param>
    /// <param name="limit">How long to wait at most.</param>
    /// <param name="settled">Called for each order that has left PENDING.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many are still PENDING.</returns>
    public async Task<int> WaitAsync(
        IReadOnlyCollection<ImportedOrder> imported, TimeSpan limit, Action settled, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var waiting = imported.Where(o => !o.IsSettled).ToDictionary(o => o.Order.Name, StringComparer.Ordinal);
        for (var pause = FirstPause; waiting.Count > 0; pause = Longer(pause))
        {
            await RefreshAsync(waiting, cancellationToken);
            foreach (var order in waiting.Values.Where(o => o.IsSettled).ToList())
            {
                waiting.Remove(order.Order.Name);
                settled();
            }

            if (waiting.Count > 0)
            {
                if (time.GetElapsedTime(start) + pause > limit)
                {
                    break;
                }

                await Task.Delay(pause, time, cancellationToken);
            }
        }

        return waiting.Count;
    }

    private static TimeSpan Longer(TimeSpan pause) => pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;

    private async Task RefreshAsync(Dictionary<string, ImportedOrder> waiting, CancellationToken cancellationToken)
    {
        if (waiting.Count <= FewOrders)
        {
            await GetAsync(waiting.Values, cancellationToken);
            return;
        }

        // The few may have been placed over a long time by an earlier run; only where they are the many does listing pay.
        var oldest = waiting.Values.MinBy(o => o.Order.CreateTime)!.Order.CreateTime;
        var newest = waiting.Values.MaxBy(o => o.Order.CreateTime)!.Order.CreateTime;
        var window = $"create_time >= \"{Text(oldest)}\" AND create_time <= \"{Text(newest)}\"";
        var pending = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var order in orders.List($"state = PENDING AND {window}", Pages(null)).WithCancellation(cancellationToken))
        {
            pending.Add(order.Name);
        }

        var left = waiting.Values.Where(o => !pending.Contains(o.Order.Name)).ToDictionary(o => o.Order.Name, StringComparer.Ordinal);
        if (left.Count > FewOrders)
        {
            // Twice as many as ours and a page: past that, the window is full of other people's orders.
            await foreach (var order in orders.List(window, Pages((2L * waiting.Count) + PageSize)).WithCancellation(cancellationToken))
            {
                if (left.Remove(order.Name, out var mine))
                {
                    mine.See(order);
                }

                if (left.Count == 0)
                {
                    break;
                }
            }
        }

        await GetAsync(left.Values, cancellationToken);
    }

    private async Task GetAsync(IEnumerable<ImportedOrder> wanted, CancellationToken cancellationToken) =>
        await System.Threading.Tasks.Parallel.ForEachAsync(
            wanted.ToList(),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (order, token) => order.See(await orders.GetAsync(order.Order.Name, cancellationToken: token)));

    private static SuiteListOptions Pages(long? most) => new() { PageSize = PageSize, MaxItems = most };

    private static string Text(Timestamp time) => time.ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
