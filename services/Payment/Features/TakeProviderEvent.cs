using Npgsql;
using Suite.Payments.Domain;
using Suite.Payments.Ledger;
using Suite.Payments.Providers;
using Suite.Payments.Storage;
using Suite.Platform.Messaging;
using Suite.Platform.Postgres;
using Suite.Platform.Time;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Payments.Features;

/// <summary>
/// Takes in what a provider tells by itself. It is the same command as the reply to a call, under the same lock: whichever comes first,
/// second, twice or late changes the payment once, and nothing goes backwards. That the event was taken in commits with its effect.
/// </summary>
internal sealed class TakeProviderEvent(
    NpgsqlDataSource dataSource,
    PaymentStore payments,
    PaymentChangeWriter writer,
    PaymentWorker worker,
    StepWorker steps,
    CallOutcomes outcomes,
    IOutbox outbox,
    PaymentOptions options,
    TimeProvider time,
    ILogger<TakeProviderEvent> logger) : IProviderEvents
{
    private const string Remember =
        """
        INSERT INTO provider_events (provider, event_id, payment_id, kind, occur_time) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING
        """;

    public async Task<ProviderEventVerdict> TakeAsync(ProviderEvent providerEvent, CancellationToken cancellationToken)
    {
        var id = providerEvent.PaymentId
            ?? (providerEvent.Reference.Length > 0
                ? await payments.LocateAsync(providerEvent.Provider, providerEvent.Reference, cancellationToken)
                : null);
        if (id is not { } paymentId)
        {
            return ProviderEventVerdict.UnknownPayment;
        }

        var (verdict, changes) = await dataSource.InTransactionAsync(
            (transaction, token) => TakeAsync(providerEvent, paymentId, transaction, token), cancellationToken);
        if (changes.Count > 0)
        {
            outbox.Wake();
            worker.Wake();
            steps.Wake();
            foreach (var change in changes)
            {
                if (change.Call is { } call)
                {
                    outcomes.Set(call.Id);
                }
            }
        }

        return verdict;
    }

    private async Task<(ProviderEventVerdict Verdict, IReadOnlyList<PaymentChange> Changes)> TakeAsync(
        ProviderEvent providerEvent, Guid paymentId, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var payment = await PaymentStore.LockAsync(paymentId, transaction, cancellationToken);
        if (payment is null || payment.Provider != providerEvent.Provider)
        {
            return (ProviderEventVerdict.UnknownPayment, []);
        }

        if (providerEvent is ProviderEvent.HoldExpired && payment.State == State.Pending)
        {
            // It holds what we do not know it to hold: the answer to the authorization was lost. Taken in now, the end would be forgotten, and
            // the authorization would be found later and believed.
            return (ProviderEventVerdict.TooEarly, []);
        }

        if (!await RememberAsync(providerEvent, paymentId, transaction, cancellationToken))
        {
            return (ProviderEventVerdict.Repeated, []);
        }

        var changes = providerEvent switch
        {
            ProviderEvent.StepAnswered answered => ToList(await AnsweredAsync(payment, answered, transaction, cancellationToken)),
            ProviderEvent.HoldExpired => ToList(Expired(payment)),
            ProviderEvent.DisputeChanged dispute => await DisputedAsync(payment, dispute, transaction, cancellationToken),
            _ => [],
        };
        // One after the other: they are of one payment, and each goes on where the last one ended.
        foreach (var change in changes)
        {
            await writer.WriteAsync([change], options.Lease, transaction, cancellationToken);
        }

        return (ProviderEventVerdict.Accepted, changes);
    }

    private async Task<PaymentChange?> AnsweredAsync(
        Payment payment, ProviderEvent.StepAnswered answered, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var now = time.GetMicrosecondUtcNow();
        if (answered.Kind == StepKind.Authorize)
        {
            if (payment.State is State.Declined or State.Voided && answered.Answer is ProviderAnswer.Approved && payment.ReleasedMinor == 0)
            {
                PaymentLog.Contradiction(logger, payment.Id, "its authorization", payment.State.ToString(), answered.Answer.GetType().Name);
            }

            return ProviderAnswers.ToAuthorization(payment, answered.Answer, options, now);
        }

        // Of a payment that was given up before anything was held: the state says it.
        if (answered.Key == SettlePayment.GivingUp(payment.Id))
        {
            return null;
        }

        if (!Guid.TryParse(answered.Key, out var stepId)
            || await StepStore.FindAsync(stepId, transaction.Connection!, cancellationToken) is not { } step
            || step.PaymentId != payment.Id
            || step.Plan.Kind != answered.Kind)
        {
            // Done at the provider by somebody else. Reconciliation names it.
            PaymentLog.UnknownSubject(logger, payment.Id, answered.EventId, answered.Kind.ToString());
            return null;
        }

        if (ProviderAnswers.Contradicts(step, answered.Answer))
        {
            PaymentLog.Contradiction(logger, payment.Id, $"step {step.Id}", step.State.ToString(), answered.Answer.GetType().Name);
        }

        return ProviderAnswers.ToStep(payment, step, answered.Answer, now);
    }

    /// <summary>
    /// The provider let go of the hold by itself. Where a step is running on it, its outcome tells what there was, and what is
    /// left is released after it.
    /// </summary>
    private PaymentChange? Expired(Payment payment)
    {
        var now = time.GetMicrosecondUtcNow();
        if (payment.State != State.Authorized || payment.VoidRequested)
        {
            return null;
        }

        var requested = payment.RequestVoid(Payment.AuthorizationExpired, now);
        if (!requested.VoidIsDue)
        {
            return new PaymentChange(requested);
        }

        var step = new PaymentStep
        {
            Id = Guid.CreateVersion7(now),
            PaymentId = payment.Id,
            Plan = requested.PlanVoid(),
            State = StepState.Intended,
            CreateTime = now,
        };
        var done = ProviderAnswers.ToStep(requested, step, new ProviderAnswer.Approved(payment.ProviderReference), now)!;
        return done with { Answered = null, Begun = [new NewStep(done.Answered!, default)] };
    }

    private async Task<IReadOnlyList<PaymentChange>> DisputedAsync(
        Payment payment, ProviderEvent.DisputeChanged told, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (told.Amount.CurrencyCode != payment.Amount.CurrencyCode || told.Amount.MinorUnits <= 0)
        {
            PaymentLog.UnknownSubject(logger, payment.Id, told.EventId, "an amount that can not be disputed");
            return [];
        }

        var now = time.GetMicrosecondUtcNow();
        var changes = new List<PaymentChange>();
        var dispute = await DisputeStore.FindAsync(told.Provider, told.DisputeReference, transaction, cancellationToken);
        if (dispute is null)
        {
            // What was decided was opened first, whether we heard of it or not.
            var after = payment.Dispute(told.Amount.MinorUnits, now);
            dispute = new Dispute
            {
                Id = Guid.CreateVersion7(now),
                PaymentId = payment.Id,
                OrderId = payment.OrderId,
                CustomerId = payment.CustomerId,
                Provider = told.Provider,
                ProviderReference = told.DisputeReference,
                Amount = told.Amount,
                State = DisputeState.Open,
                Reason = told.Reason,
                CreateTime = after.UpdateTime,
                UpdateTime = after.UpdateTime,
            };
            changes.Add(Changed(after, dispute));
        }
        else if (dispute.PaymentId != payment.Id)
        {
            PaymentLog.UnknownSubject(logger, payment.Id, told.EventId, "a dispute of another payment");
            return [];
        }

        if (told.State != DisputeState.Open && dispute.State == DisputeState.Open)
        {
            var before = changes.Count > 0 ? changes[0].After : payment;
            var after = before.Dispute(told.State == DisputeState.Won ? -dispute.Amount.MinorUnits : 0, now);
            changes.Add(Changed(after, dispute.Decide(told.State, after.UpdateTime)));
        }

        return changes;
    }

    private static PaymentChange Changed(Payment after, Dispute dispute) => new(after)
    {
        Dispute = dispute,
        Postings = [PostingTemplates.Disputed(after.Provider, dispute.Id, dispute.State, dispute.Amount, dispute.UpdateTime)],
        Events = [dispute.ToEvent(after)],
    };

    private static IReadOnlyList<PaymentChange> ToList(PaymentChange? change) => change is null ? [] : [change];

    private static async Task<bool> RememberAsync(
        ProviderEvent providerEvent, Guid paymentId, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Remember, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = providerEvent.Provider });
        command.Parameters.Add(new() { Value = providerEvent.EventId });
        command.Parameters.Add(new() { Value = paymentId });
        command.Parameters.Add(new() { Value = providerEvent.GetType().Name });
        command.Parameters.Add(new() { Value = providerEvent.OccurTime.ToUniversalTime() });
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }
}
