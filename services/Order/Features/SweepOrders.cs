using Grpc.Core;
using Suite.Contracts.Payments.V1;
using Suite.Orders.Domain;
using Suite.Orders.Storage;
using Suite.Platform.Locking;
using Suite.Platform.Messaging;
using Suite.Platform.Naming;
using Suite.Platform.Time;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders.Features;

/// <summary>
/// Finishes orders nobody answers for. An order that is PENDING for longer than <c>SUITE_ORDER_SWEEP_AFTER</c> seconds (120)
/// gets the outcome Payment has for it; one whose payment waits for the holder of the card goes on waiting; one without any by <c>SUITE_ORDER_TIMEOUT</c> seconds (900) is cancelled, and since
/// OrderCancelled follows OrderPlaced on the same key, Payment releases what it holds or is about to hold. One replica at a time
/// sweeps, the one that holds the lock; when Redis, which keeps it, is away, all do. That is safe with any number of replicas, since
/// each change locks its order and looks again: the lock saves asking Payment the same thing from every one of them.
/// </summary>
internal sealed class SweepOrders(
    OrderStore store,
    OrderWriter writer,
    PaymentService.PaymentServiceClient payments,
    IOutbox outbox,
    OrderChanges changes,
    OrderTelemetry telemetry,
    ILocks locks,
    IConfiguration configuration,
    TimeProvider time,
    ILogger<SweepOrders> logger) : BackgroundService
{
    public const string TimeoutReason = "payment_timeout";
    public const string VoidedReason = "payment_voided";

    /// <summary>The lock, and the fence in the database that checks it.</summary>
    public const string LockName = "order-sweep";

    private const int PageSize = 200;
    private const int MostAsked = 16;

    /// <summary>How long another replica waits for one that was killed.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _after = OrderSettings.Seconds(configuration, "SUITE_ORDER_SWEEP_AFTER", 120);
    private readonly TimeSpan _timeout = OrderSettings.Seconds(configuration, "SUITE_ORDER_TIMEOUT", 900);

    /// <summary>Held from one sweep to the next, so that the same replica goes on until it ends.</summary>
    private HeldLock? _lock;

    /// <summary>A quarter of the time an order is left alone, between half a second and 15 seconds.</summary>
    private TimeSpan Interval => TimeSpan.FromSeconds(Math.Clamp(_after.TotalSeconds / 4, 0.5, 15));

    /// <summary>Looks at every overdue order once.</summary>
    /// <param name="held">The lock; null to sweep without.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RpcException">Payment does not answer: nothing is decided without it.</exception>
    /// <exception cref="FencingException">Another replica has the lock by now.</exception>
    internal async Task SweepAsync(HeldLock? held, CancellationToken cancellationToken)
    {
        var page = await store.OverdueAsync(Guid.Empty, time.GetUtcNow() - _after, PageSize, cancellationToken);
        while (page.Count > 0)
        {
            await Parallel.ForEachAsync(
                page,
                new ParallelOptions { MaxDegreeOfParallelism = MostAsked, CancellationToken = cancellationToken },
                async (order, token) => await FinishAsync(order, held, token));
            page = await store.OverdueAsync(page[^1].Id, time.GetUtcNow() - _after, PageSize, cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TrySweepAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        finally
        {
            await GiveUpLockAsync();
        }
    }

    /// <summary>Sweeps once, if it is for this replica to do.</summary>
    internal async Task TrySweepAsync(CancellationToken stopping)
    {
        if (!await TakeLockAsync(stopping))
        {
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, _lock?.Lost ?? CancellationToken.None);
        try
        {
            await SweepAsync(_lock, either.Token);
        }
        catch (Exception e) when (e is FencingException || (_lock is { Lost.IsCancellationRequested: true } && !stopping.IsCancellationRequested))
        {
            OrderLog.SweptByAnother(logger);
            await GiveUpLockAsync();
        }
        catch (RpcException e)
        {
            OrderLog.PaymentDoesNotAnswer(logger, e.StatusCode);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            OrderLog.SweepFailed(logger, e);
        }
    }

    /// <returns>Whether to sweep: this replica has the lock, or nobody can say who has.</returns>
    private async Task<bool> TakeLockAsync(CancellationToken cancellationToken)
    {
        if (_lock is { Lost.IsCancellationRequested: true })
        {
            await GiveUpLockAsync();
        }

        try
        {
            _lock ??= await locks.TryAcquireAsync(LockName, Lease, cancellationToken);
            return _lock is not null;
        }
        catch (LocksAwayException)
        {
            return true;
        }
    }

    /// <summary>Lets another replica sweep at once.</summary>
    internal async Task GiveUpLockAsync()
    {
        if (_lock is { } held)
        {
            _lock = null;
            await held.DisposeAsync();
        }
    }

    private async Task FinishAsync(Order overdue, HeldLock? held, CancellationToken cancellationToken)
    {
        var payment = await PaymentOfAsync(overdue, cancellationToken);
        if (OutcomeOf(payment, overdue) is not { } outcome)
        {
            return;
        }

        var order = await writer.UpdateAsync(
            overdue.Id,
            o => o.State == State.Pending ? outcome(o, time.GetMicrosecondUtcNow()) : o,
            (transaction, token) => held is null ? Task.CompletedTask : Fences.PassAsync(transaction, LockName, held.FencingToken, token),
            cancellationToken);
        if (order.State != State.Pending)
        {
            telemetry.Left(order);
        }

        outbox.Wake();
        changes.Changed(order.Id);
        OrderLog.Swept(logger, order.Id, order.State, payment?.State);
    }

    private Func<Order, DateTimeOffset, Order>? OutcomeOf(Payment? payment, Order overdue) => payment?.State switch
    {
        // What was captured or given back besides is told by its events.
        Payment.Types.State.Authorized or Payment.Types.State.Captured or Payment.Types.State.PartiallyRefunded or Payment.Types.State.Refunded =>
            (order, now) => order.Confirm(Id(payment), now, Actors.Order),
        Payment.Types.State.Declined => (order, now) => order.Reject(Id(payment), payment.DeclineReason, now, Actors.Order),
        // Payment itself gives up on a holder of a card who does nothing.
        Payment.Types.State.RequiresAction when overdue.StateReason == Order.RequiresAction => null,
        Payment.Types.State.RequiresAction => (order, now) => order.RequireAction(Id(payment), now, Actors.Order),
        Payment.Types.State.Voided => (order, now) =>
            order.Cancel(payment.VoidReason == CancelReasons.AuthorizationExpired ? CancelReasons.AuthorizationExpired : VoidedReason, now),
        _ when time.GetUtcNow() - overdue.CreateTime >= _timeout => (order, now) => order.Cancel(TimeoutReason, now),
        _ => null,
    };

    private async Task<Payment?> PaymentOfAsync(Order order, CancellationToken cancellationToken)
    {
        var response = await payments.ListPaymentsAsync(
            new ListPaymentsRequest { PageSize = 1, Filter = $"order = \"{order.Name}\"" },
            deadline: time.GetUtcNow().UtcDateTime + Patience,
            cancellationToken: cancellationToken);
        return response.Payments.FirstOrDefault();
    }

    private static Guid Id(Payment payment) => ResourceName.ParseGuid(Order.Payments, payment.Name);
}
