using Npgsql;
using Suite.Payments.Domain;
using Suite.Payments.Providers;
using Suite.Payments.Storage;
using Suite.Platform.Hosting;
using Suite.Platform.Messaging;
using Suite.Platform.Time;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Payments.Features;

/// <summary>
/// Works off one claim: asks the provider, outside any transaction and with a time limit, then commits state, postings and
/// event together. An outcome that stays unknown goes back to the queue, to be asked for again with the same key.
/// </summary>
internal sealed class SettlePayment(
    PaymentQueue queue, IPaymentProvider provider, IOutbox outbox, PaymentOptions options, TimeProvider time, ILogger<SettlePayment> logger)
{
    private static readonly TimeSpan CommitPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Returns when the claim's outcome is durable, or is left to whoever claims it after the lease.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="abandon">Cancelled when this process can not wait for the provider any longer.</param>
    /// <returns>How soon there is more to do for this payment, or null.</returns>
    public async Task<TimeSpan?> RunAsync(Claim claim, CancellationToken abandon)
    {
        using var trace = claim.Trace.Resume(claim.Payment.State == State.Pending ? "payment.authorize" : "payment.void");
        var started = time.GetTimestamp();
        var settlement = await AskAsync(claim, abandon);
        CrashPoints.Hit("payment.after-provider");
        while (true)
        {
            try
            {
                var settled = await queue.SettleAsync(settlement);
                CrashPoints.Hit("payment.after-commit");
                return settled switch
                {
                    Settled.VoidDue => TimeSpan.Zero,
                    Settled.Committed when settlement.After is null => settlement.RetryAfter,
                    _ => null,
                };
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

    private async Task<Settlement> AskAsync(Claim claim, CancellationToken abandon)
    {
        using var limit = new CancellationTokenSource(options.ProviderTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, abandon);
        try
        {
            var after = claim.Payment.State == State.Pending
                ? await AuthorizeAsync(claim, both.Token)
                : await VoidAsync(claim.Payment, both.Token);
            // Made here, in the trace of this payment, although it is written together with others.
            var row = outbox.Prepare(new OutgoingEvent(PaymentModule.Topic, after.OrderId.ToString(), after.ToEvent()));
            return Settlement.Done(claim, after, provider.Name, row);
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            return Settlement.Retry(claim, TimeSpan.Zero);
        }
#pragma warning disable CA1031 // Whatever went wrong, the outcome is unknown, and money must not hang on the kind of an exception.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var pause = RetryDelay.After(claim.Attempts, Random.Shared.NextDouble());
            var cause = e is OperationCanceledException && limit.IsCancellationRequested ? "time limit" : e.GetType().Name;
            PaymentLog.OutcomeUnknown(logger, claim.Payment.Id, claim.Attempts, cause, pause.TotalSeconds);
            return Settlement.Retry(claim, pause);
        }
    }

    private async Task<Payment> AuthorizeAsync(Claim claim, CancellationToken cancellationToken)
    {
        var payment = claim.Payment;
        if (payment.Amount.MinorUnits == 0)
        {
            // Nothing to hold, so nobody to ask.
            return payment.Authorize(string.Empty, Now());
        }

        var answer = await provider
            .AuthorizeAsync(
                new ProviderAuthorization(payment.Id.ToString(), payment.Id, payment.OrderId, payment.Amount, claim.PaymentMethod), cancellationToken)
            .WaitAsync(cancellationToken);
        return answer switch
        {
            ProviderAnswer.Approved approved => payment.Authorize(approved.Reference, Now()),
            ProviderAnswer.Declined declined => payment.Decline(declined.Reason, Now()),
            _ => throw new InvalidOperationException("The provider's answer is of no known kind."),
        };
    }

    private async Task<Payment> VoidAsync(Payment payment, CancellationToken cancellationToken)
    {
        if (payment.Amount.MinorUnits > 0)
        {
            await provider
                .VoidAsync(new ProviderVoid($"{payment.Id}:void", payment.Id, payment.ProviderReference), cancellationToken)
                .WaitAsync(cancellationToken);
        }

        return payment.Void(Now());
    }

    private DateTimeOffset Now() => time.GetMicrosecondUtcNow();
}
