using Npgsql;
using Suite.Contracts.Payments.V1;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Monetary;
using Suite.Platform.Naming;
using Suite.Platform.Time;

namespace Suite.Payments.Ledger;

/// <summary>Posts the opposite of a transaction that was posted by hand: once, effective at a time that the caller names.</summary>
internal sealed class ReverseTransaction(IdempotencyStore requests, TimeProvider time)
{
    public Task<Transaction> RunAsync(RequestKey key, ReverseTransactionRequest request, CancellationToken cancellationToken)
    {
        var id = ResourceName.ParseGuid(LedgerNames.Transactions, request.Name);
        var effective = LedgerTime.Read(request.EffectiveTime, "effective_time")!.Value;
        var now = time.GetMicrosecondUtcNow();
        if (effective > now)
        {
            throw DomainError.InvalidArgument("effective_time", "must not be in the future.");
        }

        return requests.RunKeepingRefusalsAsync(
            key,
            Transaction.Parser,
            (transaction, token) => ReverseAsync(id, effective, now, request, transaction, token),
            _ => null,
            cancellationToken);
    }

    private static async Task<Transaction> ReverseAsync(
        Guid id,
        DateTimeOffset effective,
        DateTimeOffset now,
        ReverseTransactionRequest request,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        var original = await TransactionStore.FindAsync(id, transaction.Connection!, cancellationToken) ?? throw DomainError.NotFound(request.Name);
        if (original.Template == PostingTemplates.Reversal)
        {
            throw LedgerErrors.Reversed(request.Name, "is a reversal itself");
        }

        if (original.Template != PostingTemplates.Manual)
        {
            throw DomainError.InvalidArgument("name", $"{request.Name} is of {original.Source}: what payments post is undone by refunding them.");
        }

        if (effective < original.EffectiveTime)
        {
            throw DomainError.InvalidArgument("effective_time", "must not be before the transaction that is reversed.");
        }

        // One key for every reversal of it: whoever comes second has nothing to write.
        var reversal = new JournalTransaction(
            $"{LedgerNames.Transaction(id)}/reversal", PostingTemplates.Reversal, string.Empty, effective, [.. original.Entries.Select(Opposite)])
        {
            Id = Guid.CreateVersion7(now),
            Description = request.Description,
            Reverses = id,
        };
        return await PostTransaction.PostAsync(reversal, transaction, cancellationToken);
    }

    private static JournalEntry Opposite(StoredEntry entry) => entry.DebitMinor > 0
        ? new(entry.Account, false, new MoneyAmount(entry.DebitMinor, entry.CurrencyCode), entry.IsPending)
        : new(entry.Account, true, new MoneyAmount(entry.CreditMinor, entry.CurrencyCode), entry.IsPending);
}
