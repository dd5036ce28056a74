using System.Numerics;
using Npgsql;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Payments.V1;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Monetary;
using Suite.Platform.Time;
using Side = Suite.Contracts.Payments.V1.Account.Types.Side;

namespace Suite.Payments.Ledger;

/// <summary>Posts several entries at once by hand, all or nothing. Which accounts may be posted to: <see cref="Chart.IsOfPayments"/>.</summary>
internal sealed class PostTransaction(IdempotencyStore requests, TimeProvider time)
{
    private const int FewestPostings = 2;

    public async Task<Transaction> RunAsync(RequestKey key, PostTransactionRequest request, CancellationToken cancellationToken)
    {
        var posting = Translate(key, request.Transaction, time.GetMicrosecondUtcNow());
        return await requests.RunKeepingRefusalsAsync(
            key, Transaction.Parser, (transaction, token) => PostAsync(posting, transaction, token), _ => null, cancellationToken);
    }

    /// <summary>Writes one transaction and reads it back; refusals of the database become failures that callers know.</summary>
    internal static async Task<Transaction> PostAsync(
        JournalTransaction posting, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        try
        {
            var written = await Journal.AppendAsync([posting], transaction, cancellationToken);
            if (written.Count == 0)
            {
                throw posting.Reverses is { } reversed
                    ? LedgerErrors.Reversed(LedgerNames.Transaction(reversed), "was reversed before")
                    : DomainError.RequestIdReused();
            }
        }
        catch (PostgresException e) when (LedgerErrors.IsLimit(e))
        {
            throw LedgerErrors.LimitExceeded(LedgerErrors.LimitedAccount(e));
        }

        return (await TransactionStore.FindAsync(posting.Id, transaction.Connection!, cancellationToken))!.ToProto();
    }

    internal static JournalTransaction Translate(RequestKey key, Transaction transaction, DateTimeOffset now)
    {
        if (transaction.Postings.Count < FewestPostings)
        {
            throw DomainError.InvalidArgument("transaction.postings", $"must have at least {FewestPostings} items.");
        }

        var effective = LedgerTime.Read(transaction.EffectiveTime, "transaction.effective_time") ?? now;
        if (effective > now)
        {
            throw DomainError.InvalidArgument("transaction.effective_time", "must not be in the future.");
        }

        var entries = transaction.Postings.Select((p, i) => Entry(p, $"transaction.postings[{i}]")).ToList();
        if (Unbalanced(entries) is { } currency)
        {
            throw DomainError.InvalidArgument(
                "transaction.postings", $"debit and credit different amounts of {currency}.", ErrorReason.LedgerUnbalanced);
        }

        // The key holds even when the request's record has been cleaned away: a request id posts once, ever.
        return new JournalTransaction($"requests/{key.Id}", PostingTemplates.Manual, string.Empty, effective, entries)
        {
            Id = Guid.CreateVersion7(now),
            Description = transaction.Description,
        };
    }

    private static JournalEntry Entry(Posting posting, string field)
    {
        if (posting.Side is not (Side.Debit or Side.Credit))
        {
            throw DomainError.InvalidArgument($"{field}.side", "must be DEBIT or CREDIT.");
        }

        var amount = MoneyAmount.FromProto(posting.Amount, $"{field}.amount");
        if (amount.MinorUnits <= 0)
        {
            throw DomainError.InvalidArgument($"{field}.amount", "must be more than 0.");
        }

        var account = LedgerNames.ParseAccount(posting.Account);
        return Chart.IsOfPayments(account)
            ? throw DomainError.InvalidArgument($"{field}.account", $"{posting.Account} is posted to by payments alone.")
            : new JournalEntry(account, posting.Side == Side.Debit, amount);
    }

    /// <summary>The first currency whose debits are not its credits, or null.</summary>
    private static string? Unbalanced(IEnumerable<JournalEntry> entries) => entries
        .GroupBy(e => e.Amount.CurrencyCode, StringComparer.Ordinal)
        .FirstOrDefault(g => g.Aggregate(BigInteger.Zero, (sum, e) => sum + e.SignedMinor) != 0)?.Key;
}
