using Npgsql;
using Suite.Payments.Domain;
using Suite.Payments.Providers;
using Suite.Payments.Storage;
using Suite.Platform.Hosting;
using Suite.Platform.Messaging;
using Suite.Platform.Monetary;
using Suite.Platform.Postgres;
using Suite.Platform.Time;

namespace Suite.Payments.Features;

/// <summary>
/// Works off one capture, void or refund: asks the provider, outside any transaction and with a time limit, then commits what it says.
/// A step that may have been asked for before is looked for first, and asked for again, with the same key, only where the
/// provider never heard of it. An outcome that stays unknown goes back to the queue.
/// </summary>
internal sealed class SettleStep(
    NpgsqlDataSource dataSource,
    StepStore steps,
    PaymentChangeWriter writer,
    IPaymentProvider provider,
    CallOutcomes outcomes,
    IOutbox outbox,
    PaymentOptions options,
    TimeProvider time,
    ILogger<SettleStep> logger)
{
    private static readonly TimeSpan CommitPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Returns when the step's outcome is durable, or is left to whoever claims it after the lease.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="abandon">Cancelled when this process can not wait for the provider any longer.</param>
    /// <returns>How soon there is more to do for this step, or null.</returns>
    public async Task<TimeSpan?> RunAsync(StepClaim claim, CancellationToken abandon)
    {
        using var trace = claim.Trace.Resume(PaymentTelemetry.Source, $"{NameOf(claim.Step.Plan.Kind)} payment");
        var started = time.GetTimestamp();
        var (answer, pause) = await AskAsync(claim, abandon);
        CrashPoints.Hit("payment.step-asked");
        while (true)
        {
            try
            {
                if (answer is null)
                {
                    await steps.RetryAsync(claim, asked: true, pause);
                    return pause;
                }

                var begun = await CommitAsync(claim, answer);
                CrashPoints.Hit("payment.step-committed");
                outbox.Wake();
                outcomes.Set(claim.Step.Id);
                return begun ? TimeSpan.Zero : null;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                PaymentLog.StepCommitFailed(logger, claim.Step.Id, e);
                if (abandon.IsCancellationRequested || time.GetElapsedTime(started) > options.Lease)
                {
                    return null;
                }

                await Task.Delay(CommitPause, time, abandon).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>The answer for good, or null and when to ask again.</summary>
    private async Task<(ProviderAnswer? Answer, TimeSpan Pause)> AskAsync(StepClaim claim, CancellationToken abandon)
    {
        var pause = RetryDelay.After(claim.Step.Attempts, Random.Shared.NextDouble());
        using var limit = new CancellationTokenSource(options.ProviderTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, abandon);
        try
        {
            var answer = await AskAsync(claim, claim.Step.Attempts > 1, both.Token).WaitAsync(both.Token);
            return answer is ProviderAnswer.Approved or ProviderAnswer.Declined ? (answer, TimeSpan.Zero) : (null, pause);
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            return (null, TimeSpan.Zero);
        }
#pragma warning disable CA1031 // Whatever went wrong, the outcome is unknown, and money must not hang on the kind of an exception.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var cause = e is OperationCanceledException && limit.IsCancellationRequested ? "time limit" : e.GetType().Name;
            PaymentLog.StepUnknown(
                logger, NameOf(claim.Step.Plan.Kind), claim.Step.Id, claim.Payment.Id, claim.Step.Attempts, cause, pause.TotalSeconds);
            return (null, pause);
        }
    }

    private async Task<ProviderAnswer> AskAsync(StepClaim claim, bool mayHaveBeenAsked, CancellationToken cancellationToken)
    {
        var (payment, step) = (claim.Payment, claim.Step);
        if (payment.Provider != provider.Name)
        {
            throw new InvalidOperationException($"The payment is with {payment.Provider}, and this service talks to {provider.Name}.");
        }

        var key = step.Id.ToString();
        var query = new ProviderQuery(key, step.Plan.Kind, payment.Id, payment.ProviderReference);
        if (mayHaveBeenAsked && await provider.FindAsync(query, cancellationToken) is { } known)
        {
            return known;
        }

        var amount = new MoneyAmount(step.Plan.AmountMinor, payment.Amount.CurrencyCode);
        return await (step.Plan.Kind switch
        {
            StepKind.Capture => provider.CaptureAsync(
                new ProviderCapture(key, payment.Id, payment.ProviderReference, amount, step.Plan.IsFinal), cancellationToken),
            StepKind.Void => provider.VoidAsync(new ProviderVoid(key, payment.Id, payment.ProviderReference), cancellationToken),
            StepKind.Refund => provider.RefundAsync(
                new ProviderRefund(key, payment.Id, payment.ProviderReference, amount), cancellationToken),
            _ => throw new InvalidOperationException($"A {step.Plan.Kind} is no step of its own."),
        });
    }

    /// <summary>Commits the answer, unless somebody else brought one before.</summary>
    /// <returns>Whether another step began with it.</returns>
    private Task<bool> CommitAsync(StepClaim claim, ProviderAnswer answer) => dataSource.InTransactionAsync(
        async (transaction, token) =>
        {
            var payment = await PaymentStore.LockAsync(claim.Payment.Id, transaction, token)
                ?? throw new InvalidOperationException($"{claim.Payment.Name} is gone.");
            var step = await StepStore.FindAsync(claim.Step.Id, transaction.Connection!, token)
                ?? throw new InvalidOperationException($"The step {claim.Step.Id} is gone.");
            if (ProviderAnswers.ToStep(payment, step, answer, time.GetMicrosecondUtcNow()) is not { } change)
            {
                if (ProviderAnswers.Contradicts(step, answer))
                {
                    PaymentLog.Contradiction(logger, payment.Id, $"step {step.Id}", step.State.ToString(), answer.GetType().Name);
                }

                return false;
            }

            if (answer is ProviderAnswer.Declined declined)
            {
                PaymentLog.StepRefused(logger, NameOf(step.Plan.Kind), step.Id, payment.Id, declined.Reason);
            }

            await writer.WriteAsync([change], options.Lease, transaction, token);
            return change.Begun.Count > 0;
        },
        CancellationToken.None);

    private static string NameOf(StepKind kind) => kind switch
    {
        StepKind.Capture => "capture",
        StepKind.Void => "void",
        StepKind.Refund => "refund",
        _ => "authorize",
    };
}
