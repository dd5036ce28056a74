using Google.Type;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Suite.Client;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Ops.V1;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Contracts.Users.V1;

namespace Suite.Tests.Unit.Client;

internal sealed class FakeSuiteTests
{
    [TestCase("tok_visa", Order.Types.State.Confirmed, "")]
    [TestCase("tok_flaky", Order.Types.State.Confirmed, "")]
    [TestCase("tok_declined", Order.Types.State.Rejected, "card_declined")]
    [TestCase("tok_insufficient_funds", Order.Types.State.Rejected, "insufficient_funds")]
    [TestCase("nonsense", Order.Types.State.Rejected, "invalid_payment_method")]
    public async Task A_token_leads_where_it_leads_in_a_real_suite(string token, Order.Types.State state, string reason)
    {
        using var shop = new Shop();

        var placed = await shop.Client.Orders.CreateAsync(shop.Order(paymentMethod: token));
        var decided = await shop.Client.Orders.WaitAsync(placed.Name);

        Assert.That((placed.State, placed.Version, placed.PaymentMethod), Is.EqualTo((Order.Types.State.Pending, 1L, "")));
        Assert.That((decided.State, decided.StateReason, decided.Version), Is.EqualTo((state, reason, 2L)));
        var payment = await shop.Client.Payments.GetAsync(decided.Payment);
        Assert.That((payment.Order, payment.DeclineReason), Is.EqualTo((placed.Name, reason)));
    }

    [Test]
    public async Task A_slow_token_takes_seconds_of_the_clock()
    {
        var clock = new FakeTimeProvider();
        using var shop = new Shop(clock);
        var placed = await shop.Client.Orders.CreateAsync(shop.Order(paymentMethod: "tok_slow"));

        clock.Advance(TimeSpan.FromSeconds(2.9));
        Assert.That((await shop.Client.Orders.GetAsync(placed.Name)).State, Is.EqualTo(Order.Types.State.Pending));
        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.That((await shop.Client.Orders.GetAsync(placed.Name)).State, Is.EqualTo(Order.Types.State.Confirmed));
    }

    [Test]
    public async Task Prices_come_from_the_price_book_and_are_exact()
    {
        using var shop = new Shop();
        var cup = shop.Fake.AddProduct("cup", 0.10m).Name;
        var order = shop.Order(quantity: 3);
        order.Lines.Add(new OrderLine { Product = cup, Quantity = 7, UnitPrice = new Money { CurrencyCode = "EUR", Units = 1000 } });

        var placed = await shop.Client.Orders.CreateAsync(order);

        Assert.That(placed.Total.DecimalValue, Is.EqualTo(14.20m));
        Assert.That(placed.Lines.Select(l => l.Amount.DecimalValue), Is.EqualTo(new[] { 13.50m, 0.70m }));
    }

    [Test]
    public async Task Two_currencies_unknown_products_and_too_much_are_refused()
    {
        using var shop = new Shop();
        var dollars = shop.Fake.AddProduct("dollars", 1m, "USD").Name;
        var gold = shop.Fake.AddProduct("gold", 90_000_000_000_000m).Name;

        Assert.That(await ReasonOf(shop, order => order.Lines.Add(new OrderLine { Product = dollars, Quantity = 1 })), Is.EqualTo(ErrorReason.CurrencyMismatch));
        Assert.That(await ReasonOf(shop, order => order.Lines[0].Product = "products/none"), Is.EqualTo(ErrorReason.ProductNotFound));
        Assert.That(await ReasonOf(shop, order => order.Lines.Add(new OrderLine { Product = gold, Quantity = 1_000_000 })), Is.EqualTo(ErrorReason.AmountOutOfRange));
        Assert.That(await ReasonOf(shop, order => order.Customer = "users/none"), Is.EqualTo(ErrorReason.CustomerNotFound));
        Assert.That(shop.Fake.Orders, Is.Empty);
    }

