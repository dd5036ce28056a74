using Google.Type;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Users.V1;
using Suite.Faults.History;
using Suite.Local;

namespace Suite.Faults.Load;

/// <summary>The customers and products of a run, and orders of which no two are alike.</summary>
internal sealed class Market
{
    private static readonly (string Sku, string Currency, long Units, int Nanos)[] s_products =
    [
        ("tea", "EUR", 4, 500_000_000), ("cup", "EUR", 12, 290_000_000), ("rice", "JPY", 350, 0), ("bowl", "JPY", 1_200, 0),
    ];

    private int _orders;

    private Market(IReadOnlyList<string> customers, string loyal)
    {
        (Customers, Loyal) = (customers, loyal);
    }

    /// <summary>Their names.</summary>
    public IReadOnlyList<string> Customers { get; }

    /// <summary>A customer with an order that stays open.</summary>
    public string Loyal { get; }

    /// <summary>Opens it, before there are faults.</summary>
    /// <exception cref="SuiteLocalException">A call failed: something is wrong that is no fault of the run.</exception>
    public static async Task<Market> OpenAsync(Caller caller, int customers)
    {
        foreach (var (sku, currency, units, nanos) in s_products)
        {
            Must(await caller.CreateProductAsync(0, new CreateProductRequest
            {
                RequestId = Guid.NewGuid().ToString(),
                ProductId = sku,
                Product = new Product { DisplayName = sku, Price = new Money { CurrencyCode = currency, Units = units, Nanos = nanos } },
            }));
        }

        List<string> names = [];
        for (var i = 0; i <= customers; i++)
        {
            names.Add(Must(await caller.CreateUserAsync(i % 2, NewUser())).Name);
        }

        var market = new Market([.. names.SkipLast(1)], names[^1]);
        var order = Must(await caller.CreateOrderAsync(0, market.NewOrder(market.Loyal, "tok_visa")));
        for (var limit = DateTime.UtcNow.AddSeconds(60); order.State == Order.Types.State.Pending; await Task.Delay(50))
        {
            order = Must(await caller.GetOrderAsync(0, order.Name));
            if (DateTime.UtcNow > limit)
            {
                throw new SuiteLocalException("The first order was not confirmed within a minute, before there was any fault.");
            }
        }

        return market;
    }

    /// <summary>A user nobody else is.</summary>
    public static CreateUserRequest NewUser()
    {
        var name = Guid.NewGuid().ToString("N");
        return new CreateUserRequest
        {
            RequestId = Guid.NewGuid().ToString(),
            User = new User { Email = $"{name}@example.com", DisplayName = name },
        };
    }

    /// <summary>Another order. It is told from all others by how many of what was bought.</summary>
    public CreateOrderRequest NewOrder(string customer, string token)
    {
        var number = Interlocked.Increment(ref _orders);
        var products = number % 4 == 0 ? (s_products[2].Sku, s_products[3].Sku) : (s_products[0].Sku, s_products[1].Sku);
        return new CreateOrderRequest
        {
            RequestId = Guid.NewGuid().ToString(),
            Order = new Order
            {
                Customer = customer,
                PaymentMethod = token,
                Lines =
                {
                    new OrderLine { Product = "products/" + products.Item1, Quantity = 1 + (number % 40) },
                    new OrderLine { Product = "products/" + products.Item2, Quantity = 1 + (number / 40) },
                },
            },
        };
    }

    private static T Must<T>((ClientCall Call, T? Answer) made)
        where T : class => made.Answer ?? throw new SuiteLocalException($"A call failed before there was any fault: {made.Call}");
}
