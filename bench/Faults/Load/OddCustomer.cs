using Suite.Faults.History;
using Suite.Faults.Plan;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Faults.Load;

/// <summary>
/// Somebody who pays with a token that has the provider misbehave, and goes on to the step that it is about. Each time that step was asked
/// for is a hit.
/// </summary>
internal sealed class OddCustomer(Caller caller, Market market, OrderPool pool, string token, Dice dice)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    /// <summary>How often the provider was brought to what the token is about.</summary>
    public int Hits { get; private set; }

    /// <summary>Buys until <paramref name="stopping"/> fires.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var request = market.NewOrder(dice.Of(market.Customers), token);
            var (_, order) = await caller.CreateOrderAsync(dice.Next(2), request);
            if (order is not null)
            {
                await GoOnAsync(order.Name, stopping);
            }

            await Task.Delay(s_pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task GoOnAsync(string order, CancellationToken stopping)
    {
        if (token is "tok_timeout" or "tok_flaky" or "tok_slow")
        {
            Hits++;
            return;
        }

        while (pool.Find(order) is { State: State.Pending } && !stopping.IsCancellationRequested)
        {
            await Task.Delay(s_pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await caller.GetOrderAsync(dice.Next(2), order);
        }

        if (pool.Find(order) is not { State: State.Confirmed })
        {
            return;
        }

        var isVoid = token.Contains("void", StringComparison.Ordinal);
        var (call, answer) = isVoid
            ? await caller.CancelOrderAsync(dice.Next(2), order, Guid.NewGuid().ToString())
            : await caller.FulfillOrderAsync(dice.Next(2), order, Guid.NewGuid().ToString());
        if (token.Contains("refund", StringComparison.Ordinal) && answer is not null)
        {
            (call, _) = await caller.RefundOrderAsync(dice.Next(2), order, Guid.NewGuid().ToString(), null);
        }

        Hits += call.Outcome == Outcome.Failed ? 0 : 1;
    }
}