    [Test]
    public async Task The_same_request_id_answers_the_same_once_for_all_who_ask_at_once()
    {
        using var shop = new Shop();
        var request = new CreateOrderRequest { Order = shop.Order(), RequestId = Guid.NewGuid().ToString() };

        var orders = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => shop.Client.Orders.CreateAsync(request)));

        Assert.That(orders.Distinct().Count(), Is.EqualTo(1));
        Assert.That((shop.Fake.Orders.Count, shop.Fake.Payments.Count), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task Cancelling_lets_go_of_the_money_and_the_ledger_stays_balanced()
    {
        using var shop = new Shop();
        var kept = await shop.Client.Orders.CreateAsync(shop.Order(quantity: 2));
        var cancelled = await shop.Client.Orders.CreateAsync(shop.Order(quantity: 1));
        await shop.Client.Orders.CreateAsync(shop.Order(paymentMethod: "tok_declined"));

        await shop.Client.Orders.CancelAsync(cancelled.Name, "too late");

        var again = await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Orders.CancelAsync(cancelled.Name));
        Assert.That(again!.Reason, Is.EqualTo(ErrorReason.OrderStateConflict));
        var stale = await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Orders.CancelAsync(kept.Name, etag: "1"));
        Assert.That(stale!.Reason, Is.EqualTo(ErrorReason.EtagMismatch));
        var balance = await shop.Client.Ledger.GetTrialBalanceAsync();
        Assert.That(balance.Balanced, Is.True);
        Assert.That(balance.Currencies.Single().Debits.DecimalValue, Is.EqualTo(18m));
        Assert.That(
            balance.Currencies.Single().Kinds.Select(k => (k.Kind, k.PendingDebits.DecimalValue, k.PendingCredits.DecimalValue)),
            Is.EqualTo(new[] { ("holds", 4.5m, 13.5m), ("providers/clearing", 13.5m, 4.5m) }));
        var payments = new List<Payment.Types.State>();
        await foreach (var payment in shop.Client.Payments.List($"order = \"{cancelled.Name}\""))
        {
            payments.Add(payment.State);
        }

        Assert.That(payments, Is.EqualTo(new[] { Payment.Types.State.Voided }));
    }

    [Test]
    public async Task Users_are_created_found_and_unique_by_address()
    {
        using var shop = new Shop();
        var ben = await shop.Client.Users.CreateAsync(new User { Email = "ben@example.com", DisplayName = "Ben" });

        var both = await shop.Client.Users.BatchGetAsync([ben.Name, shop.Customer]);
        var taken = await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Users.CreateAsync(new User { Email = "BEN@example.com" }));

        Assert.That(both.Select(u => u.Email), Is.EqualTo(new[] { "ben@example.com", "ada@example.com" }));
        Assert.That((taken!.Code, taken.Reason), Is.EqualTo((StatusCode.AlreadyExists, ErrorReason.ResourceAlreadyExists)));
    }

    [Test]
    public async Task Products_are_created_once_and_found()
    {
        using var shop = new Shop();
        var price = new Money { CurrencyCode = "JPY", Units = 300 };
        var made = await shop.Client.Products.CreateAsync("sencha", new Product { DisplayName = "Sencha", Price = price });

        Assert.That(await shop.Client.Products.GetAsync("products/sencha"), Is.EqualTo(made));
        var taken = await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Products.CreateAsync("sencha", new Product { DisplayName = "S", Price = price }));
        Assert.That(taken!.Code, Is.EqualTo(StatusCode.AlreadyExists));
    }

    [Test]
    public async Task A_page_token_belongs_to_its_query_and_a_filter_has_to_parse()
    {
        using var shop = new Shop();
        await shop.Client.Orders.CreateAsync(shop.Order());
        await shop.Client.Orders.CreateAsync(shop.Order());
        var first = await shop.Client.Orders.List(list: new SuiteListOptions { PageSize = 1 }).AsPages().FirstAsync();

        var foreign = await Assert.ThrowsAsync<SuiteException>(
            async () => await shop.Client.Orders.List("state = CONFIRMED", new SuiteListOptions { PageToken = first.NextPageToken }).FirstAsync());
        var broken = await Assert.ThrowsAsync<SuiteException>(async () => await shop.Client.Orders.List("state == CONFIRMED").FirstAsync());

        Assert.That((foreign!.Reason, broken!.Reason), Is.EqualTo((ErrorReason.PageTokenInvalid, ErrorReason.FilterInvalid)));
    }

    [Test]
    public async Task Dead_letters_are_listed_and_replayed_by_key()
    {
        using var shop = new Shop();
        shop.Fake.AddDeadLetter(new DeadLetter { Consumer = "payment.order-events", Key = "k1", Kind = DeadLetter.Types.Kind.Failed });
        shop.Fake.AddDeadLetter(new DeadLetter { Consumer = "payment.order-events", Key = "k1", Kind = DeadLetter.Types.Kind.Waiting });
        shop.Fake.AddDeadLetter(new DeadLetter { Consumer = "payment.order-events", Key = "k2", Kind = DeadLetter.Types.Kind.Failed });

        var marked = await shop.Client.DeadLetters.ReplayAsync(SuiteService.Payment, new ReplayDeadLettersRequest { Key = "k1", Note = "test" });

        Assert.That(marked, Is.EqualTo(2));
        Assert.That(await shop.Client.DeadLetters.List(SuiteService.Payment).Select(d => d.Key).ToListAsync(), Is.EqualTo(new[] { "k2" }));
    }

    [Test]
    public async Task What_is_scripted_comes_in_turn_and_calls_are_remembered()
    {
        using var shop = new Shop();
        shop.Fake.FailNext("GetUser", StatusCode.PermissionDenied);
        shop.Fake.ReplyNext("GetUser", new User { Name = "users/scripted" });

        var denied = await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Users.GetAsync(shop.Customer));
        var scripted = await shop.Client.Users.GetAsync(shop.Customer, new SuiteCallOptions { Headers = new Metadata { { "x-canary", "always" } } });
        var real = await shop.Client.Users.GetAsync(shop.Customer);

        Assert.That((denied!.Code, scripted.Name, real.Name), Is.EqualTo((StatusCode.PermissionDenied, "users/scripted", shop.Customer)));
        Assert.That(shop.Fake.Calls[1].Headers["x-canary"], Is.EqualTo("always"));
        Assert.That(shop.Fake.Calls.Select(c => c.Requests[0]), Is.All.EqualTo(new GetUserRequest { Name = shop.Customer }));
    }

    private static async Task<ErrorReason> ReasonOf(Shop shop, Action<Order> change)
    {
        var order = shop.Order();
        change(order);
        return (await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Orders.CreateAsync(order)))!.Reason;
    }
}
