using System.Diagnostics;
using System.Globalization;
using Suite.Platform.Telemetry;

namespace Suite.Orders.Storage;

/// <summary>
/// A caller's part in a statement that many share: the wait for the batch before, and the batch with its commit. The statement itself
/// belongs to no caller's trace.
/// </summary>
internal static class CommitSpan
{
    /// <summary>Waits for a placement in a span of its own where the caller's trace is recorded.</summary>
    public static Task<OrderPlacement.Outcome> AwaitAsync(Placement placement, CancellationToken cancellationToken)
    {
        var done = placement.Outcome.WaitAsync(cancellationToken);
        return OrderTelemetry.Source.HasListeners() && SuiteTelemetry.IsRecorded ? InSpanAsync(placement, done) : done;
    }

    private static async Task<OrderPlacement.Outcome> InSpanAsync(Placement placement, Task<OrderPlacement.Outcome> done)
    {
        using var span = OrderTelemetry.Source.StartActivity("INSERT orders", ActivityKind.Client);
        span?.SetTag("db.system.name", "postgresql");
        span?.SetTag("db.operation.name", "INSERT");
        span?.SetTag("db.collection.name", "orders");
        try
        {
            var outcome = await done;
            span?.SetTag("suite.order.outcome", outcome.ToString().ToLower(CultureInfo.InvariantCulture));
            return outcome;
        }
        catch (Exception e)
        {
            span.Fail(e);
            throw;
        }
        finally
        {
            span?.SetTag("db.operation.batch.size", placement.BatchSize);
        }
    }
}
