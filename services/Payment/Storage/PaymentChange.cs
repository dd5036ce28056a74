using Google.Protobuf;
using Npgsql;
using Suite.Payments.Domain;
using Suite.Payments.Ledger;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Messaging;
using Suite.Platform.Telemetry;

namespace Suite.Payments.Storage;

/// <summary>
/// What happens to one payment at once: how it is afterwards, its steps, what is posted, what is told, and the answer to the call that
/// wanted it. All of it commits together or not at all.
/// </summary>
/// <param name="After">The payment as it is to be.</param>
internal sealed record PaymentChange(Payment After)
{
    /// <summary>A step that was answered.</summary>
    public PaymentStep? Answered { get; init; }

    /// <summary>Steps that begin.</summary>
    public IReadOnlyList<NewStep> Begun { get; init; } = [];

    /// <summary>A dispute that is new or was decided.</summary>
    public Dispute? Dispute { get; init; }

    /// <summary>What is posted.</summary>
    public IReadOnlyList<JournalTransaction> Postings { get; init; } = [];

    /// <summary>What is told, in order.</summary>
    public IReadOnlyList<IMessage> Events { get; init; } = [];

    /// <summary>The message this follows from, for the trace.</summary>
    public IncomingMessage? Cause { get; init; }

    /// <summary>The call that is answered, with the payment as it is afterwards or with <see cref="Refusal"/>.</summary>
    public RequestKey? Call { get; init; }

    /// <summary>What the call is refused with.</summary>
    public DomainException? Refusal { get; init; }

    /// <summary>The change that also begins the void that is due after it, where one is.</summary>
    public PaymentChange ThenVoidWhatIsDue() => After.VoidIsDue
        ? this with { Begun = [.. Begun, new NewStep(Step(After, After.PlanVoid()), Cause is null ? TraceContext.OfCurrent() : TraceContext.Of(Cause))] }
        : this;

    /// <summary>The change that also begins the refund that is due after it, where one is.</summary>
    public PaymentChange ThenRefundWhatIsDue()
    {
        if (!After.RefundIsDue)
        {
            return this;
        }

        var (after, plan) = After.BeginRefund(null, After.UpdateTime);
        var trace = Cause is null ? TraceContext.OfCurrent() : TraceContext.Of(Cause);
        return this with { After = after, Begun = [.. Begun, new NewStep(Step(after, plan!.Value), trace)] };
    }

    private static PaymentStep Step(Payment payment, StepPlan plan) => new()
    {
        Id = Guid.CreateVersion7(payment.UpdateTime),
        PaymentId = payment.Id,
        Plan = plan,
        State = StepState.Intended,
        CreateTime = payment.UpdateTime,
    };
}

/// <summary>Writes changes of payments whose rows are locked.</summary>
internal sealed class PaymentChangeWriter(IOutbox outbox)
{
    /// <summary>Writes changes, each of another payment, in the transaction that has locked their rows.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="lease">How long a step that begins with a lease is kept from others.</param>
    /// <param name="transaction">The caller's transaction.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task WriteAsync(
        IReadOnlyList<PaymentChange> changes, TimeSpan lease, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (changes.Count == 0)
        {
            return;
        }

        await PaymentRow.UpdateAsync(
            [.. changes.Select(c => c.After)],
            [.. changes.Select(c => c.Cause is null ? default : TraceContext.Of(c.Cause))],
            transaction,
            cancellationToken);
        foreach (var change in changes)
        {
            if (change.Answered is { } answered)
            {
                await StepStore.UpdateAsync(answered, transaction, cancellationToken);
            }

            if (change.Dispute is { } dispute)
            {
                await DisputeStore.UpsertAsync(dispute, transaction, cancellationToken);
            }
        }

        if (changes.SelectMany(c => c.Begun).ToList() is { Count: > 0 } begun)
        {
            await StepStore.InsertAsync(begun, lease, transaction, cancellationToken);
        }

        if (changes.SelectMany(c => c.Postings).ToList() is { Count: > 0 } postings)
        {
            await Journal.AppendAsync(postings, transaction, cancellationToken);
        }

        var events = changes.SelectMany(c => c.Events.Select(body => new OutgoingEvent(PaymentModule.Topic, c.After.OrderId.ToString(), body)
        {
            Cause = c.Cause,
            History = new EventPlace(c.After.Id, c.After.Version),
        }));
        await outbox.AppendAsync(transaction, [.. events], cancellationToken);
        foreach (var change in changes.Where(c => c.Call is not null))
        {
            await AnswerAsync(change, transaction, cancellationToken);
        }
    }

    private static async Task AnswerAsync(PaymentChange change, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (change.Refusal is { } refusal)
        {
            await IdempotencyStore.RecordAsync(change.Call!, refusal, transaction, cancellationToken);
            return;
        }

        var steps = await StepStore.OfPaymentAsync(change.After.Id, transaction.Connection!, cancellationToken);
        await IdempotencyStore.RecordAsync(change.Call!, change.After.ToProto(steps), subject: null, transaction, cancellationToken);
    }
}
