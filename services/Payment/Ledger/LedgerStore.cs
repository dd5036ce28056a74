using System.Numerics;
using Npgsql;

namespace Suite.Payments.Ledger;

/// <summary>The sums of one kind of account in one currency, in minor units; larger than any single amount.</summary>
internal sealed record KindSums(
    string CurrencyCode, string Kind, BigInteger PostedDebit, BigInteger PostedCredit, BigInteger PendingDebit, BigInteger PendingCredit);

/// <summary>The sums of the whole ledger. They are of its balances, which change with the entries.</summary>
internal sealed class LedgerStore(NpgsqlDataSource dataSource)
{
    // One statement is one snapshot.
    private const string SumAll =
        """
        SELECT moment.as_of, sums.currency, sums.kind, sums.posted_debit, sums.posted_credit, sums.pending_debit, sums.pending_credit
        FROM (SELECT statement_timestamp() AS as_of) moment
        LEFT JOIN (
            SELECT currency, kind, sum(posted_debit) AS posted_debit, sum(posted_credit) AS posted_credit,
                sum(pending_debit) AS pending_debit, sum(pending_credit) AS pending_credit
            FROM ledger_balances GROUP BY currency, kind
        ) sums ON true
        ORDER BY sums.currency, sums.kind COLLATE "C"
        """;

    public async Task<(DateTimeOffset AsOf, IReadOnlyList<KindSums> Sums)> SumAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(SumAll);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var asOf = DateTimeOffset.MinValue;
        var sums = new List<KindSums>();
        while (await reader.ReadAsync(cancellationToken))
        {
            asOf = reader.GetFieldValue<DateTimeOffset>(0);
            if (!reader.IsDBNull(1))
            {
                sums.Add(new KindSums(reader.GetString(1), reader.GetString(2), Sum(reader, 3), Sum(reader, 4), Sum(reader, 5), Sum(reader, 6)));
            }
        }

        return (asOf, sums);
    }

    private static BigInteger Sum(NpgsqlDataReader reader, int ordinal) => reader.GetFieldValue<BigInteger>(ordinal);
}
