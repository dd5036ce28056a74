using Npgsql;

namespace Suite.Payments.Ledger;

/// <summary>The journal, for reading.</summary>
internal sealed class TransactionStore(NpgsqlDataSource dataSource)
{
    private const string SelectOne =
        $"""
        SELECT {StoredTransaction.Columns}, {StoredTransaction.Reversal}
        FROM ledger_transactions t LEFT JOIN ledger_entries e ON e.transaction_id = t.id
        WHERE t.id = $1 ORDER BY e.line
        """;

    private const string SelectPostings =
        $"SELECT t.id, t.source, t.template, {StoredEntry.Columns} FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.transaction_id";

    /// <summary>A transaction, or null when there is none of that id.</summary>
    public async Task<StoredTransaction?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await FindAsync(id, connection, cancellationToken);
    }

    /// <summary>The same on a connection, in the transaction that it has.</summary>
    public static async Task<StoredTransaction?> FindAsync(Guid id, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SelectOne, connection) { Parameters = { new() { Value = id } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await foreach (var transaction in StoredTransaction.ReadAllAsync(reader, cancellationToken))
        {
            return transaction;
        }

        return null;
    }

    /// <summary>Up to <paramref name="count"/> entries that match, newest first.</summary>
    /// <param name="filter">Comparisons of <c>e</c> (entries) and <c>t</c> (transactions), each led by <c> AND </c>.</param>
    /// <param name="before">Sequence and line of the entry before the page, if there is one.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<FoundPosting>> PageAsync(
        Func<NpgsqlParameterCollection, string> filter, (long Sequence, short Line)? before, int count, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        command.Parameters.Add(new() { Value = before?.Sequence ?? long.MaxValue });
        command.Parameters.Add(new() { Value = before?.Line ?? short.MaxValue });
        command.Parameters.Add(new() { Value = count });
        command.CommandText =
            $"{SelectPostings} WHERE (e.sequence, e.line) < ($1, $2){filter(command.Parameters)} ORDER BY e.sequence DESC, e.line DESC LIMIT $3";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var postings = new List<FoundPosting>();
        while (await reader.ReadAsync(cancellationToken))
        {
            postings.Add(new FoundPosting(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), StoredEntry.Read(reader, 3)));
        }

        return postings;
    }
}

/// <summary>An entry with what is told of its transaction.</summary>
internal sealed record FoundPosting(Guid TransactionId, string Source, string Template, StoredEntry Entry);
