using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Suite.Contracts.Ops.V1;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Contracts.Users.V1;

namespace Suite.Client.Testing;

/// <summary>Everything the fake keeps, behind one lock.</summary>
internal sealed class FakeState(TimeProvider time)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastTicks;

    public OrderedDictionary<string, User> Users { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, Product> Products { get; } = new(StringComparer.Ordinal);

    public OrderedDictionary<string, FakeOrder> Orders { get; } = new(StringComparer.Ordinal);

    public OrderedDictionary<string, Payment> Payments { get; } = new(StringComparer.Ordinal);

    /// <summary>The token each payment was authorized with, by its name: it plays its part later too.</summary>
    public Dictionary<string, string> Tokens { get; } = new(StringComparer.Ordinal);

    public OrderedDictionary<string, Dispute> Disputes { get; } = new(StringComparer.Ordinal);

    public OrderedDictionary<string, Transaction> Transactions { get; } = new(StringComparer.Ordinal);

    /// <summary>Accounts that must not be overdrawn.</summary>
    public HashSet<string> Limited { get; } = new(StringComparer.Ordinal);

    /// <summary>Passwords by the name of the user.</summary>
    public Dictionary<string, string> Passwords { get; } = new(StringComparer.Ordinal);

    public OrderedDictionary<string, FakeSession> Sessions { get; } = new(StringComparer.Ordinal);

    /// <summary>What signed in under which request id.</summary>
    public Dictionary<string, (string Email, string Password, string Session)> SignIns { get; } = [];

    public Dictionary<string, (string Session, DateTimeOffset EndTime)> AccessTokens { get; } = new(StringComparer.Ordinal);

    /// <summary>API keys by their secret.</summary>
    public OrderedDictionary<string, ApiKey> ApiKeys { get; } = new(StringComparer.Ordinal);

    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>In whose name the present change or reading is done.</summary>
    public FakeCaller Caller { get; private set; } = FakeCaller.Everyone;

    public List<DeadLetter> DeadLetters { get; } = [];

    public List<Projection> Projections { get; } = [];

    /// <summary>Faults by their target and kind.</summary>
    public SortedDictionary<string, Fault> Faults { get; } = new(StringComparer.Ordinal);

    public Dictionary<(string Method, string RequestId), (ByteString Request, IMessage? Response, RpcException? Refusal)> Requests { get; } = [];

    public TimeProvider Time => time;

    public TimeSpan PaymentDelay { get; set; }

    public bool HoldPayments { get; set; }

    public IReadOnlyList<T> Read<T>(Func<FakeState, IEnumerable<T>> read)
    {
        lock (_lock)
        {
            return [.. read(this)];
        }
    }

    /// <summary>Runs a change and wakes whoever waits for one.</summary>
    public T Write<T>(Func<FakeState, T> write)
    {
        TaskCompletionSource changed;
        T result;
        lock (_lock)
        {
            result = write(this);
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.TrySetResult();
        return result;
    }

    /// <summary>Reads in a caller's name.</summary>
    public IReadOnlyList<T> Read<T>(FakeCaller caller, Func<FakeState, IEnumerable<T>> read)
    {
        lock (_lock)
        {
            return As(caller, () => Read(read));
        }
    }

    /// <summary>Runs a change in a caller's name.</summary>
    public T Write<T>(FakeCaller caller, Func<FakeState, T> write)
    {
        lock (_lock)
        {
            return As(caller, () => Write(write));
        }
    }

    /// <summary>Ends with the next change. Take it before reading.</summary>
    public Task NextChange()
    {
        lock (_lock)
        {
            return _changed.Task;
        }
    }

    /// <summary>Now, in microseconds, and never the same twice.</summary>
    public Timestamp Now()
    {
        _lastTicks = Math.Max(_lastTicks + 10, time.GetUtcNow().Ticks / 10 * 10);
        return Timestamp.FromDateTime(new DateTime(_lastTicks, DateTimeKind.Utc));
    }

    public string NewName(string collection) => $"{collection}/{Guid.CreateVersion7(time.GetUtcNow())}";

    private T As<T>(FakeCaller caller, Func<T> work)
    {
        Caller = caller;
        try
        {
            return work();
        }
        finally
        {
            Caller = FakeCaller.Everyone;
        }
    }
}
