using Grpc.Core;
using Microsoft.Extensions.Caching.Memory;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Users.V1;
using Suite.Orders.Domain;
using Suite.Platform.Errors;
using Suite.Platform.Naming;

namespace Suite.Orders.Features;

/// <summary>
/// Asks User whether a customer exists and is active. A yes is remembered for half a second, and not beyond an event that says that
/// the customer changed; a no never, and an old answer is not better than an error: this one decides about money. A customer who is
/// suspended is refused within a second on every replica (docs/caching.md), one who is reactivated is served at once.
/// </summary>
internal sealed class CustomerDirectory(UserService.UserServiceClient users, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(500);

    /// <summary>How long User may take; less when the caller has less time left.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Longer than User may take, so that an answer that was overtaken by an event is known for one.</summary>
    private static readonly TimeSpan Overtaking = TimeSpan.FromSeconds(10);

    private readonly MemoryCache _active = new(new MemoryCacheOptions { SizeLimit = 100_000 });
    private readonly MemoryCache _changed = new(new MemoryCacheOptions { SizeLimit = 100_000 });

    /// <exception cref="DomainException">FAILED_PRECONDITION (CUSTOMER_NOT_FOUND) or UNAVAILABLE.</exception>
    public ValueTask CheckActiveAsync(Guid customerId, CancellationToken cancellationToken) =>
        _active.TryGetValue(customerId, out _) ? ValueTask.CompletedTask : new ValueTask(AskAsync(customerId, cancellationToken));

    /// <summary>Something about the customer changed: what was answered before is not remembered any more.</summary>
    public void Forget(Guid customerId)
    {
        _changed.Set(customerId, time.GetTimestamp(), new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = Overtaking, Size = 1 });
        _active.Remove(customerId);
    }

    /// <summary>The one answer for a customer who does not exist, is not active, or is nobody the caller may know of.</summary>
    public static DomainException NotActive(Guid customerId)
    {
        var name = ResourceName.Format(Order.Customers, customerId);
        return DomainError.FailedPrecondition(ErrorReason.CustomerNotFound, name, $"{name} does not exist or is not active.");
    }

    public void Dispose()
    {
        _active.Dispose();
        _changed.Dispose();
    }

    private async Task AskAsync(Guid customerId, CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        var name = ResourceName.Format(Order.Customers, customerId);
        if (!await IsActiveAsync(name, cancellationToken))
        {
            throw NotActive(customerId);
        }

        _active.Set(customerId, true, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = Freshness, Size = 1 });
        // Looked at after it was set: an event that comes in between is seen by the one or the other.
        if (_changed.TryGetValue(customerId, out long changed) && changed >= asked)
        {
            _active.Remove(customerId);
        }
    }

    private async Task<bool> IsActiveAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var deadline = time.GetUtcNow().UtcDateTime + Patience;
            var user = await users.GetUserAsync(new GetUserRequest { Name = name }, deadline: deadline, cancellationToken: cancellationToken);
            return user.State == User.Types.State.Active;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return false;
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // A deadline of this call surfaces as a cancellation too; it is the caller's only when the caller's token says so.
            throw DomainError.DependencyUnavailable("user", e);
        }
    }
}
