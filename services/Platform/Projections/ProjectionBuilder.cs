using Microsoft.Extensions.Logging;
using Suite.Platform.Hosting;
using Suite.Platform.Messaging.Inbox;
using Suite.Platform.Postgres;

namespace Suite.Platform.Projections;

/// <summary>
/// Makes documents anew: reads every history into a generation beside the one that serves, which meanwhile hears of what is told, and
/// switches. Whoever is killed in the middle is followed by another replica, or by itself, from the last page that was noted.
/// </summary>
internal sealed class ProjectionBuilder(
    IEnumerable<IProjection> projections,
    ProjectionStore store,
    Npgsql.NpgsqlDataSource dataSource,
    ProjectionTelemetry telemetry,
    TimeProvider time,
    ILogger<ProjectionBuilder> logger) : BackgroundLoop(time)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    /// <summary>How long a reader may go on with a generation that serves no more.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    private readonly Guid _token = Guid.NewGuid();
    private readonly HashSet<string> _prepared = [];

    protected override TimeSpan Pause => TimeSpan.FromSeconds(1);

    protected override async Task<bool> WorkAsync(CancellationToken cancellationToken)
    {
        var more = false;
        foreach (var projection in projections)
        {
            try
            {
                await PrepareAsync(projection, cancellationToken);
                more |= await BuildAsync(projection, cancellationToken);
                await SweepAsync(projection, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // One store that is away does not keep the others waiting.
                telemetry.Failed(projection.Name);
                ProjectionLog.Failed(logger, PassingFault.Reason(e), e);
            }
        }

        return more;
    }

    protected override void Failed(Exception exception) => ProjectionLog.Failed(logger, PassingFault.Reason(exception), exception);

    // Once a process: the place of the generation that serves, and a new one where this program makes its documents in another way.
    private async Task PrepareAsync(IProjection projection, CancellationToken cancellationToken)
    {
        if (_prepared.Contains(projection.Name))
        {
            return;
        }

        telemetry.Knows(projection.Name);
        await store.EnsureAsync(projection.Name, projection.Version, cancellationToken);
        var latest = await store.LatestAsync(projection.Name, 10, cancellationToken);
        var serving = latest.First(generation => generation.State == GenerationState.Serving);
        await projection.PrepareAsync(serving.Generation, cancellationToken);
        await projection.ServeAsync(serving.Generation, cancellationToken);
        if (serving.Version < projection.Version)
        {
            await dataSource.InTransactionAsync(
                (transaction, token) => ProjectionStore.BeginAsync(projection.Name, projection.Version, GenerationPurpose.Serve, transaction, token), cancellationToken);
        }

        _prepared.Add(projection.Name);
    }

    private async Task<bool> BuildAsync(IProjection projection, CancellationToken cancellationToken)
    {
        if (await store.TakeAsync(projection.Name, _token, Lease, cancellationToken) is not { } generation)
        {
            return false;
        }

        ProjectionLog.Building(logger, projection.Name, generation.Generation, generation.Version, generation.ReadCount);
        await projection.PrepareAsync(generation.Generation, cancellationToken);
        var read = generation.ReadCount;
        foreach (var history in projection.Histories)
        {
            if (generation.Cursors.TryGetValue(history.Name, out var cursor) && cursor is null)
            {
                continue;
            }

            cursor ??= string.Empty;
            await foreach (var page in history.ReadAsync(cursor, cancellationToken))
            {
                await projection.ApplyAsync([generation.Generation], page.Events, cancellationToken);
                telemetry.Read(projection.Name, page.Events.Count);
                read += page.Events.Count;
                // What goes on in the middle has counted them before.
                var total = cursor.Length == 0 ? page.TotalCount ?? 0 : 0;
                if (!await store.AdvanceAsync(generation, _token, history.Name, page.Cursor, page.Events.Count, total, Lease, cancellationToken))
                {
                    // Taken for dead, and followed by somebody else.
                    return true;
                }
            }

            if (!await store.AdvanceAsync(generation, _token, history.Name, cursor: null, 0, 0, Lease, cancellationToken))
            {
                return true;
            }
        }

        Comparison? comparison = null;
        if (generation.Purpose == GenerationPurpose.Verify)
        {
            comparison = await KeepingAsync(
                generation,
                async token => await projection.CompareAsync(await store.ServingAsync(projection.Name, token), generation.Generation, token),
                cancellationToken);
        }
        else
        {
            await projection.SettleAsync(generation.Generation, cancellationToken);
        }

        if (await store.CompleteAsync(generation, _token, comparison, cancellationToken))
        {
            if (comparison is null)
            {
                await projection.ServeAsync(generation.Generation, cancellationToken);
                ProjectionLog.Serving(logger, projection.Name, generation.Generation, read);
            }
            else
            {
                ProjectionLog.Compared(logger, projection.Name, comparison.DocumentCount, comparison.DifferenceCount);
            }
        }

        return true;
    }

    /// <summary>Keeps a generation from others while something long is done with it.</summary>
    private async Task<T> KeepingAsync<T>(ProjectionGeneration generation, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = work(stop.Token);
        while (await Task.WhenAny(running, Task.Delay(Lease / 3, Clock, stop.Token)) != running)
        {
            if (!stop.IsCancellationRequested && !await store.RenewAsync(generation, _token, Lease, cancellationToken))
            {
                await stop.CancelAsync();
            }
        }

        return await running;
    }

    private async Task SweepAsync(IProjection projection, CancellationToken cancellationToken)
    {
        foreach (var generation in await store.GoneAsync(projection.Name, Grace, cancellationToken))
        {
            await projection.DropAsync(generation, cancellationToken);
            await store.DroppedAsync(projection.Name, generation, cancellationToken);
            ProjectionLog.Dropped(logger, projection.Name, generation);
        }
    }
}
