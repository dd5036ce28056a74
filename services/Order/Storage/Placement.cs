using Suite.Orders.Domain;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Messaging;

namespace Suite.Orders.Storage;

/// <summary>An order that waits to become durable.</summary>
internal sealed class Placement(
    Order order,
    IReadOnlyList<long> versions,
    string actor,
    RequestKey key,
    byte[] response,
    OutboxRow row,
    CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource<OrderPlacement.Outcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Order Order => order;

    /// <summary>The version of the product each line was priced with.</summary>
    public IReadOnlyList<long> Versions => versions;

    /// <summary>Who places it.</summary>
    public string Actor => actor;

    public RequestKey Key => key;

    public byte[] Response => response;

    public OutboxRow Row => row;

    /// <summary>Whether the caller went away.</summary>
    public bool IsAbandoned => cancellationToken.IsCancellationRequested;

    /// <summary>How many orders were written with it, once they are.</summary>
    public int BatchSize { get; set; }

    /// <summary>Placements of the same request id that came in while this one waited.</summary>
    public List<Placement> Followers { get; } = [];

    public Task<OrderPlacement.Outcome> Outcome => _outcome.Task;

    /// <summary>Answers the caller, and those who asked the same: they find its answer stored.</summary>
    public void Finish(OrderPlacement.Outcome outcome)
    {
        _outcome.TrySetResult(outcome);
        foreach (var follower in Followers)
        {
            follower.Finish(outcome == OrderPlacement.Outcome.Placed ? OrderPlacement.Outcome.Repeated : outcome);
        }
    }

    /// <summary>Fails the caller; those who asked the same are to ask again, since theirs was never tried.</summary>
    public void Fail(Exception error)
    {
        _outcome.TrySetException(error);
        foreach (var follower in Followers)
        {
            follower.Fail(DomainError.RequestInProgress(error));
        }
    }
}
