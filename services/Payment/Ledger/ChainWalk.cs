namespace Suite.Payments.Ledger;

/// <summary>
/// Walks the hash chain of one shard in a snapshot, page by page: each transaction is hashed again, after the hash that stands before it.
/// </summary>
internal sealed class ChainWalk(LedgerSnapshot snapshot, short shard, LedgerFindings findings)
{
    public const int PageSize = 2000;

    private const string SelectLinks =
        "SELECT position, transaction_id, hash FROM ledger_chain WHERE shard = $1 AND position > $2 ORDER BY position LIMIT $3";

    private const string SelectTransactions =
        $"""
        SELECT {StoredTransaction.Columns} FROM ledger_transactions t LEFT JOIN ledger_entries e ON e.transaction_id = t.id
        WHERE t.id = ANY($1) ORDER BY t.id, e.line
        """;

    private const string SelectHead = "SELECT position, hash FROM ledger_shards WHERE shard = $1";

    private byte[] _hash = new byte[LedgerHash.Length];
    private long _position;

    /// <summary>Walks on by one page.</summary>
    /// <returns>How many places were walked; 0 at the end.</returns>
    public async Task<int> NextAsync(CancellationToken cancellationToken)
    {
        var links = await LinksAsync(cancellationToken);
        var transactions = await TransactionsAsync([.. links.Select(l => l.TransactionId)], cancellationToken);
        foreach (var (position, id, hash) in links)
        {
            if (position != _position + 1)
            {
                findings.Add(
                    LedgerFindings.Chain, LedgerNames.Transaction(id), $"expected at place {_position + 1} of chain {shard}, found at {position}");
            }

            if (!transactions.TryGetValue(id, out var transaction))
            {
                findings.Add(
                    LedgerFindings.Transaction, LedgerNames.Transaction(id), $"was sealed at place {position} of chain {shard}, and is not there");
            }
            else if (LedgerHash.Of(_hash, transaction) is var found && !found.AsSpan().SequenceEqual(hash))
            {
                findings.Add(
                    LedgerFindings.Chain,
                    LedgerNames.Transaction(id),
                    $"hash at place {position} of chain {shard}: expected {Convert.ToHexStringLower(hash)}, found {Convert.ToHexStringLower(found)}");
            }

            // On from what stands there, so that one fault is not told of everything after it.
            (_position, _hash) = (position, hash);
        }

        return links.Count;
    }

    /// <summary>At the end: whether the chain is as long as its head says.</summary>
    public async Task CheckHeadAsync(CancellationToken cancellationToken)
    {
        await using var command = snapshot.Command(SelectHead, shard);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)
            || reader.GetInt64(0) != _position
            || !reader.GetFieldValue<byte[]>(1).AsSpan().SequenceEqual(_hash))
        {
            findings.Add(LedgerFindings.Chain, $"chains/{shard}", $"ends at place {_position}, which is not the head that was recorded");
        }
    }

    private async Task<List<(long Position, Guid TransactionId, byte[] Hash)>> LinksAsync(CancellationToken cancellationToken)
    {
        await using var command = snapshot.Command(SelectLinks, shard, _position, PageSize);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var links = new List<(long, Guid, byte[])>(PageSize);
        while (await reader.ReadAsync(cancellationToken))
        {
            links.Add((reader.GetInt64(0), reader.GetGuid(1), reader.GetFieldValue<byte[]>(2)));
        }

        return links;
    }

    private async Task<Dictionary<Guid, StoredTransaction>> TransactionsAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, StoredTransaction>(ids.Length);
        if (ids.Length > 0)
        {
            await using var command = snapshot.Command(SelectTransactions, ids);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await foreach (var transaction in StoredTransaction.ReadAllAsync(reader, cancellationToken))
            {
                found.Add(transaction.Id, transaction);
            }
        }

        return found;
    }
}
