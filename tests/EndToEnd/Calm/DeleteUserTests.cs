using Grpc.Core;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Users.V1;
using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.Calm;

/// <summary>A user goes, and with them what is personal, in every service; the accounts stay.</summary>
internal sealed class DeleteUserTests
{
    private TestSuite _suite = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _suite = await Suites.CalmAsync();

    [Test]
    public async Task A_user_is_deleted_once_their_orders_are_over_and_Order_and_Payment_forget_them()
    {
        var user = await _suite.NewCustomerAsync();
        var order = await _suite.Orders().CreateOrderAsync(await _suite.RequestAsync(user));
        await _suite.DecidedAsync(order.Name);

        var refusal = await Refusal.OfAsync(_suite.Users.DeleteUserAsync(Delete(user)));
        refusal.MustBe(StatusCode.FailedPrecondition, "USER_HAS_OPEN_ORDERS");
        Assert.That(refusal.Precondition!.Violations.Single().Subject, Is.EqualTo(order.Name));

        await _suite.Orders().CancelOrderAsync(new CancelOrderRequest
        {
            Name = order.Name,
            Reason = "I am moving to Ada Lane 7",
            RequestId = Guid.NewGuid().ToString(),
        });
        await Eventually.That(async () => (await _suite.PaymentOfAsync(order.Name))?.State, Is.EqualTo(Contracts.Payments.V1.Payment.Types.State.Voided));
        var deleted = await _suite.Users.DeleteUserAsync(Delete(user));

        Assert.That((deleted.State, deleted.Email, deleted.DisplayName), Is.EqualTo((User.Types.State.Deleted, string.Empty, string.Empty)));
        await Eventually.That(
            async () => (await _suite.Orders(1).GetOrderAsync(new GetOrderRequest { Name = order.Name })).StateReason, Is.Empty);
        Assert.That(await _suite.PaymentOfAsync(order.Name), Is.Not.Null);
        Assert.That(
            await _suite.ScalarAsync<long>("payment", "SELECT count(*) FROM payments WHERE customer_id = $1", Guid.Parse(user["users/".Length..])),
            Is.EqualTo(1));
        foreach (var replica in (int[])[0, 1])
        {
            await Eventually.That(() => OrderOnceMoreAsync(user, replica), Is.EqualTo("CUSTOMER_NOT_FOUND"));
        }
    }

    /// <summary>The reason why not; empty when a replica still remembered the user.</summary>
    private async Task<string?> OrderOnceMoreAsync(string user, int replica)
    {
        try
        {
            await _suite.Orders(replica).CreateOrderAsync(await _suite.RequestAsync(user));
            return string.Empty;
        }
        catch (RpcException e)
        {
            return Refusal.Of(e).Reason;
        }
    }

    private static DeleteUserRequest Delete(string user) => new() { Name = user, RequestId = Guid.NewGuid().ToString() };
}
