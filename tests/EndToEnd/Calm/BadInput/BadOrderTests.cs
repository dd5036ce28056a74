using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Suite.Contracts.Orders.V1;
using Suite.Tests.EndToEnd.Running;
using Money = Google.Type.Money;

namespace Suite.Tests.EndToEnd.Calm.BadInput;

/// <summary>Every bad CreateOrder is refused with its code, its reason and the fields at fault, and changes nothing.</summary>
internal sealed class BadOrderTests
{
    private const string Invalid = "INVALID_REQUEST";

    private TestSuite _suite = null!;
    private string _customer = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _suite = await Suites.CalmAsync();
        _customer = await _suite.NewCustomerAsync();
        await _suite.ProductAsync("tea", 3);
        await _suite.ProductAsync("pot-jp", 1200, "JPY");
        await _suite.ProductAsync("moon", 90_000_000_000_000_000);
    }

    private static IEnumerable<TestCaseData> Malformed()
    {
        yield return Case("nothing at all", r => (r.Order, r.RequestId) = (null, string.Empty), "order", "request_id");
        yield return Case("no customer", r => r.Order.Customer = string.Empty, "order.customer");
        yield return Case("a customer that is no name", r => r.Order.Customer = "ada", "order.customer");
        yield return Case("a customer of another collection", r => r.Order.Customer = $"orders/{Guid.NewGuid()}", "order.customer");
        yield return Case("a customer that is no UUID", r => r.Order.Customer = "users/1", "order.customer");
        yield return Case("a customer with a path behind it", r => r.Order.Customer += "/../x", "order.customer");
        yield return Case("no lines", r => r.Order.Lines.Clear(), "order.lines");
        yield return Case("501 lines", r => Repeat(r.Order, 501), "order.lines");
        yield return Case("no product", r => r.Order.Lines[0].Product = string.Empty, "order.lines[0].product");
        yield return Case("a product that is no name", r => r.Order.Lines[0].Product = "tea", "order.lines[0].product");
        yield return Case("a sku with a slash", r => r.Order.Lines[0].Product = "products/te/a", "order.lines[0].product");
        yield return Case("a sku with SQL in it", r => r.Order.Lines[0].Product = "products/'; DROP TABLE x; --", "order.lines[0].product");
        yield return Case("quantity 0", r => r.Order.Lines[0].Quantity = 0, "order.lines[0].quantity");
        yield return Case("a negative quantity", r => r.Order.Lines[0].Quantity = -1, "order.lines[0].quantity");
        yield return Case("an absurd quantity", r => r.Order.Lines[0].Quantity = int.MaxValue, "order.lines[0].quantity");
        yield return Case("a quantity one too large", r => r.Order.Lines[0].Quantity = 1_000_001, "order.lines[0].quantity");
        yield return Case("no payment method", r => r.Order.PaymentMethod = string.Empty, "order.payment_method");
        yield return Case("a payment method of 201 characters", r => r.Order.PaymentMethod = new string('x', 201), "order.payment_method");
        yield return Case("a payment method with NUL", r => r.Order.PaymentMethod = "tok\0visa", "order.payment_method");
        yield return Case("no request_id", r => r.RequestId = string.Empty, "request_id");
        yield return Case("a request_id that is no UUID", r => r.RequestId = "42", "request_id");
        yield return Case("a request_id in braces", r => r.RequestId = $"{{{Guid.NewGuid()}}}", "request_id");
        yield return Case(
            "several faults at once",
            r => (r.Order.Customer, r.Order.Lines[0].Quantity, r.RequestId) = ("x", -5, "x"),
            "order.customer",
            "order.lines[0].quantity",
            "request_id");
    }

    [TestCaseSource(nameof(Malformed))]
    public async Task What_breaks_the_contract_is_refused_and_changes_nothing(Action<CreateOrderRequest> spoil, string[] fields)
    {
        var refusal = await RefusedAsync(spoil);

        refusal.MustBe(StatusCode.InvalidArgument, Invalid, fields);
        Assert.That(refusal.Fields.Select(f => f.Description), Is.All.Not.Empty);
    }

    [Test]
    public async Task Five_hundred_lines_are_still_taken()
    {
        var request = await _suite.RequestAsync(_customer);
        Repeat(request.Order, 500);

        var placed = await _suite.Orders().CreateOrderAsync(request);

        Assert.That(placed.Lines, Has.Count.EqualTo(500));
        await _suite.DecidedAsync(placed.Name);
    }

    [Test]
    public async Task Two_currencies_in_one_order_are_refused() => (await RefusedAsync(
            r => r.Order.Lines.Add(new OrderLine { Product = "products/pot-jp", Quantity = 1 })))
        .MustBe(StatusCode.InvalidArgument, "CURRENCY_MISMATCH", "order.lines[1].product");

    [Test]
    public async Task A_total_past_64_bits_of_minor_units_is_refused() => (await RefusedAsync(
            r => (r.Order.Lines[0].Product, r.Order.Lines[0].Quantity) = ("products/moon", 2)))
        .MustBe(StatusCode.InvalidArgument, "AMOUNT_OUT_OF_RANGE", "order.lines[0].quantity");

    [Test]
    public async Task A_total_past_64_bits_by_many_lines_is_refused() => (await RefusedAsync(
            r =>
            {
                r.Order.Lines[0].Product = "products/moon";
                r.Order.Lines.Add(new OrderLine { Product = "products/moon", Quantity = 1 });
            }))
        .MustBe(StatusCode.InvalidArgument, "AMOUNT_OUT_OF_RANGE", "order.lines[1].quantity");

    [Test]
    public async Task An_unknown_product_is_refused()
    {
        var refusal = await RefusedAsync(r => r.Order.Lines.Add(new OrderLine { Product = "products/unknown", Quantity = 1 }));

        refusal.MustBe(StatusCode.FailedPrecondition, "PRODUCT_NOT_FOUND");
        Assert.That(refusal.Precondition!.Violations.Single().Subject, Is.EqualTo("products/unknown"));
    }

    [Test]
    public async Task An_unknown_customer_is_refused()
    {
        var unknown = $"users/{Guid.CreateVersion7()}";
        var refusal = await RefusedAsync(r => r.Order.Customer = unknown);

        refusal.MustBe(StatusCode.FailedPrecondition, "CUSTOMER_NOT_FOUND");
        Assert.That(refusal.Precondition!.Violations.Single().Subject, Is.EqualTo(unknown));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_customer_who_is_not_active_is_refused(bool deleted)
    {
        var customer = await _suite.NewCustomerAsync();
        var requestId = Guid.NewGuid().ToString();
        var state = deleted
            ? (await _suite.Users.DeleteUserAsync(new() { Name = customer, RequestId = requestId })).State
            : (await _suite.Users.SuspendUserAsync(new() { Name = customer, RequestId = requestId })).State;

        var refusal = await RefusedAsync(r => r.Order.Customer = customer);

        refusal.MustBe(StatusCode.FailedPrecondition, "CUSTOMER_NOT_FOUND");
        Assert.That(refusal.Precondition!.Violations.Single().Subject, Is.EqualTo(customer), $"{state}");
    }

    [Test]
    public async Task A_request_id_of_another_request_is_refused_and_the_first_order_stays_as_it_is()
    {
        var request = await _suite.RequestAsync(_customer);
        var first = await _suite.Orders().CreateOrderAsync(request);
        await _suite.DecidedAsync(first.Name);

        (await RefusedAsync(r =>
        {
            r.RequestId = request.RequestId;
            r.Order.Lines[0].Quantity = 2;
        })).MustBe(StatusCode.InvalidArgument, "REQUEST_ID_REUSED", "request_id");

        // Spelt otherwise it is the same id, and asked again the same answer.
        (await RefusedAsync(r =>
        {
            r.RequestId = request.RequestId.ToUpperInvariant();
            r.Order.PaymentMethod = "tok_slow";
        })).MustBe(StatusCode.InvalidArgument, "REQUEST_ID_REUSED", "request_id");
        Assert.That(await _suite.Orders(1).CreateOrderAsync(request), Is.EqualTo(first));
    }

    [Test]
    public async Task What_only_the_service_says_changes_nothing_when_a_client_says_it()
    {
        var request = await _suite.RequestAsync(_customer, quantity: 2);
        var time = Timestamp.FromDateTime(DateTime.UnixEpoch);
        var price = new Money { CurrencyCode = "EUR", Nanos = 10_000_000 };
        request.Order.Name = $"orders/{Guid.NewGuid()}";
        request.Order.Total = price;
        request.Order.Payment = $"payments/{Guid.NewGuid()}";
        request.Order.State = Order.Types.State.Confirmed;
        request.Order.StateReason = "because I say so";
        (request.Order.CreateTime, request.Order.UpdateTime) = (time, time);
        (request.Order.Etag, request.Order.Version) = ("7", 7);
        (request.Order.Lines[0].UnitPrice, request.Order.Lines[0].Amount) = (price, price);

        var placed = await _suite.Orders().CreateOrderAsync(request);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(placed.Name, Is.Not.EqualTo(request.Order.Name));
            Assert.That(placed.Total, Is.EqualTo(new Money { CurrencyCode = "EUR", Units = 6 }));
            Assert.That(placed.Lines[0].UnitPrice, Is.EqualTo(new Money { CurrencyCode = "EUR", Units = 3 }));
            Assert.That(placed.Payment, Is.Empty);
            Assert.That((placed.State, placed.StateReason), Is.EqualTo((Order.Types.State.Pending, string.Empty)));
            Assert.That((placed.Etag, placed.Version), Is.EqualTo(("1", 1)));
            Assert.That(placed.CreateTime.ToDateTime(), Is.EqualTo(DateTime.UtcNow).Within(TimeSpan.FromMinutes(5)));
        }

        // It is the same request as the one that did not say it.
        var plain = await _suite.RequestAsync(_customer, quantity: 2);
        plain.RequestId = request.RequestId;
        plain.Order.Name = request.Order.Name;
        Assert.That(await _suite.Orders().CreateOrderAsync(plain), Is.EqualTo(placed));
        await _suite.DecidedAsync(placed.Name);
        await Books.SettleAndCheckAsync(_suite);
    }

    private static TestCaseData Case(string name, Action<CreateOrderRequest> spoil, params string[] fields) =>
        new TestCaseData(spoil, fields).SetName($"Refused: {name}");

    private static void Repeat(Order order, int lines)
    {
        var line = order.Lines[0];
        order.Lines.Clear();
        order.Lines.AddRange(Enumerable.Repeat(line, lines));
    }

    /// <summary>Places a good order that was spoilt, unary and by both replicas, and sees to it that nothing came of it.</summary>
    private async Task<Refusal> RefusedAsync(Action<CreateOrderRequest> spoil)
    {
        var request = await _suite.RequestAsync(_customer);
        spoil(request);
        var before = await Written.ReadAsync(_suite);

        var refusal = await Refusal.OfAsync(_suite.Orders().CreateOrderAsync(request));
        var other = await Refusal.OfAsync(_suite.Orders(1).CreateOrderAsync(request));

        Assert.That((other.Code, other.Reason), Is.EqualTo((refusal.Code, refusal.Reason)));
        Assert.That(await Written.ReadAsync(_suite), Is.EqualTo(before), "Something was written.");
        return refusal;
    }
}
