using Microsoft.Extensions.Hosting;
using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Orders.Features;
using Suite.Orders.Storage;
using Suite.Platform.Errors;
using Suite.Tests.Component.Security;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.Component.Orders;

internal sealed class WatchTests
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
    public async Task A_watch_tells_every_state_in_order_and_ends_at_a_final_one()
    {
        var order = await _room.PlaceOneAsync();
        await using var watch = Watch(order);
        Assert.That(await NextAsync(watch), Is.EqualTo(State.Pending));

        // Two changes before the watcher reads again: neither is skipped.
        await ChangeAsync(order, o => o.Confirm(Guid.CreateVersion7(), DateTimeOffset.UtcNow));
        await ChangeAsync(order, o => o.Cancel("changed my mind", DateTimeOffset.UtcNow));
        _room.Get<OrderChanges>().Changed(order);

        Assert.That(await NextAsync(watch), Is.EqualTo(State.Confirmed));
        Assert.That(watch.Current.Lines, Has.Count.EqualTo(1));
        Assert.That(await NextAsync(watch), Is.EqualTo(State.Cancelled));
        Assert.That(await watch.MoveNextAsync(), Is.False);
    }

    [Test]
    public async Task A_change_nobody_told_of_is_seen_all_the_same()
    {
        var order = await _room.PlaceOneAsync();
        await using var watch = Watch(order);
        await NextAsync(watch);

        await ChangeAsync(order, o => o.Cancel("changed my mind", DateTimeOffset.UtcNow));

        Assert.That(await NextAsync(watch), Is.EqualTo(State.Cancelled));
    }

    [Test]
    public async Task A_watch_goes_on_after_the_version_it_saw()
    {
        var order = await _room.PlaceOneAsync();
        await ChangeAsync(order, o => o.Confirm(Guid.CreateVersion7(), DateTimeOffset.UtcNow));
        await ChangeAsync(order, o => o.Cancel("changed my mind", DateTimeOffset.UtcNow));

        await using var watch = Watch(order, afterVersion: 1);
        Assert.That(await NextAsync(watch), Is.EqualTo(State.Confirmed));
        Assert.That(await NextAsync(watch), Is.EqualTo(State.Cancelled));
        Assert.That(await watch.MoveNextAsync(), Is.False);

        await using var ended = Watch(order, afterVersion: 3);
        Assert.That(await ended.MoveNextAsync(), Is.False);
    }

    [Test]
    public async Task Watching_an_order_that_never_was_is_not_found()
    {
        await using var watch = Watch(Guid.CreateVersion7());

        var error = await Assert.ThrowsAsync<DomainException>(async () => await watch.MoveNextAsync());

        Assert.That(error!.Reason, Is.EqualTo(ErrorReason.ResourceNotFound));
        Assert.That(_room.Get<OrderChanges>().Count, Is.Zero);
    }

    [Test]
    public async Task A_watcher_that_leaves_is_forgotten_and_the_others_stay()
    {
        var order = await _room.PlaceOneAsync();
        await using var stays = Watch(order);
        await NextAsync(stays);
        using var leaving = new CancellationTokenSource();
        await using var leaves = _room.Get<WatchOrder>().RunAsync(order, 0, Callers.Backend, leaving.Token).GetAsyncEnumerator();
        await leaves.MoveNextAsync();
        var last = leaves.MoveNextAsync();
        var next = NextAsync(stays);
        await leaving.CancelAsync();
        Assert.That(async () => await last, Throws.InstanceOf<OperationCanceledException>());

        await ChangeAsync(order, o => o.Cancel("changed my mind", DateTimeOffset.UtcNow));
        _room.Get<OrderChanges>().Changed(order);

        Assert.That(await next, Is.EqualTo(State.Cancelled));
        Assert.That(await stays.MoveNextAsync(), Is.False);
        Assert.That(_room.Get<OrderChanges>().Count, Is.Zero);
    }

    [Test]
    public async Task A_stopping_replica_ends_its_watches_with_a_reason_to_call_again()
    {
        var order = await _room.PlaceOneAsync();
        await using var watch = Watch(order);
        await NextAsync(watch);
        var next = NextAsync(watch);
        _room.Get<IHostApplicationLifetime>().StopApplication();

        var error = await Assert.ThrowsAsync<DomainException>(() => next);

        Assert.That(error!.Reason, Is.EqualTo(ErrorReason.ServiceStopping));
    }

    private IAsyncEnumerator<Suite.Contracts.Orders.V1.Order> Watch(Guid order, long afterVersion = 0) =>
        _room.Get<WatchOrder>().RunAsync(order, afterVersion, Callers.Backend, CancellationToken.None).GetAsyncEnumerator();

    private static async Task<State> NextAsync(IAsyncEnumerator<Suite.Contracts.Orders.V1.Order> watch)
    {
        Assert.That(await watch.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10)), Is.True);
        return watch.Current.State;
    }

    private Task<Suite.Orders.Domain.Order> ChangeAsync(Guid order, Func<Suite.Orders.Domain.Order, Suite.Orders.Domain.Order> change) =>
        _room.Get<OrderWriter>().UpdateAsync(order, change, CancellationToken.None);
}
