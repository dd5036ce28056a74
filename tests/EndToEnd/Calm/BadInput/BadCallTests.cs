using Google.Protobuf;
using Grpc.Core;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Contracts.Users.V1;
using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.Calm.BadInput;

/// <summary>Bad calls of the other methods, and messages that are none.</summary>
internal sealed class BadCallTests
{
    private TestSuite _suite = null!;
    private Written _before = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _suite = await Suites.CalmAsync();

    [SetUp]
    public async Task CountAsync() => _before = await Written.ReadAsync(_suite);

    [Test]
    public async Task An_unknown_order_is_not_found()
    {
        var name = $"orders/{Guid.CreateVersion7()}";
        var cancel = new CancelOrderRequest { Name = name, RequestId = Guid.NewGuid().ToString() };
        Refusal[] refusals =
        [
            await Refusal.OfAsync(_suite.Orders().GetOrderAsync(new GetOrderRequest { Name = name })),
            await Refusal.OfAsync(_suite.Orders().CancelOrderAsync(cancel)),
            await WatchRefusedAsync(new WatchOrderRequest { Name = name }),
        ];

        foreach (var refusal in refusals)
        {
            refusal.MustBe(StatusCode.NotFound, "RESOURCE_NOT_FOUND");
            Assert.That(refusal.Info!.Metadata["resource"], Is.EqualTo(name));
        }

        await NothingChangedAsync();
    }

    [Test]
    public async Task An_unknown_user_product_or_payment_is_not_found()
    {
        var id = Guid.CreateVersion7();
        (await Refusal.OfAsync(_suite.Users.GetUserAsync(new GetUserRequest { Name = $"users/{id}" })))
            .MustBe(StatusCode.NotFound, "RESOURCE_NOT_FOUND");
        (await Refusal.OfAsync(_suite.Users.BatchGetUsersAsync(new BatchGetUsersRequest { Names = { $"users/{id}" } })))
            .MustBe(StatusCode.NotFound, "RESOURCE_NOT_FOUND");
        (await Refusal.OfAsync(_suite.Products.GetProductAsync(new GetProductRequest { Name = "products/unknown" })))
            .MustBe(StatusCode.NotFound, "RESOURCE_NOT_FOUND");
        (await Refusal.OfAsync(_suite.Payments().GetPaymentAsync(new GetPaymentRequest { Name = $"payments/{id}" })))
            .MustBe(StatusCode.NotFound, "RESOURCE_NOT_FOUND");
    }

    [TestCase("")]
    [TestCase("42")]
    [TestCase("orders/42")]
    [TestCase("users/0197c1f0-5b3e-7c3a-9d1e-2f4a6b8c0d1e")]
    public async Task A_malformed_name_is_refused(string name)
    {
        (await Refusal.OfAsync(_suite.Orders().GetOrderAsync(new GetOrderRequest { Name = name })))
            .MustBe(StatusCode.InvalidArgument, "INVALID_REQUEST", "name");
        (await WatchRefusedAsync(new WatchOrderRequest { Name = name })).MustBe(StatusCode.InvalidArgument, "INVALID_REQUEST", "name");
        var cancel = new CancelOrderRequest { Name = name, RequestId = Guid.NewGuid().ToString() };
        (await Refusal.OfAsync(_suite.Orders().CancelOrderAsync(cancel))).MustBe(StatusCode.InvalidArgument, "INVALID_REQUEST", "name");
        (await Refusal.OfAsync(_suite.Payments().GetPaymentAsync(new GetPaymentRequest { Name = name })))
            .MustBe(StatusCode.InvalidArgument, "INVALID_REQUEST", "name");
    }

    [Test]
    public async Task Cancelling_a_rejected_order_is_refused()
    {
        var order = await _suite.DecidedAsync((await _suite.PlaceAsync("tok_declined")).Name);
        _before = await Written.ReadAsync(_suite);

        var refusal = await Refusal.OfAsync(_suite.Orders().CancelOrderAsync(
            new CancelOrderRequest { Name = order.Name, RequestId = Guid.NewGuid().ToString() }));

        refusal.MustBe(StatusCode.FailedPrecondition, "ORDER_STATE_CONFLICT");
        Assert.That(refusal.Precondition!.Violations.Single().Subject, Is.EqualTo(order.Name));
        Assert.That(await _suite.Orders().GetOrderAsync(new GetOrderRequest { Name = order.Name }), Is.EqualTo(order));
        await NothingChangedAsync();
    }

