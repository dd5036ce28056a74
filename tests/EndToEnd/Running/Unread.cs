using Suite.Contracts.Orders.V1;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.EndToEnd.Running;

/// <summary>Orders that stand in the broker while Payment is away.</summary>
internal static class Unread
{
    /// <summary>Orders whose events the broker has and nobody has read.</summary>
    public static async Task<List<string>> PublishAsync(TestSuite suite)
    {
        await suite.Local.Payment.StopAsync();
        var customer = await suite.NewCustomerAsync();
        List<string> names = [];
        for (var i = 0; i < 20; i++)
        {
            names.Add((await suite.Orders().CreateOrderAsync(await suite.RequestAsync(customer))).Name);
        }

        await Eventually.That(
            () => Task.FromResult(Topic.Read(suite, "suite.order.v1").Select(e => "orders/" + e.Key).ToHashSet()), Is.SupersetOf(names));
        return names;
    }

    public static async Task ConfirmedAsync(TestSuite suite, IEnumerable<string> orders)
    {
        foreach (var name in orders)
        {
            Assert.That((await suite.DecidedAsync(name)).State, Is.EqualTo(State.Confirmed));
        }

        await Books.SettleAndCheckAsync(suite);
    }
}
