using Suite.Contracts.Orders.V1;
using Suite.Contracts.Users.V1;
using Suite.Faults.History;
using Suite.Local;
using Money = Google.Type.Money;

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
            var request = new CreateProductRequest
            {
                RequestId = Guid.NewGuid().ToString(),
                ProductId = sku,
                Product = new Product { DisplayName = sku, Price = new Money { CurrencyCode = currency, Units = units, Nanos = nanos } },
            };
            await MustAsync(() => caller.CreateProductAsync(0, request));
        }

        List<string> names = [];
        for (var i = 0; i <= customers; i++)
        {
            var (replica, request) = (i % 2, NewUser());
            names.Add((await MustAsync(() => caller.CreateUserAsync(replica, request))).Name);
        }

        var market = new Market([.. names.SkipLast(1)], names[^1]);
        var open = market.NewOrder(market.Loyal, "tok_visa");
        var order = await MustAsync(() => caller.CreateOrderAsync(0, open));
        for (var limit = DateTime.UtcNow.AddSeconds(60); order.State == Order.Types.State.Pending; await Task.Delay(50))
        {
            var name = order.Name;
            order = await MustAsync(() => caller.GetOrderAsync(0, name));
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

    /// <summary>Services that have just started may be too slow for a deadline, so it is asked for again; but nothing may be refused.</summary>
    private static async Task<T> MustAsync<T>(Func<Task<(ClientCall Call, T? Answer)>> callAsync)
        where T : class
    {
        for (var attempt = 1; ; attempt++)
        {
            var (call, answer) = await callAsync();
            if (answer is not null)
            {
                return answer;
            }

            if (call.Outcome == Outcome.Failed || attempt == 8)
            {
                throw new SuiteLocalException($"A call failed before there was any fault: {call}");
            }
        }
    }
}
