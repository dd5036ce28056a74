using Npgsql;
using Suite.Payments.Domain;
using Suite.Payments.Providers;
using Suite.Payments.Storage;
using Suite.Platform.Errors;
using Suite.Platform.Hosting;
using Suite.Platform.Idempotency;
using Suite.Platform.Naming;
using Suite.Platform.Postgres;
using Suite.Platform.Telemetry;
using Suite.Platform.Time;
using Proto = Suite.Contracts.Payments.V1.Payment;

namespace Suite.Payments.Features;

/// <summary>What a call asks of a payment.</summary>
/// <param name="Key">The call: its id becomes the step's, so that one key runs from who asks to the provider and the ledger.</param>
/// <param name="PaymentId">The payment.</param>
/// <param name="Etag">The etag the payment has to have; empty for any.</param>
/// <param name="Caller">Who asks.</param>
/// <param name="Reason">What they typed; empty when nothing.</param>
/// <param name="Deadline">Until when the caller waits, in UTC.</param>
internal sealed record StepCall(RequestKey Key, Guid PaymentId, string Etag, string Caller, string Reason, DateTime Deadline);

/// <summary>
/// The way of every call that moves money. (a) What was answered is answered again. (b) One transaction locks the payment, holds the
/// call to the rules, reserves what the step may use and writes the step: the intent is durable. (c) The provider is asked, outside any
/// transaction; (d) what it says is committed together with the answer (<see cref="SettleStep"/>). The call waits for that;
/// when it goes away, or this process does, the step goes on, and the same call later finds its outcome.
/// </summary>
internal sealed class StepCalls(
    NpgsqlDataSource dataSource,
    IdempotencyStore requests,
    PaymentChangeWriter writer,
    StepWorker worker,
    CallOutcomes outcomes,
    IPaymentProvider provider,
    PaymentOptions options,
    TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    /// <summary>So that a call is told that its step is running, rather than hearing nothing.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(250);

    private const string IsOfAnotherCall = "SELECT EXISTS (SELECT FROM payments WHERE request_id = $1)";

    /// <summary>Runs a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="begin">
    /// What it does to the payment, and which step that is, or none where nobody has to be asked; throws what forbids it.
    /// </param>
    /// <param name="cancellationToken">Ends the waiting, not the step.</param>
    /// <exception cref="DomainException">What the contract of the method says.</exception>
    public async Task<Proto> RunAsync(
        StepCall call, Func<Payment, DateTimeOffset, (Payment After, StepPlan? Step)> begin, CancellationToken cancellationToken)
    {
        if (await requests.FindAsync(call.Key, Proto.Parser, cancellationToken) is { } stored)
        {
            return stored;
        }

        var outcome = outcomes.Of(call.Key.Id);
        try
        {
            var (answer, refusal, claim) = await BeginAsync(call, begin, cancellationToken);
            if (answer is not null || refusal is not null)
            {
                return answer ?? throw refusal!;
            }

            if (claim is not null)
            {
                CrashPoints.Hit("payment.step-intended");
                worker.Start(claim);
            }
            else
            {
                worker.Wake();
            }

            return await WaitAsync(call.Key, call.Deadline, outcome, cancellationToken);
        }
        finally
        {
            outcomes.Forget(call.Key.Id);
        }
    }

    /// <summary>Waits for what a call is answered with, wherever its step is worked off.</summary>
    /// <param name="key">The call.</param>
    /// <param name="deadline">Until when the caller waits, in UTC.</param>
    /// <param name="outcome">Completes when the outcome is known in this process: taken before the work was begun.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="DomainException">The refusal that the call ended with; ABORTED (REQUEST_IN_PROGRESS) when it takes too long.</exception>
    public async Task<Proto> WaitAsync(RequestKey key, DateTime deadline, Task outcome, CancellationToken cancellationToken)
    {
        var patience = Patience(deadline);
        var started = time.GetTimestamp();
        while (true)
        {
            var left = patience - time.GetElapsedTime(started);
            if (left > TimeSpan.Zero)
            {
                var wait = left < Poll ? left : Poll;
                await outcome.WaitAsync(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (await requests.FindAsync(key, Proto.Parser, cancellationToken) is { } answer)
            {
                return answer;
            }

            if (left <= TimeSpan.Zero)
            {
                throw DomainError.RequestInProgress();
            }

            outcome = outcomes.Of(key.Id);
        }
    }

    private async Task<(Proto? Answer, DomainException? Refusal, StepClaim? Claim)> BeginAsync(
        StepCall call, Func<Payment, DateTimeOffset, (Payment After, StepPlan? Step)> begin, CancellationToken cancellationToken)
    {
        try
        {
            return await dataSource.InTransactionAsync(
                (transaction, token) => BeginAsync(call, begin, transaction, token), cancellationToken);
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "payment_steps_pkey" })
        {
            // The same id at the same time for another payment.
            throw DomainError.RequestIdReused();
        }
    }

    private async Task<(Proto? Answer, DomainException? Refusal, StepClaim? Claim)> BeginAsync(
        StepCall call,
        Func<Payment, DateTimeOffset, (Payment After, StepPlan? Step)> begin,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        var payment = await PaymentStore.LockAsync(call.PaymentId, transaction, cancellationToken)
            ?? throw DomainError.NotFound(ResourceName.Format(Payment.Collection, call.PaymentId));
        // Asked again under the lock: a call with this id may have been faster.
        if (await IdempotencyStore.FindAsync(call.Key, Proto.Parser, transaction, cancellationToken) is { } stored)
        {
            return (stored, null, null);
        }

        if (await StepStore.FindAsync(call.Key.Id, transaction.Connection!, cancellationToken) is { } running)
        {
            if (running.PaymentId != payment.Id || !call.Key.Hash.AsSpan().SequenceEqual(running.RequestHash))
            {
                throw DomainError.RequestIdReused();
            }

            return running.State switch
            {
                // Answered so long ago that the answer was forgotten; what happened is not.
                StepState.Done => (
                    payment.ToProto(await StepStore.OfPaymentAsync(payment.Id, transaction.Connection!, cancellationToken)), null, null),
                StepState.Refused => (null, DomainError.ProviderRefused(payment.Name, running.DeclineReason), null),
                _ => (null, null, null),
            };
        }

        if (await IsOfAnotherCallAsync(call.Key.Id, transaction, cancellationToken))
        {
            throw DomainError.RequestIdReused();
        }

        if (call.Etag.Length > 0 && call.Etag != payment.Etag)
        {
            throw DomainError.EtagMismatch(payment.Name);
        }

        if (payment.Provider != provider.Name)
        {
            throw DomainError.DependencyUnavailable(payment.Provider);
        }

        var now = time.GetMicrosecondUtcNow();
        Payment after;
        StepPlan? plan;
        try
        {
            (after, plan) = begin(payment, now);
        }
        catch (DomainException refusal) when (IdempotencyStore.IsKept(refusal))
        {
            // Under the payment's lock, so that this call is refused or begun, and never both.
            await IdempotencyStore.RecordAsync(call.Key, refusal, transaction, cancellationToken);
            return (null, refusal, null);
        }

        if (plan is not { } wanted)
        {
            var done = new PaymentChange(after) { Events = [after.ToEvent()], Call = call.Key };
            await writer.WriteAsync([done], options.Lease, transaction, cancellationToken);
            return (await IdempotencyStore.FindAsync(call.Key, Proto.Parser, transaction, cancellationToken), null, null);
        }

        var step = new PaymentStep
        {
            Id = call.Key.Id,
            PaymentId = payment.Id,
            Plan = wanted,
            State = StepState.Intended,
            RequestHash = call.Key.Hash,
            Caller = call.Caller,
            Reason = call.Reason,
            CreateTime = after.UpdateTime,
        };
        var trace = TraceContext.OfCurrent();
        Guid? lease = worker.Room > 0 ? Guid.NewGuid() : null;
        await writer.WriteAsync(
            [new PaymentChange(after) { Begun = [new NewStep(step, trace, lease)] }], options.Lease, transaction, cancellationToken);
        return (null, null, lease is { } token ? new StepClaim(step with { Attempts = 1 }, after, token, trace) : null);
    }

    private TimeSpan Patience(DateTime deadline)
    {
        if (deadline == DateTime.MaxValue)
        {
            return options.StepPatience;
        }

        var left = deadline - time.GetUtcNow().UtcDateTime - Margin;
        return left < options.StepPatience ? left : options.StepPatience;
    }

    private static async Task<bool> IsOfAnotherCallAsync(Guid id, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(IsOfAnotherCall, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = id });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
