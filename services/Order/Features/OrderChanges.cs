using System.Collections.Concurrent;

namespace Suite.Orders.Features;

/// <summary>Wakes whoever waits for a change of an order in this process. A wake that gets lost is healed by reading again.</summary>
internal sealed class OrderChanges
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _waiting = new();

    /// <summary>How many orders somebody waits for.</summary>
    internal int Count => _waiting.Count;

    /// <summary>A task that ends with the next change of the order. Take it before reading, so that nothing falls between.</summary>
    public Task NextAsync(Guid orderId) =>
        _waiting.GetOrAdd(orderId, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Says that the order changed.</summary>
    public void Changed(Guid orderId)
    {
        if (_waiting.TryRemove(orderId, out var waiting))
        {
            waiting.TrySetResult();
        }
    }

    /// <summary>
    /// Says that a waiter left. Others of the same order are woken, read again and wait again; the last one leaves nothing behind.
    /// </summary>
    public void Forget(Guid orderId) => Changed(orderId);
}
