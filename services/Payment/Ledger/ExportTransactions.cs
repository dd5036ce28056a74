using System.Runtime.CompilerServices;
using Npgsql;
using Suite.Contracts.Payments.V1;

namespace Suite.Payments.Ledger;

/// <summary>Sends every transaction in the order they were recorded in, from one snapshot, page by page.</summary>
internal sealed class ExportTransactions(NpgsqlDataSource dataSource)
{
    private const int PageSize = 1000;

    private const string SelectPage =
        $"""
        SELECT {StoredTransaction.Columns}, {StoredTransaction.Reversal}
        FROM (
            SELECT * FROM ledger_transactions n
            WHERE n.sequence > $1 AND n.record_time >= $2 AND n.record_time < $3 ORDER BY n.sequence LIMIT $4
        ) t
        LEFT JOIN ledger_entries e ON e.transaction_id = t.id
        ORDER BY t.sequence, e.line
        """;

    public async IAsyncEnumerable<ExportTransactionsResponse> RunAsync(
        ExportTransactionsRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var from = LedgerTime.Read(request.RecordedFrom, "recorded_from") ?? DateTimeOffset.MinValue;
        var until = LedgerTime.Read(request.RecordedUntil, "recorded_until") ?? DateTimeOffset.MaxValue;
        await using var snapshot = await LedgerSnapshot.OpenAsync(dataSource, cancellationToken);
        var (last, count) = (0L, PageSize);
        while (count == PageSize)
        {
            var page = new List<StoredTransaction>(PageSize);
            await using (var command = snapshot.Command(SelectPage, last, from, until, PageSize))
            await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            {
                await foreach (var transaction in StoredTransaction.ReadAllAsync(reader, cancellationToken))
                {
                    page.Add(transaction);
                }
            }

            count = page.Count;
            foreach (var transaction in page)
            {
                last = transaction.Sequence;
                yield return new ExportTransactionsResponse { Transaction = transaction.ToProto() };
            }
        }
    }
}
