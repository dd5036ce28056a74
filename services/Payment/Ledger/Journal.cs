using Npgsql;

namespace Suite.Payments.Ledger;

/// <summary>Writes transactions into the ledger.</summary>
internal static class Journal
{
    private static readonly string Append = $"WITH {JournalSql.Posting(1)} SELECT id FROM journal";

    /// <summary>
    /// Writes transactions with their entries and balances, in the caller's transaction, with one statement. One whose key was posted
    /// before is left out: a business step posts once. Call it once a transaction, with all there is to post: balances are
    /// then locked in one order.
    /// </summary>
    /// <returns>The ids of the transactions that were written.</returns>
    /// <exception cref="PostgresException">
    /// A transaction does not balance, was reversed before, or overdraws an account that has a limit (<see cref="LedgerErrors"/>).
    /// </exception>
    public static async Task<IReadOnlySet<Guid>> AppendAsync(
        IReadOnlyList<JournalTransaction> transactions, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var written = new HashSet<Guid>(transactions.Count);
        if (transactions.Count == 0)
        {
            return written;
        }

        await using var command = new NpgsqlCommand(Append, transaction.Connection, transaction);
        JournalSql.AddParameters(command.Parameters, [.. transactions.Select(t => (t, (Guid?)null))]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            written.Add(reader.GetGuid(0));
        }

        return written;
    }
}
