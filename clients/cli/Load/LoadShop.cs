using System.Collections.Concurrent;
using Google.Type;
using Suite.Client;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Users.V1;

namespace Suite.Cli.Load;

/// <summary>One call of a load, ready to be made.</summary>
internal readonly record struct LoadCall(LoadOperation Operation, Func<CancellationToken, Task> MakeAsync);

/// <summary>The customer, the product and the orders a load works with.</summary>
internal sealed class LoadShop
{
    private const int PageSize = 50;

    // Reads go to the latest of them, as they would in life.
    private const int MostToRead = 1024;

    // Orders nobody is going to cancel must not fill the memory of a long run.
    private const int MostToCancel = 100_000;

    private readonly SuiteClient _suite;
    private readonly Order _order;
    private readonly string _filter;
    private readonly string[] _toRead = new string[MostToRead];
    private readonly ConcurrentQueue<string> _toCancel = new();
    private long _placed;

    private LoadShop(SuiteClient suite, string customer, string product, string paymentMethod)
    {
        _suite = suite;
        _order = new Order { Customer = customer, PaymentMethod = paymentMethod, Lines = { new OrderLine { Product = product, Quantity = 1 } } };
        _filter = $"customer = \"{customer}\"";
    }

    /// <summary>Makes what is not named, and the order that the first read finds.</summary>
    public static async Task<LoadShop> OpenAsync(
        SuiteClient suite, string? customer, string? product, string paymentMethod, LoadMix mix, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString("N");
        customer ??= (await suite.Users.CreateAsync(
            new User { Email = $"suite-load-{id}@example.com", DisplayName = "suite load" }, cancellationToken: cancellationToken)).Name;
        product ??= (await suite.Products.CreateAsync(
            $"suite-load-{id}",
            new Product { DisplayName = "suite load", Price = new Money { CurrencyCode = "EUR", Units = 9, Nanos = 990_000_000 } },
            cancellationToken: cancellationToken)).Name;
        var shop = new LoadShop(suite, customer, product, paymentMethod);
        if (mix.Has(LoadOperation.Get))
        {
            await shop.CreateAsync(cancellationToken);
        }

        return shop;
    }

    /// <summary>The next call of a kind. A cancel that finds no order to cancel places one instead, for a later one.</summary>
    public LoadCall Next(LoadOperation wanted) => wanted switch
    {
        LoadOperation.Get => new LoadCall(wanted, GetAsync),
        LoadOperation.List => new LoadCall(wanted, ListAsync),
        LoadOperation.Cancel when _toCancel.TryDequeue(out var name) =>
            new LoadCall(wanted, token => _suite.Orders.CancelAsync(name, "suite load", cancellationToken: token)),
        _ => new LoadCall(LoadOperation.Create, CreateAsync),
    };

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        var name = (await _suite.Orders.CreateAsync(_order, cancellationToken: cancellationToken)).Name;
        var number = Interlocked.Increment(ref _placed) - 1;
        Volatile.Write(ref _toRead[number % MostToRead], name);
        if (_toCancel.Count < MostToCancel)
        {
            _toCancel.Enqueue(name);
        }
    }

    private Task<Order> GetAsync(CancellationToken cancellationToken)
    {
        var among = (int)Math.Min(Interlocked.Read(ref _placed), MostToRead);
        // The place may be taken and not be written yet; the first one always is.
        var name = Volatile.Read(ref _toRead[Random.Shared.Next(among)]) ?? _toRead[0];
        return _suite.Orders.GetAsync(name, cancellationToken: cancellationToken);
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        await foreach (var _ in _suite.Orders.List(_filter, new SuiteListOptions { PageSize = PageSize }).AsPages(cancellationToken))
        {
            return;
        }
    }
}
