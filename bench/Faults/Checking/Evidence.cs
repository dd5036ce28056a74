using Suite.Faults.History;

namespace Suite.Faults.Checking;

/// <summary>What was seen in a run, as properties look at it. Everything is looked up, nothing is judged.</summary>
internal sealed class Evidence
{
    public Evidence(IReadOnlyList<Entry> entries)
    {
        Entries = entries;
        Calls = [.. entries.OfType<ClientCall>()];
        Requests = [.. Calls.Where(call => call.RequestId.Length > 0).GroupBy(call => call.RequestId).Select(group => new Request([.. group]))];
        Published = [.. entries.OfType<EventSeen>()];
        Provider = [.. entries.OfType<ProviderSeen>()];
        ProviderOf = Provider.ToLookup(seen => seen.Payment);
        Final = entries.OfType<FinalState>().LastOrDefault() ?? Nothing;
        Orders = Final.Orders.DistinctBy(order => order.Name).ToDictionary(order => order.Name);
        Payments = Final.Payments.DistinctBy(payment => payment.Name).ToDictionary(payment => payment.Name);
        PaymentsOf = Payments.Values.ToLookup(payment => payment.Order);
        EventsOf = Final.Events.ToLookup(e => e.Order);
        Transactions = [.. Final.Postings.GroupBy(posting => posting.Transaction).Select(group => new Transaction(group.Key, [.. group]))];
        TransactionsOf = Transactions.ToLookup(transaction => transaction.Payment);
    }

    public IReadOnlyList<Entry> Entries { get; }

    /// <summary>Every attempt.</summary>
    public IReadOnlyList<ClientCall> Calls { get; }

    /// <summary>Every request that was to change something.</summary>
    public IReadOnlyList<Request> Requests { get; }

    public IReadOnlyList<EventSeen> Published { get; }

    public IReadOnlyList<ProviderSeen> Provider { get; }

    /// <summary>The provider's record, by payment.</summary>
    public ILookup<string, ProviderSeen> ProviderOf { get; }

    /// <summary>Everything at the end; empty lists when it was never read, which is for <see cref="HistoryIsWhole"/> to say.</summary>
    public FinalState Final { get; }

    /// <summary>The orders at the end, by name.</summary>
    public IReadOnlyDictionary<string, OrderFacts> Orders { get; }

    /// <summary>The payments at the end, by name.</summary>
    public IReadOnlyDictionary<string, PaymentFacts> Payments { get; }

    /// <summary>The payments at the end, by order.</summary>
    public ILookup<string, PaymentFacts> PaymentsOf { get; }

    /// <summary>The events of each order at the end, as they were listed.</summary>
    public ILookup<string, OrderEventFacts> EventsOf { get; }

    public IReadOnlyList<Transaction> Transactions { get; }

    /// <summary>The ledger's transactions, by payment.</summary>
    public ILookup<string, Transaction> TransactionsOf { get; }

    private static FinalState Nothing => new()
    {
        At = TimeSpan.Zero,
        Users = [],
        Products = [],
        Orders = [],
        Payments = [],
        Events = [],
        Postings = [],
        Accounts = [],
        TrialBalance = [],
    };

    /// <summary>The entries of one kind.</summary>
    public IEnumerable<T> Of<T>()
        where T : Entry => Entries.OfType<T>();
}
