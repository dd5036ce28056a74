using System.Diagnostics;
using System.Runtime.CompilerServices;
using Suite.Orders.Domain;
using Suite.Orders.Storage;
using Suite.Platform.Errors;
using Suite.Platform.Naming;
using Suite.Platform.Security;
using Suite.Platform.Telemetry;

namespace Suite.Orders.Features;

/// <summary>
/// Tells the states of an order: the present one at once, then each that follows, from the order's history, so that none is
/// skipped. Changes are heard of at once on any replica; a reading every other second heals what was not heard.
/// </summary>
internal sealed class WatchOrder(OrderStore store, OrderHistory history, OrderChanges changes, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private static readonly TimeSpan Heal = TimeSpan.FromSeconds(2);

    /// <exception cref="DomainException">NOT_FOUND, or UNAVAILABLE (SERVICE_STOPPING) when this replica stops.</exception>
    public async IAsyncEnumerable<Contracts.Orders.V1.Order> RunAsync(
        Guid id, long afterVersion, Caller caller, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var current = await store.FindAsync(id, cancellationToken);
        if (current is null || !current.IsKnownTo(caller))
        {
            throw DomainError.NotFound(ResourceName.Format(Order.Collection, id));
        }

        var seen = afterVersion;
        if (afterVersion == 0)
        {
            yield return current.ToProto();
            seen = current.Version;
        }

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            var ended = current.IsFinal && seen >= current.Version;
            TraceContext heard = default;
            while (!ended)
            {
                var next = changes.NextAsync(id);
                using var span = StartTelling(heard);
                heard = default;
                foreach (var state in await history.StatesAsync(current, seen, cancellationToken))
                {
                    yield return state.ToProto();
                    seen = state.Version;
                    ended = state.IsFinal;
                }

                span?.Dispose();
                if (!ended)
                {
                    if (await Task.WhenAny(next, Task.Delay(Heal, time, waiting.Token)) == next)
                    {
                        heard = await next;
                    }

                    cancellationToken.ThrowIfCancellationRequested();
                    if (waiting.IsCancellationRequested)
                    {
                        throw DomainError.Stopping();
                    }
                }
            }
        }
        finally
        {
            changes.Forget(id);
        }
    }

    /// <summary>The last hop of what happened to an order: reading it for the watcher and sending it. It links to the watcher's own call.</summary>
    private static Activity? StartTelling(TraceContext heard)
    {
        if (!heard.IsSampled || !OrderTelemetry.Source.HasListeners())
        {
            return null;
        }

        var call = Activity.Current;
        ActivityLink[] links = call is null ? [] : [new ActivityLink(call.Context)];
        return OrderTelemetry.Source.StartActivity("tell watcher", ActivityKind.Internal, heard.ToActivityContext(), links: links);
    }
}
