using Npgsql;
using Suite.Orders.Domain;
using Suite.Orders.Storage;
using Suite.Platform.Errors;
using Suite.Platform.Hosting;
using Suite.Platform.Idempotency;
using Suite.Platform.Messaging;
using Suite.Platform.Naming;
using Suite.Platform.Postgres;
using Suite.Platform.Security;
using Suite.Platform.Time;
using Contract = Suite.Contracts.Orders.V1.Order;

namespace Suite.Orders.Features;

/// <summary>What somebody wants done with an order that Payment has a part in.</summary>
/// <param name="Request">The call.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Etag">What the order has to be at, or empty.</param>
/// <param name="Caller">Who wants it.</param>
/// <param name="Reason">Why.</param>
internal sealed record StepRequest(RequestKey Request, Guid OrderId, string Etag, Caller Caller, string Reason);

/// <summary>
/// Takes a step of an order from its intent to its answer. The intent commits first, with the id that Payment will see and what it
/// reserves; Payment is asked outside any transaction; then order, event, step and the stored answer commit together. Whatever breaks in
/// between leaves an open step: the same call again, an event of Payment's, or <see cref="ResumeSteps"/> on any replica ends it.
/// </summary>
internal sealed class StepRunner(
    NpgsqlDataSource dataSource,
    OrderStore orders,
    OrderWorkStore works,
    OrderWriter writer,
    OrderStepStore steps,
    IdempotencyStore requests,
    AskPayment payment,
    IOutbox outbox,
    OrderChanges changes,
    TimeProvider time)
{
    /// <summary>How long an open step is left to who works on it. Two at once do no harm: Payment does it once.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs a step for a call, or finds out what became of it when the call was made before.</summary>
    /// <param name="request">The call.</param>
    /// <param name="plan">Makes the step of the locked order and its running steps, or refuses.</param>
    /// <param name="cancellationToken">Ends the wait; the step goes on.</param>
    /// <exception cref="DomainException">What the contract names.</exception>
    public async Task<Contract> RunAsync(
        StepRequest request, Func<Order, IReadOnlyList<OrderStep>, OrderStep> plan, CancellationToken cancellationToken)
    {
        var begun = await BeginAsync(request, plan, cancellationToken);
        if (begun.Answer is { } answer)
        {
            return answer;
        }

        if (begun.Refusal is { } refusal)
        {
            throw refusal;
        }

        CrashPoints.Hit("order.step-begun");
        await FinishAsync(begun.Order!, begun.Step!, cancellationToken);
        return await requests.FindAsync(request.Request, Contract.Parser, cancellationToken) ?? throw DomainError.RequestInProgress();
    }

    /// <summary>Ends an open step, if its outcome can be known now.</summary>
    /// <returns>Whether it is over.</returns>
    public async Task<bool> FinishAsync(Order order, OrderStep step, CancellationToken cancellationToken)
    {
        StepOutcome? outcome;
        try
        {
            outcome = await payment.RunAsync(order, step, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await steps.DeferAsync(step.Id, TimeSpan.Zero, CancellationToken.None);
            throw;
        }

        if (outcome is null)
        {
            await steps.DeferAsync(step.Id, step.Attempts == 0 ? Soon : ResumeSteps.PauseAfter(step.Attempts), CancellationToken.None);
            return false;
        }

        CrashPoints.Hit("order.step-answered");
        // What is known is written down whatever has become of the caller.
        await dataSource.InTransactionAsync((transaction, token) => EndAsync(step, outcome, transaction, token), CancellationToken.None);
        CrashPoints.Hit("order.step-committed");
        outbox.Wake();
        changes.Changed(order.Id);
        return true;
    }

    /// <summary>Ends an open step that was found by a worker.</summary>
    public async Task<bool> FinishAsync(OrderStep step, CancellationToken cancellationToken) =>
        await orders.FindAsync(step.OrderId, cancellationToken) is { } order && await FinishAsync(order, step, cancellationToken);

    private async Task<Begun> BeginAsync(
        StepRequest request, Func<Order, IReadOnlyList<OrderStep>, OrderStep> plan, CancellationToken cancellationToken)
    {
        try
        {
            return await dataSource.InTransactionAsync((transaction, token) => BeginAsync(request, plan, transaction, token), cancellationToken);
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "order_steps_request_id_key" })
        {
            // The same id at the same moment for another order.
            throw DomainError.RequestIdReused();
        }
    }

    private async Task<Begun> BeginAsync(
        StepRequest request,
        Func<Order, IReadOnlyList<OrderStep>, OrderStep> plan,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        // Under the order's lock, so that the same call twice at once is one after the other: the second finds the first one's step.
        var locked = (await OrderWriter.LockAsync([request.OrderId], transaction, cancellationToken)).SingleOrDefault();
        if (locked is null || !locked.IsKnownTo(request.Caller))
        {
            throw DomainError.NotFound(ResourceName.Format(Order.Collection, request.OrderId));
        }

        if (await IdempotencyStore.FindAsync(request.Request, Contract.Parser, transaction, cancellationToken) is { } stored)
        {
            return new Begun(Answer: stored);
        }

        var order = await OrderWriter.WithLinesAsync(locked, transaction, cancellationToken);
        if (await OrderStepStore.FindByRequestAsync(request.Request.Id, transaction, cancellationToken) is { } known)
        {
            return Again(order, known, request.Request);
        }

        if (request.Etag.Length > 0 && request.Etag != order.Etag)
        {
            throw DomainError.EtagMismatch(order.Name);
        }

        // What is typed about somebody who is gone is not kept.
        var reason = request.Reason.Length > 0 && await OrderStepStore.IsDepartedAsync(order.CustomerId, transaction, cancellationToken)
            ? string.Empty
            : request.Reason;
        OrderStep step;
        try
        {
            var running = await OrderStepStore.OfOrdersAsync([order.Id], [], transaction, cancellationToken);
            step = plan(order, running) with { Request = request.Request, Actor = Actors.Of(request.Caller), Reason = reason };
            order = step.Kind == StepKind.Fulfil ? order.BeginFulfilment(step, Now()) : order.BeginRefund(step, Now());
        }
        catch (DomainException refusal) when (IdempotencyStore.IsKept(refusal))
        {
            await IdempotencyStore.RecordAsync(request.Request, refusal, transaction, cancellationToken);
            return new Begun(Refusal: refusal);
        }

        await OrderStepStore.InsertAsync(step, Lease, transaction, cancellationToken);
        await writer.SaveAsync([order], _ => null, transaction, cancellationToken);
        return new Begun(Order: order, Step: step);
    }

    private async Task EndAsync(OrderStep step, StepOutcome outcome, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var work = (await OrderWorkStore.LockAsync([step.OrderId], _ => true, [step.Id], transaction, cancellationToken)).Single();
        if (outcome.Refusal is { } refusal)
        {
            work.Refuse(step.Id, outcome.Reason, refusal, Now());
        }
        else
        {
            work.Complete(step.Id, Now());
        }

        await works.SaveAsync([work], _ => null, transaction, cancellationToken);
    }

    /// <summary>The same call again, whose answer is not stored: its step is running, or the answer was kept as long as it is kept.</summary>
    private static Begun Again(Order order, OrderStep known, RequestKey request)
    {
        if (!known.Request!.Hash.AsSpan().SequenceEqual(request.Hash))
        {
            throw DomainError.RequestIdReused();
        }

        return known.State switch
        {
            StepState.Open => new Begun(Order: order, Step: known),
            StepState.Done => new Begun(Answer: order.ToProto()),
            _ => new Begun(Refusal: DomainError.ProviderRefused(order.Name, "refused")),
        };
    }

    private DateTimeOffset Now() => time.GetMicrosecondUtcNow();

    private sealed record Begun(Contract? Answer = null, DomainException? Refusal = null, Order? Order = null, OrderStep? Step = null);
}
