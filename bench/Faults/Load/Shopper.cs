using Google.Type;
using Suite.Contracts.Orders.V1;
using Suite.Faults.History;
using Suite.Faults.Plan;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Faults.Load;

/// <summary>One client of a run: it orders, changes its mind, sends off, gives back and looks, one thing after the other, until it is stopped.</summary>
internal sealed class Shopper(Caller caller, Market market, OrderPool pool, string customer, Dice dice)
{
    private static readonly string[] s_rare =
    [
        "tok_declined", "tok_insufficient_funds", "tok_slow", "tok_timeout", "tok_flaky", "tok_visa+capture_timeout", "tok_visa+capture_flaky",
        "tok_visa+void_timeout", "tok_visa+void_flaky", "tok_visa+refund_timeout", "tok_visa+refund_flaky", "tok_capture_declined",
        "tok_refund_declined", "tok_webhook_doubled", "tok_webhook_reordered", "tok_webhook_lost", "tok_webhook_first",
    ];

    /// <summary>Goes on until <paramref name="stopping"/> fires; the call that runs then is waited for.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await NextAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(dice.Between(100, 500)), stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task NextAsync() => dice.Next(100) switch
    {
        < 28 => OrderAsync(),
        < 34 => OnAsync(CancelAsync, State.Pending, State.Confirmed),
        < 56 => OnAsync(FulfilAsync, State.Confirmed, State.Pending),
        < 70 => OnAsync(RefundAsync, State.Fulfilled, State.PartiallyRefunded),
        < 78 => OnAsync(order => caller.GetOrderAsync(Replica(), order.Name)),
        < 81 => ListAsync(),
        < 86 => OnAsync(order => caller.ListOrderEventsAsync(Replica(), order.Name)),
        < 90 => OnAsync(order => order.Payment.Length > 0
            ? caller.GetPaymentAsync(Replica(), order.Payment)
            : caller.ListPaymentsAsync(Replica(), order.Name)),
        < 93 => caller.GetTrialBalanceAsync(Replica()),
        < 95 => OnAsync(order => order.Payment.Length > 0 ? caller.ListPostingsAsync(Replica(), order.Payment) : Task.CompletedTask),
        < 97 => caller.CreateUserAsync(Replica(), Market.NewUser()),
        < 99 => caller.GetUserAsync(Replica(), customer),
        _ => caller.GetProductAsync(Replica(), "products/tea"),
    };

    private async Task OrderAsync()
    {
        var request = market.NewOrder(customer, dice.Chance(75) ? "tok_visa" : dice.Of(s_rare));
        var replica = Replica();
        if (dice.Chance(20))
        {
            // The same request twice at once, mostly at two replicas.
            var other = dice.Chance(75) ? 1 - replica : replica;
            await Task.WhenAll(caller.CreateOrderAsync(replica, request), caller.Beside.CreateOrderAsync(other, request));
        }

        await UntilKnownAsync(replica, at => caller.CreateOrderAsync(at, request));
    }

    private Task CancelAsync(OrderFacts order)
    {
        var id = Guid.NewGuid().ToString();
        return UntilKnownAsync(Replica(), at => caller.CancelOrderAsync(at, order.Name, id));
    }

    private async Task FulfilAsync(OrderFacts order)
    {
        if (order.State == State.Pending)
        {
            // A warehouse looks whether it is confirmed by now; some do not care what they see.
            await caller.GetOrderAsync(Replica(), order.Name);
            if (pool.Find(order.Name)?.State != State.Confirmed && !dice.Chance(15))
            {
                return;
            }
        }

        var id = Guid.NewGuid().ToString();
        await UntilKnownAsync(Replica(), at => caller.FulfillOrderAsync(at, order.Name, id));
    }

    private async Task RefundAsync(OrderFacts order)
    {
        var id = Guid.NewGuid().ToString();
        var replica = Replica();
        var amount = dice.Chance(25) ? null : Part(order);
        var other = dice.Chance(40) ? Part(order) : null;
        var parts = UntilKnownAsync(replica, at => caller.RefundOrderAsync(at, order.Name, id, amount));
        if (other is not null)
        {
            await caller.Beside.RefundOrderAsync(1 - replica, order.Name, Guid.NewGuid().ToString(), other);
        }

        await parts;
    }

    private async Task ListAsync()
    {
        await caller.ListOrdersAsync(Replica(), customer);
        await caller.AskToDeleteAsync(Replica(), market.Loyal);
    }

    /// <summary>
    /// Asks again with the same request, at the other replica, when the outcome is not known: mostly. Sometimes it asks again although it is,
    /// and sometimes it never finds out.
    /// </summary>
    private async Task UntilKnownAsync(int replica, Func<int, Task<(ClientCall Call, Order? Answer)>> callAsync)
    {
        for (var attempt = 0; attempt < 4; attempt++)
        {
            var (call, _) = await callAsync(attempt % 2 == 0 ? replica : 1 - replica);
            if (!dice.Chance(call.Outcome == Outcome.Unknown ? 75 : 8))
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(dice.Between(20, 400)));
        }
    }

    private Task OnAsync(Func<OrderFacts, Task> doAsync, params State[] states) =>
        pool.Pick(dice, states) is { } order ? doAsync(order) : OrderAsync();

    private int Replica() => dice.Next(2);

    /// <summary>A part of what was paid, in the currency's own steps.</summary>
    private Money Part(OrderFacts order)
    {
        var minor = Math.Max(1, order.Total.Minor * (10 + dice.Next(50)) / 100);
        return order.Total.Currency == "JPY"
            ? new Money { CurrencyCode = "JPY", Units = minor }
            : new Money { CurrencyCode = order.Total.Currency, Units = minor / 100, Nanos = (int)(minor % 100) * 10_000_000 };
    }
}
