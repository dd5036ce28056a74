using Suite.Faults.Plan;

namespace Suite.Faults.Load;

/// <summary>
/// Has something pass by a wire that is seldom used, so that a fault on it has something to hit: each time another client that calls once.
/// </summary>
/// <param name="newCaller">A client by its name.</param>
/// <param name="market">Who there is.</param>
internal sealed class Prod(Func<string, Caller> newCaller, Market market)
{
    private int _calls;

    /// <summary>Whether clients alone use a wire too seldom.</summary>
    public static bool IsNeeded(string wire) =>
        wire.StartsWith("user-", StringComparison.Ordinal) || wire.StartsWith(Targets.Client, StringComparison.Ordinal)
        || wire.EndsWith("/order", StringComparison.Ordinal) || Targets.DocumentStores.Any(store => wire.EndsWith("/" + store, StringComparison.Ordinal));

    /// <summary>Makes one call that has to pass by the wire.</summary>
    public Task OnceAsync(string wire)
    {
        var caller = newCaller($"prod-{Interlocked.Increment(ref _calls)}");
        var (from, to) = wire.Split('/') is [var left, var right] ? (left, right) : throw new ArgumentException($"'{wire}' is no wire.", nameof(wire));
        var replica = from == Targets.Client ? to : from;
        var index = Targets.IndexOf(replica);
        return (Targets.ServiceOf(replica), to) switch
        {
            ("user", "order") => caller.AskToDeleteAsync(index, market.Loyal),
            ("user", _) when from != Targets.Client => caller.CreateUserAsync(index, Market.NewUser()),
            ("user", _) => caller.GetUserAsync(index, market.Loyal),
            ("payment", "order") => caller.ReconcileAsync(index),
            ("order", Targets.Elasticsearch) => caller.SearchOrdersAsync(index),
            ("order", Targets.Mongo) => caller.ReadStoryAsync(index, market.Loyal),
            ("payment", _) => caller.GetTrialBalanceAsync(index),
            _ => caller.ListOrdersAsync(index, market.Loyal),
        };
    }
}
