using Npgsql;

namespace Suite.Payments.Ledger;

/// <summary>Writes transactions into the ledger.</summary>
internal static class Journal
{
    /// <summary>
    /// Writes transactions with their entries and balances, in the caller's transaction. One whose key was posted before is left out:
    /// a business step posts once.
    /// </summary>
    public static Task AppendAsync(
        IReadOnlyList<JournalTransaction> transactions, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{transactions.Count} on {transaction}: {cancellationToken}");
}
