using System.Collections.Concurrent;
using Suite.Platform.Telemetry;

namespace Suite.Orders.Features;

/// <summary>Wakes whoever waits for a change of an order in this process. A wake that gets lost is healed by reading again.</summary>
internal sealed class OrderChanges
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<TraceContext>> _waiting = new();

    /// <summary>How many orders somebody waits for.</summary>
    internal int Count => _waiting.Count;

    /// <summary>
    /// A task that ends with the next change of the order, with the trace it happened in. Take it before reading, so that nothing falls
    /// between.
    /// </summary>
    public Task<TraceContext> NextAsync(Guid orderId) => _waiting.GetOrAdd(
        orderId, static _ => new TaskCompletionSource<TraceContext>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Says that the order changed.</summary>
    public void Changed(Guid orderId) => Changed(orderId, default);

    /// <summary>Says that the order changed, and in which trace.</summary>
    public void Changed(Guid orderId, TraceContext trace)
    {
        if (_waiting.TryRemove(orderId, out var waiting))
        {
            waiting.TrySetResult(trace);
        }
    }

    /// <summary>
    /// Says that a waiter left. Others of the same order are woken, read again and wait again; the last one leaves nothing behind.
    /// </summary>
    public void Forget(Guid orderId) => Changed(orderId);
}
