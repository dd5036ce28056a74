using Suite.Faults.Checking;
using Suite.Faults.History;
using Suite.Tests.Faults.Samples;

namespace Suite.Tests.Faults.Bugs;

/// <summary>A clean history that bugs are planted into.</summary>
internal sealed class Plant
{
    private readonly SampleHistory _sample = SampleHistory.Clean();

    /// <summary>The entries, to be changed.</summary>
    public List<Entry> Entries => _sample.Entries;

    /// <summary>Everything at the end.</summary>
    public FinalState State => Entries.OfType<FinalState>().Single();

    /// <summary>An order as it was at the end; see <see cref="SampleLives"/>.</summary>
    public OrderFacts Order(int place) => _sample.Orders[place].Facts;

    /// <summary>The payment of an order.</summary>
    public PaymentFacts Payment(int place) => _sample.Orders[place].Payment!;

    /// <summary>The calls about an order, or about its payment.</summary>
    public IEnumerable<ClientCall> Calls(int place) =>
        Entries.OfType<ClientCall>().Where(call => call.Name == Order(place).Name || call.Name == _sample.Orders[place].PaymentName);

    /// <summary>The last call of a kind about an order.</summary>
    public ClientCall Call(int place, Operation operation) => Calls(place).Last(call => call.Operation == operation);

    /// <summary>What was published of an order, or of its payment, in its order.</summary>
    public EventSeen Message(int place, string type) =>
        Entries.OfType<EventSeen>().First(message => message.Type.EndsWith(type, StringComparison.Ordinal) && Order(place).Name.EndsWith(message.Key, StringComparison.Ordinal));

    /// <summary>Puts another entry in the place of one.</summary>
    public void Change<T>(T entry, Func<T, T> change)
        where T : Entry => Entries[Place(entry)] = change(entry);

    /// <summary>Changes all entries of a kind that are as wanted; there has to be one.</summary>
    public void ChangeAll<T>(Func<T, bool> which, Func<T, T> change)
        where T : Entry
    {
        var found = Entries.OfType<T>().Where(which).ToList();
        Assert.That(found, Is.Not.Empty);
        found.ForEach(entry => Change(entry, change));
    }

    public void Drop(Entry entry) => Entries.RemoveAt(Place(entry));

    /// <summary>Adds a call that began when everything that others did was over.</summary>
    public void AddCall(Func<ClientCall, ClientCall> with) => Entries.Add(with(new ClientCall
    {
        Client = "client-1",
        Start = TimeSpan.FromHours(1),
        At = TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1),
        Operation = Operation.GetOrder,
        Replica = "order-2",
        Outcome = Outcome.Ok,
    }));

    /// <summary>Changes what is there at the end.</summary>
    public void ChangeState(Func<FinalState, FinalState> change) => Change(State, change);

    public void ChangeOrder(int place, Func<OrderFacts, OrderFacts> change) =>
        ChangeState(state => state with { Orders = Swap(state.Orders, Order(place), change) });

    public void ChangePayment(int place, Func<PaymentFacts, PaymentFacts> change) =>
        ChangeState(state => state with { Payments = Swap(state.Payments, Payment(place), change) });

    /// <summary>Changes the first event of a type of an order.</summary>
    public void ChangeEvent(int place, Suite.Contracts.Orders.V1.OrderEvent.Types.Type type, Func<OrderEventFacts, OrderEventFacts> change) =>
        ChangeState(state => state with { Events = Swap(state.Events, state.Events.First(e => e.Order == Order(place).Name && e.Type == type), change) });

    public void ChangeProvider(int place, Func<ProviderSeen, ProviderSeen> change) =>
        Change(Entries.OfType<ProviderSeen>().Single(seen => seen.Payment == Payment(place).Name), change);

    /// <summary>The history as a whole, numbered anew.</summary>
    public RunHistory ToHistory() => _sample.ToHistory();

    /// <summary>What the checker says of it.</summary>
    public IReadOnlyList<Violation> Check() => Checker.Check(ToHistory());

    private static List<T> Swap<T>(IReadOnlyList<T> list, T one, Func<T, T> change)
        where T : class => [.. list.Select(item => item.Equals(one) ? change(item) : item)];

    private int Place(Entry entry) => Entries.FindIndex(other => ReferenceEquals(other, entry)) is var place and >= 0
        ? place
        : throw new InvalidOperationException("There is no such entry.");
}

/// <summary>A bug, and the property that is to find it.</summary>
/// <param name="Property">The property.</param>
/// <param name="Sentence">What is wrong.</param>
/// <param name="Into">Plants it.</param>
internal sealed record Bug(string Property, string Sentence, Action<Plant> Into)
{
    public override string ToString() => $"{Property}: {Sentence}";
}
