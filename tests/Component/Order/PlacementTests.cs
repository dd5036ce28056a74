using Google.Protobuf;
using Npgsql;
using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Orders.Domain;
using Suite.Orders.Features;
using Suite.Orders.Storage;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Monetary;
using Suite.Tests.Component.Security;

namespace Suite.Tests.Component.Orders;

internal sealed class PlacementTests
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
    public async Task Two_hundred_calls_with_one_request_id_make_one_order()
    {
        var request = _room.Request(("tea", 2), ("pot", 1));
        var orders = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => _room.PlaceAsync(request.Clone()))));

        Assert.That(orders.Distinct().Count(), Is.EqualTo(1), "every caller gets the same answer");
        Assert.That(await _room.CountAsync("orders"), Is.EqualTo(1));
        Assert.That(await _room.CountAsync("order_lines"), Is.EqualTo(2));
        Assert.That(await _room.CountAsync("outbox"), Is.EqualTo(1));
        Assert.That(await _room.CountAsync("idempotency"), Is.EqualTo(1));
    }

    [Test]
    public async Task Many_different_orders_at_once_are_each_whole()
    {
        var requests = Enumerable.Range(1, 600).Select(i => _room.Request([.. Enumerable.Range(0, (i % 7) + 1).Select(k => (k % 2 == 0 ? "tea" : "pot", i))]));
        var orders = await Task.WhenAll(requests.Select(r => Task.Run(() => _room.PlaceAsync(r))));

        var store = _room.Get<OrderStore>();
        foreach (var order in orders)
        {
            var stored = await store.FindAsync(Guid.Parse(order.Name["orders/".Length..]), CancellationToken.None);
            Assert.That(stored!.ToProto(), Is.EqualTo(order));
        }

        Assert.That(await _room.CountAsync("order_history"), Is.EqualTo(600));
        Assert.That(
            await _room.CountAsync("orders o JOIN outbox e ON e.key = o.id::text AND e.type = 'suite.order.v1.OrderPlaced'"), Is.EqualTo(600));
    }

    [Test]
    public async Task An_order_of_500_lines_is_placed()
    {
        var order = await _room.PlaceAsync(_room.Request([.. Enumerable.Repeat(("tea", 3), 500)]));

        Assert.That(order.Total.Units, Is.EqualTo(3750));
        Assert.That(await _room.CountAsync("order_lines"), Is.EqualTo(500));
    }

    [Test]
    public async Task A_request_id_of_another_request_is_refused()
    {
        var first = _room.Request(("tea", 1));
        await _room.PlaceAsync(first);
        var second = first.Clone();
        second.Order.Lines[0].Quantity = 2;

        var error = await Assert.ThrowsAsync<DomainException>(() => _room.PlaceAsync(second));

        Assert.That(error!.Reason, Is.EqualTo(ErrorReason.RequestIdReused));
        Assert.That(await _room.CountAsync("orders"), Is.EqualTo(1));
    }

    [Test]
    public async Task Different_requests_with_one_request_id_at_once_make_one_order_and_refuse_the_rest()
    {
        var id = Guid.NewGuid().ToString();
        var calls = Enumerable.Range(1, 50).Select(i => Task.Run(async () =>
        {
            var request = _room.Request(("tea", i));
            request.RequestId = id;
            try
            {
                await _room.PlaceAsync(request);
                return ErrorReason.Unspecified;
            }
            catch (DomainException e)
            {
                return e.Reason;
            }
        }));
        var outcomes = await Task.WhenAll(calls);

        Assert.That(outcomes.Count(o => o == ErrorReason.Unspecified), Is.EqualTo(1));
        Assert.That(outcomes.Count(o => o == ErrorReason.RequestIdReused), Is.EqualTo(49));
        Assert.That(await _room.CountAsync("orders"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_request_id_that_cancelled_an_order_places_none()
    {
        var order = await _room.PlaceOneAsync();
        var request = _room.Request(("tea", 1));
        var key = RequestKey.Of("CancelOrder", request.RequestId, request, Callers.Backend);
        await _room.Get<CancelOrder>().RunAsync(key, order, "changed my mind", string.Empty, Callers.Backend, CancellationToken.None);

        var error = await Assert.ThrowsAsync<DomainException>(() => _room.PlaceAsync(request));

        Assert.That(error!.Reason, Is.EqualTo(ErrorReason.RequestIdReused));
        Assert.That(await _room.CountAsync("orders"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_changed_price_is_charged_and_never_the_one_remembered()
    {
        await _room.PlaceAsync(_room.Request(("tea", 1)));
        await _room.ExecuteAsync("UPDATE products SET price_minor = 300, version = 2 WHERE sku = 'tea'");

        var stale = _room.PlaceAsync(_room.Request(("tea", 1)));
        var neighbours = Enumerable.Range(0, 20).Select(_ => _room.PlaceAsync(_room.Request(("pot", 1)))).ToArray();

        Assert.That((await stale).Total, Is.EqualTo(new MoneyAmount(300, "EUR").ToProto()));
        await Task.WhenAll(neighbours);
        Assert.That(await _room.CountAsync("orders"), Is.EqualTo(22));
    }

    [Test]
    public async Task A_product_that_is_no_longer_sold_is_refused_and_nothing_is_written()
    {
        await _room.PlaceAsync(_room.Request(("tea", 1)));
        await _room.ExecuteAsync("UPDATE products SET state = 2, version = 2 WHERE sku = 'tea'");

        var error = await Assert.ThrowsAsync<DomainException>(() => _room.PlaceAsync(_room.Request(("pot", 1), ("tea", 1))));

        Assert.That(error!.Reason, Is.EqualTo(ErrorReason.ProductNotFound));
        Assert.That(await _room.CountAsync("orders"), Is.EqualTo(1));
        Assert.That(await _room.CountAsync("idempotency"), Is.EqualTo(1));
    }

    [Test]
    public async Task What_was_answered_once_is_answered_again_whatever_became_of_the_customer()
    {
        var request = _room.Request(("tea", 1));
        var first = await _room.PlaceAsync(request.Clone());
        await _room.ExecuteAsync("UPDATE products SET state = 2, version = 2");
        _room.Users.Failure = Grpc.Core.StatusCode.Unavailable;

        Assert.That(await _room.PlaceAsync(request.Clone()), Is.EqualTo(first));
    }

    [Test]
    public async Task One_bad_row_does_not_fail_its_neighbours()
    {
        var taken = await _room.PlaceOneAsync();
        var hold = await HoldAsync();
        var ahead = PlaceDirectlyAsync(Guid.CreateVersion7());
        var bad = PlaceDirectlyAsync(taken);
        var neighbours = Enumerable.Range(0, 20).Select(_ => PlaceDirectlyAsync(Guid.CreateVersion7())).ToArray();
        await hold.DisposeAsync();

        Assert.That(await Task.WhenAll(neighbours), Is.All.EqualTo(OrderPlacement.Outcome.Placed));
        Assert.That((await Assert.ThrowsAsync<PostgresException>(() => bad))!.SqlState, Is.EqualTo(PostgresErrorCodes.UniqueViolation));
        Assert.That(await ahead, Is.EqualTo(OrderPlacement.Outcome.Placed));
        Assert.That(await _room.CountAsync("orders"), Is.EqualTo(22));
    }

    [Test]
    public async Task A_request_id_somebody_else_is_writing_is_in_progress_and_its_neighbours_are_placed()
    {
        var request = _room.Request(("tea", 1));
        await using var connection = await _room.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var insert = new NpgsqlCommand("INSERT INTO idempotency VALUES ($1, '', '')", connection, transaction))
        {
            insert.Parameters.Add(new() { Value = Guid.Parse(request.RequestId) });
            await insert.ExecuteNonQueryAsync();
        }

        var blocked = _room.PlaceAsync(request);
        var neighbours = Enumerable.Range(0, 5).Select(_ => _room.PlaceAsync()).ToArray();

        Assert.That((await Assert.ThrowsAsync<PostgresException>(() => blocked))!.SqlState, Is.EqualTo(PostgresErrorCodes.LockNotAvailable));
        await Task.WhenAll(neighbours);
        Assert.That(await _room.CountAsync("orders"), Is.EqualTo(5));
    }

    [Test]
    public async Task A_caller_that_gives_up_before_its_batch_leaves_nothing()
    {
        var hold = await HoldAsync();
        var ahead = _room.PlaceAsync(_room.Request(("pot", 1)));
        using var caller = new CancellationTokenSource();
        var abandoned = _room.PlaceAsync(_room.Request(("tea", 1)), cancellationToken: caller.Token);
        await caller.CancelAsync();
        Assert.That(async () => await abandoned, Throws.InstanceOf<OperationCanceledException>());
        await hold.DisposeAsync();
        await ahead;
        await _room.PlaceAsync(_room.Request(("pot", 1)));

        Assert.That(await _room.CountAsync("orders"), Is.EqualTo(2));
        Assert.That(await _room.CountAsync("order_lines WHERE sku = 'tea'"), Is.Zero);
    }

    [Test]
    public async Task A_lost_connection_is_replaced_and_nothing_is_placed_twice()
    {
        await _room.PlaceAsync();
        await _room.ExecuteAsync(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _room.PlaceAsync()));

        Assert.That(await _room.CountAsync("orders"), Is.EqualTo(11));
    }

    /// <summary>Keeps the writer waiting until this is disposed, or for as long as its lock timeout.</summary>
    private async Task<IAsyncDisposable> HoldAsync()
    {
        var connection = await _room.Database.OpenConnectionAsync();
        await using (var begin = new NpgsqlCommand("BEGIN; LOCK TABLE idempotency IN SHARE MODE", connection))
        {
            await begin.ExecuteNonQueryAsync();
        }

        return connection;
    }

    private Task<OrderPlacement.Outcome> PlaceDirectlyAsync(Guid orderId)
    {
        var order = Suite.Orders.Domain.Order.Place(Guid.NewGuid(), [new OrderLine("tea", 1, new MoneyAmount(250, "EUR"))], [], DateTimeOffset.UnixEpoch);
        var moved = order with { Id = orderId };
        var key = RequestKey.Of("CreateOrder", Guid.NewGuid().ToString(), moved.ToProto(), Callers.Backend);
        return _room.Get<OrderPlacement>().PlaceAsync(moved, [1], "tok_visa", Callers.Backend.Name, key, moved.ToProto().ToByteArray(), CancellationToken.None);
    }
}
