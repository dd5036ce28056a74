using Npgsql;
using Suite.Orders.Domain;
using Suite.Platform.Idempotency;
using Suite.Platform.Messaging;

namespace Suite.Orders.Storage;

/// <summary>Loads orders with their steps under their locks, and saves what was done to them: orders, steps, and the answers to calls.</summary>
internal sealed class OrderWorkStore(OrderWriter writer)
{
    /// <summary>Locks orders, in order of id. Those that do not exist are left out.</summary>
    /// <param name="ids">Which.</param>
    /// <param name="withSteps">Which of them are read with their steps and lines.</param>
    /// <param name="stepIds">The steps that are asked about.</param>
    /// <param name="transaction">The transaction.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyList<OrderWork>> LockAsync(
        Guid[] ids, Predicate<Order> withSteps, Guid[] stepIds, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var orders = await OrderWriter.LockAsync(ids, transaction, cancellationToken);
        var stepped = orders.Where(order => withSteps(order)).ToList();
        if (stepped.Count == 0)
        {
            return [.. orders.Select(order => new OrderWork(order, []))];
        }

        // Read after the locks are held, so that they are as whoever held them before has left them.
        var complete = (await OrderWriter.WithLinesAsync(stepped, transaction, cancellationToken)).ToDictionary(order => order.Id);
        var steps = (await OrderStepStore.OfOrdersAsync([.. complete.Keys], stepIds, transaction, cancellationToken)).ToLookup(step => step.OrderId);
        return [.. orders.Select(order => new OrderWork(complete.GetValueOrDefault(order.Id, order), steps[order.Id]))];
    }

    /// <summary>Saves what was done, in the transaction of the locks.</summary>
    public async Task SaveAsync(
        IReadOnlyList<OrderWork> works,
        Func<(Guid Id, long Version), IncomingMessage?> cause,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        await writer.SaveAsync([.. works.Select(work => work.Order)], cause, transaction, cancellationToken);
        if (works.SelectMany(work => work.Ended).ToList() is { Count: > 0 } ended)
        {
            await OrderStepStore.EndAsync(ended, transaction, cancellationToken);
        }

        foreach (var added in works.SelectMany(work => work.Added))
        {
            await OrderStepStore.InsertAsync(added, TimeSpan.Zero, transaction, cancellationToken);
        }

        foreach (var answer in works.SelectMany(work => work.Answers))
        {
            await (answer.Refusal is { } refusal
                ? IdempotencyStore.RecordAsync(answer.Request, refusal, transaction, cancellationToken)
                : IdempotencyStore.RecordAsync(answer.Request, answer.Order!, subject: null, transaction, cancellationToken));
        }
    }
}