    [Test]
    public async Task An_old_etag_is_refused_and_the_order_stays()
    {
        var placed = await _suite.PlaceAsync();
        var order = await _suite.DecidedAsync(placed.Name);
        _before = await Written.ReadAsync(_suite);

        (await Refusal.OfAsync(_suite.Orders().CancelOrderAsync(
            new CancelOrderRequest { Name = order.Name, Etag = placed.Etag, RequestId = Guid.NewGuid().ToString() })))
            .MustBe(StatusCode.Aborted, "ETAG_MISMATCH");

        Assert.That(await _suite.Orders().GetOrderAsync(new GetOrderRequest { Name = order.Name }), Is.EqualTo(order));
        await NothingChangedAsync();
    }

    [TestCase("state == CONFIRMED", "6")]
    [TestCase("colour = \"red\"", "0")]
    [TestCase("state = CONFIRMED AND customer > \"users/1\"", "22")]
    [TestCase("state = PAINTED", "0")]
    [TestCase("customer = \"users/", "11")]
    public async Task A_bad_filter_is_refused_with_its_position(string filter, string position)
    {
        var refusal = await Refusal.OfAsync(_suite.Orders().ListOrdersAsync(new ListOrdersRequest { Filter = filter }));

        refusal.MustBe(StatusCode.InvalidArgument, "FILTER_INVALID", "filter");
        Assert.That(refusal.Info!.Metadata["position"], Is.EqualTo(position));
    }

    [TestCase("*tea", "0", "wildcard")]
    [TestCase("tea colour:red", "4", "state, customer")]
    [TestCase("state:OPEN", "6", "PENDING")]
    [TestCase("total>much", "6", "amount")]
    [TestCase("\"green tea", "0", "closed")]
    [TestCase("te\u0007a", "2", "control")]
    public async Task A_bad_query_is_refused_with_its_position_and_what_was_expected(string query, string position, string expected)
    {
        var refusal = await Refusal.OfAsync(_suite.Orders().SearchOrdersAsync(new SearchOrdersRequest { Query = query }));

        refusal.MustBe(StatusCode.InvalidArgument, "QUERY_INVALID", "query");
        Assert.That(refusal.Info!.Metadata["position"], Is.EqualTo(position));
        Assert.That(refusal.Info!.Metadata["expected"], Does.Contain(expected));
    }

