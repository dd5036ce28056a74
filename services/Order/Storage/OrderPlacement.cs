using System.Threading.Channels;
using Npgsql;
using Suite.Orders.Domain;
using Suite.Platform.Errors;
using Suite.Platform.Hosting;
using Suite.Platform.Idempotency;
using Suite.Platform.Messaging;

namespace Suite.Orders.Storage;

/// <summary>
/// Makes new orders durable, many callers to a commit: one loop writes, and what came in while its last statement ran is its
/// next batch. It never waits to collect more, so a lone caller pays one round trip and many share one.
/// </summary>
internal sealed class OrderPlacement(NpgsqlDataSource dataSource, IOutbox outbox, ILogger<OrderPlacement> logger) : BackgroundService
{
    /// <summary>What came of an order.</summary>
    public enum Outcome
    {
        /// <summary>The order is durable.</summary>
        Placed = 0,

        /// <summary>The request id was used before: its stored response is to be read, in a new statement.</summary>
        Repeated = 1,

        /// <summary>A product changed or is gone: nothing was written, prices are to be read again.</summary>
        PricesChanged = 2,
    }

    /// <summary>The statement behind it; <c>bench/</c> runs the very same one through pgbench.</summary>
    public const string Statement = PlacementStatement.Sql;

    /// <summary>More callers than this are told to come back: waiting longer would only be waiting.</summary>
    private const int MostWaiting = 4096;

    private const int MostOrders = 256;
    private const int MostLines = 4096;

    private readonly Channel<Placement> _queue = Channel.CreateBounded<Placement>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    /// <summary>
    /// Places an order with its idempotency record and its event. A caller that gives up before its batch is sent leaves
    /// nothing behind.
    /// </summary>
    /// <param name="order">The order, priced.</param>
    /// <param name="versions">The version of the product each line was priced with.</param>
    /// <param name="paymentMethod">The provider's token.</param>
    /// <param name="actor">Who places it.</param>
    /// <param name="key">The request.</param>
    /// <param name="response">What is answered now, and when the request is repeated.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DomainException">RESOURCE_EXHAUSTED (OVERLOADED) or UNAVAILABLE.</exception>
    public Task<Outcome> PlaceAsync(
        Order order,
        IReadOnlyList<long> versions,
        string paymentMethod,
        string actor,
        RequestKey key,
        byte[] response,
        CancellationToken cancellationToken)
    {
        // Made here, where the caller's trace is current.
        var row = outbox.Prepare(new OutgoingEvent(OrderModule.Topic, order.Id.ToString(), order.ToPlaced(paymentMethod, actor)));
        var placement = new Placement(order, versions, actor, key, response, row, cancellationToken);
        if (!_queue.Writer.TryWrite(placement))
        {
            throw _queue.Reader.Completion.IsCompleted ? DomainError.Stopping() : DomainError.Overloaded();
        }

        return CommitSpan.AwaitAsync(placement, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What was taken in is written; the listener is closed by then, so nothing follows.
        await using var stop = stoppingToken.Register(() => _queue.Writer.TryComplete());
        await using var statement = new PlacementStatement(dataSource);
        var batch = new List<Placement>(MostOrders);
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            Fill(batch);
            if (batch.Count > 0)
            {
                await WriteAsync(batch, statement);
            }
        }
    }

    /// <summary>Takes what waits, once per request id, in order of request id: writers that lock in one order can not deadlock.</summary>
    private void Fill(List<Placement> batch)
    {
        batch.Clear();
        var lines = 0;
        var first = new Dictionary<Guid, Placement>();
        while (batch.Count < MostOrders && lines < MostLines && _queue.Reader.TryRead(out var placement))
        {
            if (placement.IsAbandoned)
            {
                continue;
            }

            if (!first.TryAdd(placement.Key.Id, placement))
            {
                first[placement.Key.Id].Followers.Add(placement);
                continue;
            }

            batch.Add(placement);
            lines += placement.Order.Lines.Count;
        }

        batch.Sort(static (a, b) => a.Key.Id.CompareTo(b.Key.Id));
    }

    private async Task WriteAsync(List<Placement> batch, PlacementStatement statement)
    {
        batch.ForEach(placement => placement.BatchSize = batch.Count);
        try
        {
            var outcomes = await statement.RunAsync(batch);
            if (outcomes.Contains(Outcome.Placed))
            {
                CrashPoints.Hit("order.after-commit");
                outbox.Wake();
            }

            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Finish(outcomes[i]);
            }
        }
        catch (PostgresException e) when (batch.Count > 1 && statement.IsConnected)
        {
            // One of them is at fault, and its neighbours shall not pay for it.
            OrderLog.BatchRefused(logger, batch.Count, e.SqlState);
            foreach (var placement in batch)
            {
                await WriteAsync([placement], statement);
            }
        }
        catch (Exception e)
        {
            foreach (var placement in batch)
            {
                placement.Fail(statement.IsConnected ? e : DomainError.DependencyUnavailable("postgres", e));
            }
        }
    }
}
