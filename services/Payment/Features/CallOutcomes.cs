using System.Collections.Concurrent;

namespace Suite.Payments.Features;

/// <summary>Tells calls that wait in this process that their outcome is durable. One that is missed costs a poll.</summary>
internal sealed class CallOutcomes
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _waiting = new();

    /// <summary>Completes when the outcome of a request id is known in this process.</summary>
    public Task Of(Guid requestId) =>
        _waiting.GetOrAdd(requestId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Tells who waits.</summary>
    public void Set(Guid requestId)
    {
        if (_waiting.TryRemove(requestId, out var waiting))
        {
            waiting.TrySetResult();
        }
    }

    /// <summary>Forgets whoever waits; they look for themselves.</summary>
    public void Forget(Guid requestId) => _waiting.TryRemove(requestId, out _);
}