    [Test]
    public async Task A_query_that_is_too_long_an_order_that_there_is_not_and_a_token_of_another_search_are_refused()
    {
        (await Refusal.OfAsync(_suite.Orders().SearchOrdersAsync(new SearchOrdersRequest { Query = new string('a', 64 * 1024) })))
            .MustBe(StatusCode.InvalidArgument, "INVALID_REQUEST", "query");
        (await Refusal.OfAsync(_suite.Orders().SearchOrdersAsync(new SearchOrdersRequest { OrderBy = "colour" })))
            .MustBe(StatusCode.InvalidArgument, "INVALID_REQUEST", "order_by");
        (await Refusal.OfAsync(_suite.Orders().SearchOrdersAsync(new SearchOrdersRequest { PageSize = -1 })))
            .MustBe(StatusCode.InvalidArgument, "INVALID_REQUEST", "page_size");
        (await Refusal.OfAsync(_suite.Orders().SearchOrdersAsync(new SearchOrdersRequest { PageToken = "AAAA" })))
            .MustBe(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", "page_token");
    }

    [TestCase("/.*/ a{1,3} ctx._source.remove('x')")]
    [TestCase("<script>alert(1)</script> '; DROP TABLE orders; --x")]
    [TestCase("x OR 1=1a")]
    public async Task What_looks_like_a_script_or_a_regular_expression_is_searched_as_text_or_refused_and_never_run(string query)
    {
        try
        {
            Assert.That((await _suite.Orders().SearchOrdersAsync(new SearchOrdersRequest { Query = query })).Hits, Is.Empty);
        }
        catch (RpcException e)
        {
            Assert.That(e.StatusCode, Is.EqualTo(StatusCode.InvalidArgument));
        }
    }

    [Test]
    public async Task A_page_token_of_another_query_or_a_damaged_one_is_refused()
    {
        await _suite.PlaceAsync();
        await _suite.PlaceAsync();
        var all = await _suite.Orders(0).ListOrdersAsync(new ListOrdersRequest { PageSize = 1 });
        Assert.That(all.NextPageToken, Is.Not.Empty);
        Assert.That(
            (await _suite.Orders(1).ListOrdersAsync(new ListOrdersRequest { PageSize = 1, PageToken = all.NextPageToken })).Orders,
            Has.Count.EqualTo(1),
            "Another replica goes on with it.");

        foreach (var (filter, token) in new[]
        {
            ("state = PENDING", all.NextPageToken),
            ("", all.NextPageToken[..^1]),
            ("", "AAAA" + all.NextPageToken[4..]),
            ("", "?"),
            ("", "AAAA"),
        })
        {
            (await Refusal.OfAsync(_suite.Orders().ListOrdersAsync(new ListOrdersRequest { Filter = filter, PageToken = token })))
                .MustBe(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", "page_token");
        }

        (await Refusal.OfAsync(_suite.Payments().ListPaymentsAsync(new ListPaymentsRequest { PageToken = all.NextPageToken })))
            .MustBe(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", "page_token");
        (await Refusal.OfAsync(_suite.Products.ListProductsAsync(new ListProductsRequest { PageToken = all.NextPageToken })))
            .MustBe(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", "page_token");
    }

    [Test]
    public async Task A_page_is_clamped_when_it_is_large_and_refused_when_it_is_negative()
    {
        Assert.That((await _suite.Orders().ListOrdersAsync(new ListOrdersRequest { PageSize = int.MaxValue })).Orders, Is.Not.Null);
        (await Refusal.OfAsync(_suite.Orders().ListOrdersAsync(new ListOrdersRequest { PageSize = -1 })))
            .MustBe(StatusCode.InvalidArgument, "INVALID_REQUEST", "page_size");
    }

    [Test]
    public async Task A_message_over_the_size_limit_is_refused()
    {
        var request = await _suite.RequestAsync(await _suite.NewCustomerAsync());
        request.Order.PaymentMethod = new string('x', 5 * 1024 * 1024);
        _before = await Written.ReadAsync(_suite);

        (await Refusal.OfAsync(_suite.Orders().CreateOrderAsync(request))).MustBe(StatusCode.ResourceExhausted, "MESSAGE_TOO_LARGE");

        await NothingChangedAsync();
    }

    [Test]
    public async Task Text_that_is_not_UTF8_is_refused()
    {
        var request = await _suite.RequestAsync(await _suite.NewCustomerAsync());
        _before = await Written.ReadAsync(_suite);

        byte[] torn = [0xC3, 0x28, 0xA0, 0xA1, 0xFF, 0xFE, 0xFD, 0x80];
        byte[] surrogates = [0xED, 0xA0, 0x80, 0xED, 0xA0, 0x80];
        byte[] overlong = [0xC0, 0x80, 0xC0, 0x80, 0xC0, 0x80];
        var get = new GetOrderRequest { Name = "orders/1" };
        var watch = new WatchOrderRequest { Name = "orders/1" };
        await MalformedAsync("suite.order.v1.OrderService/CreateOrder", Wire.With(request, "tok_visa", torn));
        await MalformedAsync("suite.order.v1.OrderService/GetOrder", Wire.With(get, "orders", surrogates));
        await MalformedAsync("suite.order.v1.OrderService/WatchOrder", Wire.With(watch, "orders", overlong));

        await NothingChangedAsync();
    }

    [Test]
    public async Task Bytes_that_are_no_message_are_refused()
    {
        await MalformedAsync("suite.order.v1.OrderService/CreateOrder", [0x0A, 0xFF, 0xFF, 0xFF]);
        await MalformedAsync("suite.order.v1.ProductService/CreateProduct", [0x07]);

        await NothingChangedAsync();
    }

    [Test]
    public async Task A_method_that_does_not_exist_is_unimplemented()
    {
        var (code, _, _, _) = await Wire.CallAsync(
            _suite.Local.Order.GrpcAddress, "suite.order.v1.OrderService/BurnOrder", ReadOnlyMemory<byte>.Empty, _suite.AdminKey);

        Assert.That(code, Is.EqualTo(StatusCode.Unimplemented));
    }

    [Test]
    public async Task Bad_users_and_products_are_refused()
    {
        var id = Guid.NewGuid().ToString();
        (await Refusal.OfAsync(_suite.Users.CreateUserAsync(new CreateUserRequest { RequestId = id })))
            .MustBe(StatusCode.InvalidArgument, "INVALID_REQUEST", "user");
        var nowhere = new CreateUserRequest { RequestId = id, User = new User { Email = "nowhere" } };
        (await Refusal.OfAsync(_suite.Users.CreateUserAsync(nowhere))).MustBe(StatusCode.InvalidArgument, "INVALID_REQUEST", "user.email");
        (await Refusal.OfAsync(_suite.Products.CreateProductAsync(ProductRequest("tea pot", 1, "EUR"))))
            .MustBe(StatusCode.InvalidArgument, "INVALID_REQUEST", "product_id");
        (await Refusal.OfAsync(_suite.Products.CreateProductAsync(ProductRequest("x", -1, "EUR"))))
            .MustBe(StatusCode.InvalidArgument, "INVALID_REQUEST", "product.price.units");
        (await Refusal.OfAsync(_suite.Products.CreateProductAsync(ProductRequest("x", 1, "XYZ"))))
            .MustBe(StatusCode.InvalidArgument, "INVALID_REQUEST", "product.price.currency_code");
        (await Refusal.OfAsync(_suite.Products.CreateProductAsync(ProductRequest("x", 1, "JPY", nanos: 500_000_000))))
            .MustBe(StatusCode.InvalidArgument, "AMOUNT_OUT_OF_RANGE", "product.price.nanos");
        (await Refusal.OfAsync(_suite.Products.CreateProductAsync(ProductRequest("x", long.MaxValue, "EUR"))))
            .MustBe(StatusCode.InvalidArgument, "AMOUNT_OUT_OF_RANGE", "product.price.units");

        await NothingChangedAsync();
    }

    [Test]
    public async Task An_address_or_a_sku_that_is_taken_is_refused()
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        var first = new CreateUserRequest { RequestId = Guid.NewGuid().ToString(), User = new User { Email = email } };
        await _suite.Users.CreateUserAsync(first);
        await _suite.ProductAsync("tea", 3);
        _before = await Written.ReadAsync(_suite);

        var again = new CreateUserRequest { RequestId = Guid.NewGuid().ToString(), User = new User { Email = email.ToUpperInvariant() } };
        var refusal = await Refusal.OfAsync(_suite.Users.CreateUserAsync(again));
        refusal.MustBe(StatusCode.AlreadyExists, "RESOURCE_ALREADY_EXISTS");
        Assert.That(refusal.ToString(), Does.Not.Contain(email).IgnoreCase, "It is personal.");
        (await Refusal.OfAsync(_suite.Products.CreateProductAsync(ProductRequest("tea", 1, "EUR"))))
            .MustBe(StatusCode.AlreadyExists, "RESOURCE_ALREADY_EXISTS");

        await NothingChangedAsync();
    }

    private static CreateProductRequest ProductRequest(string sku, long units, string currency, int nanos = 0) => new()
    {
        RequestId = Guid.NewGuid().ToString(),
        ProductId = sku,
        Product = new Product
        {
            DisplayName = "X",
            Price = new Google.Type.Money { CurrencyCode = currency, Units = units, Nanos = nanos },
        },
    };

    private async Task MalformedAsync(string method, byte[] bytes)
    {
        var (code, message, details, _) = await Wire.CallAsync(_suite.Local.Order.GrpcAddress, method, bytes, _suite.AdminKey);
        Refusal.Of(code, message, details).MustBe(StatusCode.InvalidArgument, "INVALID_REQUEST");
        Assert.That(message, Does.Not.Contain("Exception"));
    }

    private async Task<Refusal> WatchRefusedAsync(WatchOrderRequest request)
    {
        using var call = _suite.Orders().WatchOrder(request, deadline: DateTime.UtcNow.AddSeconds(30));
        var refused = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None));
        return Refusal.Of(refused!);
    }

    private async Task NothingChangedAsync() => Assert.That(await Written.ReadAsync(_suite), Is.EqualTo(_before), "Something was written.");
}
