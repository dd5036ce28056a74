using Npgsql;
using Suite.Orders.Storage;
using Suite.Platform.Hosting;
using Suite.Platform.Messaging;
using Suite.Platform.Postgres;
using Suite.Platform.Time;

namespace Suite.Orders.Features;

/// <summary>
/// Cancels orders that were placed for a customer just after this service heard that they are gone, by a replica that still
/// remembered them. Such orders can only come within the second that memory lasts; an hour is watched. Safe with any number of
/// replicas: each change locks its order and looks again.
/// </summary>
internal sealed class SweepDepartures(
    NpgsqlDataSource dataSource,
    DepartureStore departures,
    OrderWriter writer,
    IOutbox outbox,
    TimeProvider time,
    ILogger<SweepDepartures> logger) : BackgroundLoop(time)
{
    private const int PageSize = 200;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    /// <summary>Looks once.</summary>
    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        while (await departures.LeftOpenAsync(Window, PageSize, cancellationToken) is { Length: > 0 } open)
        {
            await dataSource.InTransactionAsync(
                (transaction, token) => writer.UpdateManyAsync(
                    open,
                    order => order.CancelFor(CancelReasons.CustomerDeleted, Clock.GetMicrosecondUtcNow()),
                    _ => null,
                    transaction,
                    token),
                cancellationToken);
            outbox.Wake();
            OrderLog.DepartedCustomersOrdersCancelled(logger, open.Length);
        }
    }

    protected override TimeSpan Pause => Interval;

    protected override TimeSpan FirstAfter => Interval;

    protected override async Task<bool> WorkAsync(CancellationToken cancellationToken)
    {
        await SweepAsync(cancellationToken);
        return false;
    }

    protected override void Failed(Exception exception) => OrderLog.DeparturesNotSwept(logger, exception);
}
