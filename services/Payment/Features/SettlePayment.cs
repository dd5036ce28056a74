using Npgsql;
using Suite.Payments.Domain;
using Suite.Payments.Providers;
using Suite.Payments.Storage;
using Suite.Platform.Hosting;
using Suite.Platform.Messaging;
using Suite.Platform.Postgres;
using Suite.Platform.Time;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Payments.Features;

/// <summary>
/// Works off one authorization: asks the provider, outside any transaction and with a time limit, then commits state, posting and
/// event together. One that may have been asked for before is looked for first, and asked for again, with the same key, only where
/// the provider never heard of it. An outcome that stays unknown goes back to the queue.
/// </summary>
internal sealed class SettlePayment(
    NpgsqlDataSource dataSource,
    PaymentQueue queue,
    PaymentChangeWriter writer,
    IPaymentProvider provider,
    StepWorker steps,
    CallOutcomes outcomes,
    IOutbox outbox,
    PaymentOptions options,
    TimeProvider time,
    ILogger<SettlePayment> logger)
{
    private static readonly TimeSpan CommitPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Returns when the claim's outcome is durable, or is left to whoever claims it after the lease.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="abandon">Cancelled when this process can not wait for the provider any longer.</param>
    /// <returns>How soon there is more to do for this payment, or null.</returns>
    public async Task<TimeSpan?> RunAsync(Claim claim, CancellationToken abandon)
    {
        using var trace = claim.Trace.Resume(PaymentTelemetry.Source, "authorize payment");
        var started = time.GetTimestamp();
        var settlement = await AskAsync(claim, abandon);
        CrashPoints.Hit("payment.after-provider");
        while (true)
        {
            try
            {
                var settled = await queue.SettleAsync(settlement);
                CrashPoints.Hit("payment.after-commit");
                if (settled == Settled.VoidDue)
                {
                    steps.Wake();
                }

                if (settled != Settled.Lost && claim.Payment.RequestId is { } call)
                {
                    outcomes.Set(call);
                }

                return settled == Settled.Committed && settlement.After is null ? settlement.RetryAfter : null;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                PaymentLog.CommitFailed(logger, claim.Payment.Id, e);
                if (abandon.IsCancellationRequested || time.GetElapsedTime(started) > options.Lease)
                {
                    return null;
                }

                await Task.Delay(CommitPause, time, abandon).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>The key by which the provider is told that an authorization is given up before it held anything.</summary>
    public static string GivingUp(Guid paymentId) => $"{paymentId}:void";

    private async Task<Settlement> AskAsync(Claim claim, CancellationToken abandon)
    {
        var pause = RetryDelay.After(claim.Payment.Attempts, Random.Shared.NextDouble());
        using var limit = new CancellationTokenSource(options.ProviderTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, abandon);
        try
        {
            var after = claim.Payment.State == State.Pending
                ? await AuthorizeAsync(claim, both.Token).WaitAsync(both.Token)
                : await FinishActionAsync(claim.Payment, both.Token).WaitAsync(both.Token);
            if (after is null)
            {
                return Settlement.Retry(claim, pause);
            }

            // Made here, in the trace of this payment, although it is written together with others.
            var row = outbox.Prepare(new OutgoingEvent(PaymentModule.Topic, after.OrderId.ToString(), after.ToEvent()));
            return Settlement.Done(claim, after, row);
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            return Settlement.Retry(claim, TimeSpan.Zero);
        }
#pragma warning disable CA1031 // Whatever went wrong, the outcome is unknown, and money must not hang on the kind of an exception.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var cause = e is OperationCanceledException && limit.IsCancellationRequested ? "time limit" : e.GetType().Name;
            PaymentLog.OutcomeUnknown(logger, claim.Payment.Id, claim.Payment.Attempts, cause, pause.TotalSeconds);
            return Settlement.Retry(claim, pause);
        }
    }

    /// <summary>The payment as the provider's answer leaves it; null while there is none.</summary>
    private async Task<Payment?> AuthorizeAsync(Claim claim, CancellationToken cancellationToken)
    {
        var payment = claim.Payment;
        if (payment.Amount.MinorUnits == 0)
        {
            // Nothing to hold, so nobody to ask.
            return payment.Authorize(string.Empty, null, time.GetMicrosecondUtcNow());
        }

        HoldToProvider(payment);
        var answer = payment.Attempts > 1 ? await FindAsync(payment, cancellationToken) : null;
        answer ??= await provider.AuthorizeAsync(
            new ProviderAuthorization(payment.Id.ToString(), payment.Id, payment.OrderId, payment.Amount, claim.PaymentMethod),
            cancellationToken);
        return Applied(payment, answer);
    }

    /// <summary>
    /// Ends an action whose time is over, or whose order was cancelled. The provider is asked what became of it first. That the payment is
    /// to be given up is durable before the provider is told: should the holder of the card act in between, what is
    /// held then is released.
    /// </summary>
    private async Task<Payment?> FinishActionAsync(Payment payment, CancellationToken cancellationToken)
    {
        HoldToProvider(payment);
        var answer = await FindAsync(payment, cancellationToken);
        if (answer is not null && Applied(payment, answer) is { } after)
        {
            return after;
        }

        if (await CloseAsync(payment.Id, cancellationToken) is not { State: State.RequiresAction, VoidRequested: true } closed)
        {
            return null;
        }

        var released = await provider.VoidAsync(
            new ProviderVoid(GivingUp(payment.Id), payment.Id, payment.ProviderReference), cancellationToken);
        return released is ProviderAnswer.Approved ? closed.GiveUp(time.GetMicrosecondUtcNow()) : null;
    }

    private Payment? Applied(Payment payment, ProviderAnswer answer) =>
        ProviderAnswers.Authorized(payment, answer, options, time.GetMicrosecondUtcNow());

    private Task<ProviderAnswer?> FindAsync(Payment payment, CancellationToken cancellationToken) => provider.FindAsync(
        new ProviderQuery(payment.Id.ToString(), StepKind.Authorize, payment.Id, payment.ProviderReference), cancellationToken);

    /// <summary>Makes durable that a payment whose action is overdue is to be given up.</summary>
    private Task<Payment?> CloseAsync(Guid id, CancellationToken cancellationToken) => dataSource.InTransactionAsync(
        async (transaction, token) =>
        {
            var now = time.GetMicrosecondUtcNow();
            var payment = await PaymentStore.LockAsync(id, transaction, token);
            if (payment is not { State: State.RequiresAction, VoidRequested: false } || payment.ActionExpireTime > now)
            {
                return payment;
            }

            var closed = payment.RequestVoid(Payment.ActionExpired, now);
            await writer.WriteAsync([new PaymentChange(closed)], options.Lease, transaction, token);
            return closed;
        },
        cancellationToken);

    private void HoldToProvider(Payment payment)
    {
        if (payment.Provider != provider.Name)
        {
            throw new InvalidOperationException($"The payment is with {payment.Provider}, and this service talks to {provider.Name}.");
        }
    }
}
