using Suite.Client;
using Suite.Client.Testing;
using Suite.Contracts.Orders.V1;

namespace Suite.Tests.Unit.Client;

/// <summary>A fake suite with one customer and one product, and a client that does not make tests wait.</summary>
internal sealed class Shop : IDisposable
{
    public static readonly SuiteRetryOptions Quick = new() { FirstDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(2) };

    public Shop(TimeProvider? time = null, Action<SuiteClientOptions>? configure = null)
    {
        Fake = new FakeSuite(time);
        Customer = Fake.AddUser("ada@example.com").Name;
        Product = Fake.AddProduct("tea", 4.50m).Name;
        Client = Fake.CreateClient(options =>
        {
            options.Retry = time is null ? Quick : new SuiteRetryOptions();
            options.OnRetry = Retries.Add;
            configure?.Invoke(options);
        });
    }

    /// <summary>Ends what would otherwise hang a test for ever.</summary>
    public CancellationToken Soon { get; } = new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token;

    public FakeSuite Fake { get; }

    public SuiteClient Client { get; }

    public string Customer { get; }

    public string Product { get; }

    public List<SuiteRetry> Retries { get; } = [];

    public Order Order(int quantity = 1, string paymentMethod = "tok_visa") => new()
    {
        Customer = Customer,
        PaymentMethod = paymentMethod,
        Lines = { new OrderLine { Product = Product, Quantity = quantity } },
    };

    public IEnumerable<FakeCall> CallsOf(string method) => Fake.Calls.Where(c => c.Method.EndsWith("/" + method, StringComparison.Ordinal));

    public void Dispose() => Client.Dispose();
}
