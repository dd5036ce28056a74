using System.Globalization;
using Suite.Faults.History;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;

namespace Suite.Faults.Checking;

/// <summary>
/// Requests that could have had the same effect, and how often that effect is there. The four properties of requests read it: no fewer
/// effects than were acknowledged, no more than were acknowledged or are unknown.
/// </summary>
/// <param name="Effect">What was asked for, for a sentence.</param>
/// <param name="Requests">Who asked.</param>
/// <param name="Found">The effects.</param>
internal sealed record Tally(string Effect, IReadOnlyList<Request> Requests, IReadOnlyList<object> Found)
{
    public int Ok => Requests.Count(request => request.Outcome == Outcome.Ok);

    public int Failed => Requests.Count(request => request.Outcome == Outcome.Failed);

    public int Unknown => Requests.Count(request => request.Outcome == Outcome.Unknown);

    /// <summary>Whether there is more than anybody's request can have done.</summary>
    public bool IsTooMany => Found.Count > Ok + Unknown;

    /// <summary>What shows it.</summary>
    public IEnumerable<object> Records => [.. Requests.SelectMany(request => request.Attempts), .. Found];

    public override string ToString() =>
        $"{Effect}: there {(Found.Count == 1 ? "is" : "are")} {Found.Count}; {Ok} acknowledged, {Failed} failed, {Unknown} unknown";

    /// <summary>All tallies of a run.</summary>
    public static IEnumerable<Tally> Of(Evidence evidence)
    {
        var asked = evidence.Requests.ToLookup(request => request.Operation);
        return
        [
            .. Pair("user", asked[Operation.CreateUser], request => request.Mark, evidence.Final.Users, user => user.Mark, orphans: false),
            .. Pair("product", asked[Operation.CreateProduct], request => request.Name, evidence.Final.Products, name => name, orphans: false),
            .. Pair("order", asked[Operation.CreateOrder], request => request.Mark, evidence.Final.Orders, order => order.Mark, orphans: true),
            .. OfEvents("cancellation of", asked[Operation.CancelOrder], evidence, EventType.Cancelled, request => request.Name, e => e.Order),
            .. OfEvents("fulfilment of", asked[Operation.FulfillOrder], evidence, EventType.Fulfilled, request => request.Name, e => e.Order),
            .. OfRefunds(asked[Operation.RefundOrder], evidence),
        ];
    }

    // Refunds are told apart by their amounts, but where somebody asked for all that was left, or for units.
    private static IEnumerable<Tally> OfRefunds(IEnumerable<Request> requests, Evidence evidence)
    {
        var all = requests.ToList();
        var vague = all.Where(request => request.Amount is null).Select(request => request.Name).ToHashSet();
        return OfEvents(
            "refund of",
            all,
            evidence,
            EventType.Refunded,
            request => vague.Contains(request.Name) ? request.Name : Of(request.Name, request.Amount!.Value.Minor),
            e => vague.Contains(e.Order) ? e.Order : Of(e.Order, e.AmountMinor));

        static string Of(string order, long minor) => string.Create(CultureInfo.InvariantCulture, $"{order} by {minor}");
    }

    // What the suite does by itself (an order nobody pays for is cancelled) nobody has to have asked for.
    private static IEnumerable<Tally> OfEvents(
        string effect,
        IEnumerable<Request> requests,
        Evidence evidence,
        EventType type,
        Func<Request, string> keyOfRequest,
        Func<OrderEventFacts, string> keyOfEvent) =>
        Pair(
            effect,
            requests,
            keyOfRequest,
            evidence.Final.Events.Where(e => e.Type == type && !(type == EventType.Cancelled && e.Actor.StartsWith("services/", StringComparison.Ordinal))),
            keyOfEvent,
            orphans: true);

    private static IEnumerable<Tally> Pair<T>(
        string effect, IEnumerable<Request> requests, Func<Request, string> keyOfRequest, IEnumerable<T> found, Func<T, string> keyOfFound, bool orphans)
        where T : class
    {
        var byRequest = requests.ToLookup(keyOfRequest);
        var byFound = found.ToLookup(keyOfFound);
        var keys = byRequest.Select(group => group.Key);
        return (orphans ? keys.Union(byFound.Select(group => group.Key)) : keys)
            .Select(key => new Tally($"{effect} {key}", [.. byRequest[key]], [.. byFound[key]]));
    }
}
