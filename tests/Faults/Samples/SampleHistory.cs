using Suite.Faults.History;

namespace Suite.Tests.Faults.Samples;

/// <summary>
/// A history made up by hand: a run in which nothing went wrong that should not, with every kind of life an order can have in it. Each thing
/// takes a second.
/// </summary>
internal sealed class SampleHistory
{
    public const string Customer = "users/00000000-0000-4000-8000-0000000000c1";

    public const string Product = "products/tea-100";

    public static readonly DateTimeOffset Epoch = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private int _ids;
    private int _offsets;

    public List<Entry> Entries { get; } = [];

    public List<UserFacts> Users { get; } = [];

    public List<SampleOrder> Orders { get; } = [];

    public List<PostingFacts> Postings { get; } = [];

    /// <summary>The present, by the run's clock.</summary>
    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1);

    /// <summary>The present, by the clock on the wall.</summary>
    public DateTimeOffset Time => Epoch + Now;

    /// <summary>A run with everything in it, and nothing wrong.</summary>
    public static SampleHistory Clean()
    {
        var sample = new SampleHistory();
        sample.Begin();
        SampleLives.Live(sample);
        sample.End();
        return sample;
    }

    /// <summary>Lets a second pass.</summary>
    /// <returns>When it began.</returns>
    public TimeSpan Tick()
    {
        var before = Now;
        Now += TimeSpan.FromSeconds(1);
        return before;
    }

    public string NewId() => $"{++_ids:x8}-0000-4000-8000-000000000000";

    /// <summary>A message on a topic, in the next place of the only partition.</summary>
    public EventSeen Publish(EventSeen message)
    {
        var seen = message with { At = Now, Id = NewId(), Digest = $"D{_ids}", Offset = _offsets++, Time = Time };
        Entries.Add(seen);
        return seen;
    }

    /// <summary>A message is published once more, as a relay does that was killed before it could say that it had.</summary>
    public void PublishAgain(EventSeen message) => Entries.Add(message with { At = Now, Offset = _offsets++ });

    public RunHistory ToHistory()
    {
        var history = new RunHistory();
        Entries.ForEach(entry => history.Add(entry));
        return history;
    }

    private void Begin()
    {
        Entries.Add(new RunBegan { At = TimeSpan.Zero, Seed = 42, Time = Epoch });
        Entries.Add(new PhaseBegan { At = TimeSpan.Zero, Phase = Phase.Begin });
        Entries.Add(new FaultPlanned { At = TimeSpan.Zero, Fault = "1", Kind = "kill", Target = "order-1" });
        var user = new UserFacts { Name = Customer, Mark = "Customer 1", Etag = "1", UpdateTime = Time };
        Users.Add(user);
        Entries.Add(new ClientCall
        {
            Client = "setup",
            Start = Tick(),
            At = Now,
            Operation = Operation.CreateUser,
            Replica = "user-1",
            RequestId = NewId(),
            Name = user.Name,
            Mark = user.Mark,
            Outcome = Outcome.Ok,
            Users = [user],
        });
        Publish(new EventSeen
        {
            At = Now,
            Topic = "suite.user.v1",
            Partition = 0,
            Offset = 0,
            Key = user.Name["users/".Length..],
            Id = string.Empty,
            Digest = string.Empty,
            Type = "suite.user.v1.UserCreated",
            Subject = user.Name,
            Version = 1,
        });
        Entries.Add(new ClientCall
        {
            Client = "setup",
            Start = Tick(),
            At = Now,
            Operation = Operation.CreateProduct,
            Replica = "order-1",
            RequestId = NewId(),
            Name = Product,
            Outcome = Outcome.Ok,
        });
        Entries.Add(new FaultFired { At = Now, Start = Tick(), Fault = "1", Kind = "kill", Target = "order-1", Hits = 1, Evidence = "pid 4711 killed" });
    }

    private void End()
    {
        var start = Tick();
        Entries.Add(new Drained
        {
            At = Now,
            Start = start,
            Bound = TimeSpan.FromMinutes(2),
            Open = new Dictionary<string, long> { ["outbox of order"] = 0, ["lag of payment"] = 0 },
        });
        Entries.Add(new Compared { At = Now, Projection = "projections/timelines", DocumentCount = 100, DifferenceCount = 0, Differences = [] });
        for (var minute = 0; minute < 12; minute++)
        {
            for (var half = 0; half < 2; half++)
            {
                Entries.Add(new MemorySample
                {
                    At = TimeSpan.FromSeconds((minute * 60) + (half * 30)),
                    Replica = "order-1",
                    ProcessId = 4712,
                    Bytes = (150 + (half * 5)) * 1024L * 1024,
                });
            }
        }

        Entries.AddRange(Orders.Select(order => order.Provider).OfType<ProviderSeen>());
        Entries.Add(new FinalState
        {
            At = Now,
            Users = Users,
            Products = [Product],
            Orders = [.. Orders.Select(order => order.Facts)],
            Payments = [.. Orders.Select(order => order.Payment).OfType<PaymentFacts>()],
            Events = [.. Orders.SelectMany(order => order.Events)],
            Postings = Postings,
            Accounts = SampleLedger.Accounts(Postings),
            TrialBalance = SampleLedger.TrialBalance(Postings),
        });
    }
}
