using System.Globalization;
using Google.Type;
using Suite.Client;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Users.V1;

namespace Suite.Bench.Load;

/// <summary>Customers and products to place orders with.</summary>
internal sealed class Shop
{
    /// <summary>Few enough to stay in caches, as those who are active at one moment would.</summary>
    public const int CustomerCount = 100;

    /// <summary>Lines of every order.</summary>
    public const int LinesPerOrder = 2;

    private const int ProductCount = 50;

    private readonly string[] _customers;
    private readonly string[] _products;
    private long _next;

    private Shop(string[] customers, string[] products)
    {
        _customers = customers;
        _products = products;
    }

    /// <summary>Their names, <c>users/{uuid}</c>.</summary>
    public IReadOnlyList<string> Customers => _customers;

    public static async Task<Shop> OpenAsync(SuiteClient suite, CancellationToken cancellationToken)
    {
        var customers = new string[CustomerCount];
        for (var i = 0; i < customers.Length; i++)
        {
            var user = new User { Email = Text($"customer{i}@example.com"), DisplayName = Text($"Customer number {i}") };
            customers[i] = (await suite.Users.CreateAsync(user, cancellationToken: cancellationToken)).Name;
        }

        var products = new string[ProductCount];
        for (var i = 0; i < products.Length; i++)
        {
            var product = new Product { DisplayName = Text($"Product {i}"), Price = new Money { CurrencyCode = "EUR", Units = 5 + i, Nanos = 990_000_000 } };
            products[i] = (await suite.Products.CreateAsync(Text($"sku-{i:000}"), product, cancellationToken: cancellationToken)).Name;
        }

        return new Shop(customers, products);
    }

    /// <summary>Another order, of the next customer, that will be paid.</summary>
    public CreateOrderRequest NextOrder()
    {
        var n = Interlocked.Increment(ref _next);
        var order = new Order { Customer = _customers[n % _customers.Length], PaymentMethod = "tok_visa" };
        for (var i = 0; i < LinesPerOrder; i++)
        {
            order.Lines.Add(new OrderLine { Product = _products[(n + (7 * i)) % _products.Length], Quantity = 1 + i });
        }

        return new CreateOrderRequest { Order = order, RequestId = Guid.NewGuid().ToString() };
    }

    /// <summary>The id in a name such as <c>orders/{uuid}</c>.</summary>
    public static Guid IdOf(string name) => Guid.Parse(name.AsSpan(name.IndexOf('/') + 1));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
