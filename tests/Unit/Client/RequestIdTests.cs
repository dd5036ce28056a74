using Grpc.Core;
using NUnit.Framework;
using Suite.Client;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;

namespace Suite.Tests.Unit.Client;

internal sealed class RequestIdTests
{
    private const string Id = "0197c1f0-5b3e-7c3a-9d1e-2f4a6b8c0d1e";

    [Test]
    public async Task The_id_of_a_request_is_never_overwritten()
    {
        using var shop = new Shop();
        shop.Fake.FailNext("CreateOrder", StatusCode.Unavailable, times: 2);
        var request = new CreateOrderRequest { Order = shop.Order(), RequestId = Id };

        await shop.Client.Orders.CreateAsync(request);

        Assert.That(Sent(shop), Is.EqualTo(new[] { Id, Id, Id }));
    }

    [Test]
    public async Task A_missing_id_is_made_for_each_call_and_the_callers_message_stays_as_it_is()
    {
        using var shop = new Shop();
        var request = new CreateOrderRequest { Order = shop.Order() };

        var first = await shop.Client.Orders.CreateAsync(request);
        var second = await shop.Client.Orders.CreateAsync(request);

        Assert.That(request.RequestId, Is.Empty);
        Assert.That(second.Name, Is.Not.EqualTo(first.Name));
        Assert.That(Sent(shop), Is.Unique);
    }

    [Test]
    public async Task The_options_can_name_it()
    {
        using var shop = new Shop();
        var options = new SuiteCallOptions { RequestId = Id };

        var first = await shop.Client.Orders.CreateAsync(shop.Order(), options);
        var again = await shop.Client.Orders.CreateAsync(shop.Order(), options);

        Assert.That(again, Is.EqualTo(first));
        Assert.That(shop.Fake.Orders, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Two_different_ids_are_a_mistake()
    {
        using var shop = new Shop();
        var request = new CreateOrderRequest { Order = shop.Order(), RequestId = Id };

        await Assert.ThrowsAsync<ArgumentException>(
            () => shop.Client.Orders.CreateAsync(request, new SuiteCallOptions { RequestId = Guid.NewGuid().ToString() }));
    }

    [Test]
    public async Task Every_exception_of_a_write_names_it()
    {
        using var shop = new Shop();
        var made = await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Orders.CreateAsync(shop.Order(quantity: 0)));
        Assert.That(made!.RequestId, Is.EqualTo(Sent(shop)[0]));
        Assert.That(made.Message, Does.Contain(made.RequestId));

        await shop.Client.Orders.CreateAsync(shop.Order(), new SuiteCallOptions { RequestId = Id });
        var reused = await Assert.ThrowsAsync<SuiteException>(
            () => shop.Client.Orders.CreateAsync(shop.Order(quantity: 2), new SuiteCallOptions { RequestId = Id }));
        Assert.That((reused!.Reason, reused.RequestId), Is.EqualTo((ErrorReason.RequestIdReused, Id)));
    }

    [Test]
    public async Task Reads_have_none()
    {
        using var shop = new Shop();

        var error = await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Orders.GetAsync("orders/none"));

        Assert.That(error!.RequestId, Is.Null);
    }

    private static List<string> Sent(Shop shop) =>
        [.. shop.CallsOf("CreateOrder").Select(c => ((CreateOrderRequest)c.Requests[0]).RequestId)];
}
