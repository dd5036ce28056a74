using Grpc.Core;
using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;
using Suite.Platform.Errors;
using Suite.Platform.Monetary;
using Suite.Platform.Security;
using Suite.Tests.Component.Security;
using Kind = Suite.Contracts.Orders.V1.OrderAdjustment.Types.Kind;

namespace Suite.Tests.Component.Orders;

internal sealed class AdjustmentTests
{
    private OrderRoom _room = null!;

    [SetUp]
    public async Task OpenAsync() => _room = await OrderRoom.OpenAsync();

    [TearDown]
    public async Task CloseAsync()
    {
        if (_room is not null)
        {
            await _room.DisposeAsync();
        }
    }

    [Test]
    public async Task Adjustments_are_split_over_the_lines_when_the_order_commits_and_stored_with_them()
    {
        var request = Adjusted(_room.Request(("tea", 3), ("pot", 1)), (Kind.Shipping, 499), (Kind.Discount, -300), (Kind.Tax, 523), (Kind.Credit, -100));

        var placed = await _room.PlaceAsync(request);

        // 622 of 750 and 1999: 169.7 and 452.3.
        Assert.That(placed.Total, Is.EqualTo(new MoneyAmount(2749 + 622, "EUR").ToProto()));
        Assert.That(placed.Lines.Select(line => line.Total), Is.EqualTo(new[] { new MoneyAmount(750 + 170, "EUR").ToProto(), new MoneyAmount(1999 + 452, "EUR").ToProto() }));
        Assert.That(placed.Adjustments, Is.EqualTo(request.Order.Adjustments));
        var order = Guid.Parse(placed.Name["orders/".Length..]);
        Assert.That((await _room.FindAsync(order)).ToProto(), Is.EqualTo(placed));
        Assert.That(await _room.CountAsync("order_lines WHERE total_minor IN (920, 2451)"), Is.EqualTo(2));
        Assert.That(await _room.PlaceAsync(request.Clone()), Is.EqualTo(placed), "the same call gets the same answer");
        Assert.That(await _room.CountAsync("orders"), Is.EqualTo(1));
    }

    [Test]
    public async Task Adjustments_that_break_the_rules_are_refused_and_nothing_is_placed()
    {
        await RefusedAsync(ErrorReason.InvalidRequest, "order.adjustments[0].amount", (Kind.Shipping, -1));
        await RefusedAsync(ErrorReason.InvalidRequest, "order.adjustments[1].amount", (Kind.Tax, 1), (Kind.Credit, 1));
        await RefusedAsync(ErrorReason.InvalidRequest, "order.adjustments[0].kind", (Kind.Unspecified, 1));
        await RefusedAsync(ErrorReason.InvalidRequest, "order.adjustments", (Kind.Discount, -251));
        await RefusedAsync(ErrorReason.AmountOutOfRange, "order.adjustments", (Kind.Tax, long.MaxValue));
        var foreign = _room.Request(("tea", 1));
        foreign.Order.Adjustments.Add(new OrderAdjustment { Kind = Kind.Tax, Amount = new MoneyAmount(1, "JPY").ToProto() });
        var error = await Assert.ThrowsAsync<DomainException>(() => _room.PlaceAsync(foreign));
        Assert.That(error!.Reason, Is.EqualTo(ErrorReason.CurrencyMismatch));
        var digits = _room.Request(("tea", 1));
        digits.Order.Adjustments.Add(new OrderAdjustment { Kind = Kind.Tax, Amount = new Google.Type.Money { CurrencyCode = "EUR", Nanos = 1 } });
        Assert.That((await Assert.ThrowsAsync<DomainException>(() => _room.PlaceAsync(digits)))!.Reason, Is.EqualTo(ErrorReason.AmountOutOfRange));

        Assert.That(await _room.CountAsync("orders") + await _room.CountAsync("idempotency"), Is.Zero);
    }

    [Test]
    public async Task A_voucher_for_all_of_it_leaves_an_order_that_costs_nothing()
    {
        var order = await _room.ConfirmOneAsync(Adjusted(_room.Request(("tea", 2)), (Kind.Credit, -500)));

        Assert.That((await _room.FulfilAsync(order)).Total.Units, Is.Zero);
        Assert.That(_room.Payments.Asked, Is.Empty);
    }

    [Test]
    public async Task Who_may_not_give_adjustments_is_refused_also_in_an_import()
    {
        var customer = Callers.User(_room.Customer);
        var plain = _room.Request(("tea", 1));
        var adjusted = Adjusted(_room.Request(("tea", 1)), (Kind.Discount, -200));
        var stream = new Suite.Tests.Component.Orders.OwnershipTests.Imported(plain, adjusted);

        await _room.Get<Suite.Orders.OrderGrpcService>()
            .ImportOrders(stream, stream, new PlayedCall("/suite.order.v1.OrderService/ImportOrders", CancellationToken.None, customer));

        Assert.That(stream.Answers.Single(a => a.RequestId == plain.RequestId).Order, Is.Not.Null);
        var refusal = stream.Answers.Single(a => a.RequestId == adjusted.RequestId).Error;
        Assert.That(refusal.Code, Is.EqualTo((int)StatusCode.PermissionDenied));
        Assert.That(DomainException.FromStatus(refusal) is { Reason: ErrorReason.ScopeMissing } error && error.Details["scope"] == "adjustments.write");
        Assert.That(() => FieldScopes.Check(adjusted, customer), Throws.TypeOf<DomainException>(), "what the interceptor asks for CreateOrder");
        Assert.That(() => FieldScopes.Check(adjusted, Callers.Backend), Throws.Nothing);
        Assert.That(await _room.CountAsync("orders"), Is.EqualTo(1));
    }

    private async Task RefusedAsync(ErrorReason reason, string field, params (Kind Kind, long Minor)[] adjustments)
    {
        var error = await Assert.ThrowsAsync<DomainException>(() => _room.PlaceAsync(Adjusted(_room.Request(("tea", 1)), adjustments)));
        Assert.That((error!.Code, error.Reason, error.Fields.Single().Field), Is.EqualTo((StatusCode.InvalidArgument, reason, field)));
    }

    private static CreateOrderRequest Adjusted(CreateOrderRequest request, params (Kind Kind, long Minor)[] adjustments)
    {
        request.Order.Adjustments.Add(adjustments.Select(a => new OrderAdjustment
        {
            Kind = a.Kind,
            Amount = new MoneyAmount(a.Minor, "EUR").ToProto(),
            DisplayName = $"{a.Kind}",
        }));
        return request;
    }
}
