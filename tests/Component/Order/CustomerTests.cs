using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Users.V1;
using Suite.Orders.Events;
using Suite.Orders.Features;
using Suite.Platform.Errors;
using Suite.Platform.Messaging;

namespace Suite.Tests.Component.Orders;

/// <summary>What Order remembers of a customer, and for how long.</summary>
internal sealed class CustomerTests
{
    private OrderRoom _room = null!;

    private CustomerDirectory Directory => _room.Get<CustomerDirectory>();

    private Guid Customer => Guid.Parse(_room.Customer["users/".Length..]);

    [SetUp]
    public async Task OpenAsync() => _room = await OrderRoom.OpenAsync();

    [TearDown]
    public async Task CloseAsync() => await _room.DisposeAsync();

    [Test]
    public async Task A_suspended_customer_is_refused_within_half_a_second_without_any_event()
    {
        await Directory.CheckActiveAsync(Customer, CancellationToken.None);
        _room.Users.Suspended.Add(_room.Customer);

        await Eventually.That(IsRefusedAsync, Is.True, seconds: 1);

        _room.Users.Suspended.Remove(_room.Customer);
        Assert.That(await IsRefusedAsync(), Is.False, "a no is not remembered");
    }

    [Test]
    public async Task An_event_has_the_customer_forgotten_at_once()
    {
        await Directory.CheckActiveAsync(Customer, CancellationToken.None);
        _room.Users.Suspended.Add(_room.Customer);
        Assert.That(Directory.CheckActiveAsync(Customer, CancellationToken.None).AsTask().IsCompletedSuccessfully, "a yes is remembered");

        _room.Get<CustomerNews>().Hear(new IncomingMessage
        {
            Id = Guid.CreateVersion7(),
            Type = UserSuspended.Descriptor.FullName,
            Topic = "suite.user.v1",
            Key = Customer.ToString(),
            Body = ReadOnlyMemory<byte>.Empty,
            Time = DateTimeOffset.UtcNow,
        });

        Assert.That(await IsRefusedAsync());
    }

    [Test]
    public async Task An_answer_that_an_event_overtook_is_not_remembered()
    {
        var release = new TaskCompletionSource();
        _room.Users.Delay = release.Task;
        var asked = Directory.CheckActiveAsync(Customer, CancellationToken.None);
        Directory.Forget(Customer);
        _room.Users.Delay = Task.CompletedTask;
        release.SetResult();
        await asked;
        _room.Users.Suspended.Add(_room.Customer);

        Assert.That(await IsRefusedAsync());
    }

    [Test]
    public async Task An_old_yes_is_not_better_than_an_error()
    {
        await Directory.CheckActiveAsync(Customer, CancellationToken.None);
        _room.Users.Failure = Grpc.Core.StatusCode.Unavailable;
        Directory.Forget(Customer);

        var error = await Assert.ThrowsAsync<DomainException>(async () => await Directory.CheckActiveAsync(Customer, CancellationToken.None));
        Assert.That(error!.Code, Is.EqualTo(Grpc.Core.StatusCode.Unavailable));
    }

    private async Task<bool> IsRefusedAsync()
    {
        try
        {
            await Directory.CheckActiveAsync(Customer, CancellationToken.None);
            return false;
        }
        catch (DomainException e) when (e.Reason == ErrorReason.CustomerNotFound)
        {
            return true;
        }
    }
}
