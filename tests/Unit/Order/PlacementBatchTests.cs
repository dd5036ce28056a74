using NUnit.Framework;
using Suite.Orders.Domain;
using Suite.Orders.Storage;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Messaging;
using Suite.Platform.Monetary;
using Outcome = Suite.Orders.Storage.OrderPlacement.Outcome;

namespace Suite.Tests.Unit.Orders;

internal sealed class PlacementBatchTests
{
    [TestCase(Outcome.Placed, Outcome.Repeated)]
    [TestCase(Outcome.Repeated, Outcome.Repeated)]
    [TestCase(Outcome.PricesChanged, Outcome.PricesChanged)]
    public void Who_asked_the_same_meanwhile_finds_the_first_answer(Outcome first, Outcome follower)
    {
        var placement = Place();
        placement.Followers.Add(Place());
        placement.Followers.Add(Place());

        placement.Finish(first);

        Assert.That(placement.Outcome.Result, Is.EqualTo(first));
        Assert.That(placement.Followers.Select(f => f.Outcome.Result), Is.All.EqualTo(follower));
    }

    [Test]
    public async Task Who_asked_the_same_as_one_that_fails_is_to_ask_again()
    {
        var placement = Place();
        placement.Followers.Add(Place());

        placement.Fail(new InvalidOperationException("a bug"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => placement.Outcome);
        await Assert.ThrowsAsync<DomainException>(() => placement.Followers[0].Outcome);
    }

    [Test]
    public void Lines_of_many_orders_travel_as_columns_with_the_place_of_their_order()
    {
        var parameters = PlacementParameters.Of([Place(("tea", 1), ("pot", 2)), Place(("tea", 3))]);

        Assert.That(parameters[15].Value, Is.EqualTo(new[] { 1, 1, 2 }));
        Assert.That(parameters[17].Value, Is.EqualTo(new short[] { 1, 2, 1 }));
        Assert.That(parameters[18].Value, Is.EqualTo(new[] { "tea", "pot", "tea" }));
        Assert.That(parameters[20].Value, Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(parameters[22].Value, Is.EqualTo(new[] { 250L, 500L, 750L }));
        Assert.That(parameters[27].Value, Is.EqualTo(new[] { 250L, 500L, 750L }));
    }

    [Test]
    public void Every_parameter_stands_in_the_statement_once()
    {
        var parameters = PlacementParameters.Of([Place()]);
        for (var i = 1; i <= parameters.Length + 1; i++)
        {
            var count = OrderPlacement.Statement.Split($"${i}::").Length - 1;
            Assert.That(count, Is.EqualTo(i <= parameters.Length ? 1 : 0), $"${i}");
        }
    }

    private static Placement Place(params (string Sku, int Quantity)[] lines)
    {
        var priced = lines.Select(l => new OrderLine(l.Sku, l.Quantity, new MoneyAmount(250, "EUR"))).DefaultIfEmpty(new("tea", 1, new(250, "EUR")));
        var order = Suite.Orders.Domain.Order.Place(Guid.NewGuid(), [.. priced], [], DateTimeOffset.UnixEpoch);
        var row = new OutboxRow(Guid.NewGuid(), 0, "suite.order.v1", order.Id.ToString(), "suite.order.v1.OrderPlaced", [], null, null, null);
        return new Placement(order, [.. order.Lines.Select(_ => 1L)], "users/1", new RequestKey(Guid.NewGuid(), new byte[32]), [], row, CancellationToken.None);
    }
}
