using Grpc.Core;
using Suite.Client;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Users.V1;
using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.Calm;

/// <summary>People and backends with credentials of their own, at real services that check them.</summary>
internal sealed class SignInTests
{
    private const string Password = "correct horse battery";

    private TestSuite _suite = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _suite = await Suites.CalmAsync();

    [Test]
    public async Task Somebody_signs_up_signs_in_orders_and_signs_out_and_the_token_is_refused_everywhere_within_seconds()
    {
        await using var administrator = _suite.Client();
        await _suite.ProductAsync("tea", 3);
        var ada = await SignUpAsync(administrator);
        await using var open = Client(null);
        var session = await open.Sessions.SignInAsync(ada.Email.ToUpperInvariant(), Password);
        await using var asAda = Client(session);

        var placed = await asAda.Orders.CreateAsync(Order(ada.Name));
        var decided = await asAda.Orders.WaitAsync(placed.Name);
        Assert.That((session.User, decided.State), Is.EqualTo((ada.Name, Suite.Contracts.Orders.V1.Order.Types.State.Confirmed)));
        Assert.That((await asAda.Payments.GetAsync(decided.Payment)).Order, Is.EqualTo(placed.Name));

        var token = (await session.GetTokenAsync(false, default))!;
        await session.SignOutAsync();

        (string Address, Func<CallInvoker, Task> Call)[] everywhere =
        [
            (_suite.Local.User.GrpcAddress, c => new UserService.UserServiceClient(c).GetUserAsync(new GetUserRequest { Name = ada.Name }).ResponseAsync),
            .. new[] { 0, 1 }.Select(replica => (
                _suite.Local.Service("order", replica).GrpcAddress,
                (Func<CallInvoker, Task>)(c => new OrderService.OrderServiceClient(c).GetOrderAsync(new GetOrderRequest { Name = placed.Name }).ResponseAsync))),
        ];
        foreach (var (address, call) in everywhere)
        {
            await Eventually.That(() => ReasonAsync(call(_suite.Calls(address, token))), Is.EqualTo("CREDENTIALS_INVALID"), address, seconds: 5);
        }

        var renewed = await Assert.ThrowsAsync<SuiteException>(() => asAda.Users.GetAsync(ada.Name));
        Assert.That(renewed!.Reason, Is.EqualTo(ErrorReason.RefreshTokenInvalid));
    }

    [Test]
    public async Task Nobody_sees_or_places_what_is_anothers_and_is_told_what_they_would_be_of_what_does_not_exist()
    {
        await using var administrator = _suite.Client();
        var (ada, ben) = (await SignUpAsync(administrator), await SignUpAsync(administrator));
        var foreign = await administrator.Orders.CreateAsync(Order((await _suite.PlaceAsync()).Customer));
        await using var asBen = Client(SuiteCredentials.SignIn(ben.Email, Password));

        Assert.That((await asBen.Users.GetAsync(ben.Name)).Email, Is.EqualTo(ben.Email));
        await SameAsUnknownAsync(name => asBen.Users.GetAsync(name), ada.Name);
        await SameAsUnknownAsync(name => asBen.Orders.GetAsync(name), foreign.Name);
        await SameAsUnknownAsync(name => asBen.Orders.CancelAsync(name), foreign.Name);
        await SameAsUnknownAsync(name => asBen.Orders.CreateAsync(Order(name)), ada.Name);
        var scope = await Assert.ThrowsAsync<SuiteException>(() => asBen.Users.SuspendAsync(ben.Name));
        Assert.That((scope!.Reason, scope.Metadata["scope"]), Is.EqualTo((ErrorReason.ScopeMissing, "directory.write")));
    }

    [Test]
    public async Task A_key_of_a_backend_does_what_its_scopes_say_until_it_is_revoked()
    {
        await using var administrator = _suite.Client();
        var order = await _suite.PlaceAsync();
        var made = await administrator.ApiKeys.CreateAsync("reports", ["orders.read"]);
        await using var reports = Client(SuiteCredentials.FromToken(made.Secret));

        Assert.That((await reports.Orders.GetAsync(order.Name)).Customer, Is.EqualTo(order.Customer));
        var more = await Assert.ThrowsAsync<SuiteException>(() => reports.Orders.CancelAsync(order.Name));
        await administrator.ApiKeys.RevokeAsync(made.ApiKey.Name);

        Assert.That((more!.Reason, more.Metadata["scope"]), Is.EqualTo((ErrorReason.ScopeMissing, "orders.write")));
        var read = new GetOrderRequest { Name = order.Name };
        await Eventually.That(
            () => ReasonAsync(new OrderService.OrderServiceClient(_suite.Calls(_suite.Local.Order.GrpcAddress, made.Secret)).GetOrderAsync(read).ResponseAsync),
            Is.EqualTo("CREDENTIALS_INVALID"),
            seconds: 5);
    }

    /// <summary>Another's name must get the very answer of one that was never given out.</summary>
    private static async Task SameAsUnknownAsync(Func<string, Task> call, string name)
    {
        var unknown = $"{name.Split('/')[0]}/{Guid.CreateVersion7()}";
        var anothers = await Assert.ThrowsAsync<SuiteException>(() => call(name));
        var nobodys = await Assert.ThrowsAsync<SuiteException>(() => call(unknown));

        Assert.That(
            (anothers!.Code, anothers.Reason, anothers.Detail.Replace(name, unknown, StringComparison.Ordinal)),
            Is.EqualTo((nobodys!.Code, nobodys.Reason, nobodys.Detail)));
    }

    private static async Task<string> ReasonAsync(Task call)
    {
        try
        {
            await call;
            return "none";
        }
        catch (RpcException e)
        {
            return Refusal.Of(e).Reason ?? e.StatusCode.ToString();
        }
    }

    private static Task<User> SignUpAsync(SuiteClient administrator) => administrator.Users.CreateAsync(new CreateUserRequest
    {
        User = new User { Email = $"{Guid.NewGuid():N}@example.com", DisplayName = "Somebody" },
        Password = Password,
    });

    private static Order Order(string customer) => new()
    {
        Customer = customer,
        PaymentMethod = "tok_visa",
        Lines = { new OrderLine { Product = "products/tea", Quantity = 1 } },
    };

    private SuiteClient Client(ISuiteCredentials? credentials) => new(new SuiteClientOptions
    {
        UserAddress = new Uri(_suite.Local.User.GrpcAddress),
        OrderAddress = new Uri(_suite.Local.Order.GrpcAddress),
        PaymentAddress = new Uri(_suite.Local.Payment.GrpcAddress),
        Credentials = credentials,
    });
}
