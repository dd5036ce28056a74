using System.Numerics;
using Npgsql;

namespace Suite.Payments.Storage;

/// <summary>The sums of one kind of account in one currency, in minor units; larger than any single amount.</summary>
internal sealed record AccountSums(string CurrencyCode, string Account, BigInteger DebitMinor, BigInteger CreditMinor);

/// <summary>The ledger's table, for reading. Entries are written with the transition that posts them.</summary>
internal sealed class LedgerStore(NpgsqlDataSource dataSource)
{
    // One statement is one snapshot.
    private const string SumAll =
        """
        SELECT moment.as_of, sums.currency, sums.account, sums.debits, sums.credits
        FROM (SELECT statement_timestamp() AS as_of) moment
        LEFT JOIN (
            SELECT currency, account, sum(debit_minor) AS debits, sum(credit_minor) AS credits
            FROM ledger_entries GROUP BY currency, account
        ) sums ON true
        ORDER BY sums.currency, sums.account
        """;

    public async Task<(DateTimeOffset AsOf, IReadOnlyList<AccountSums> Sums)> SumAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(SumAll);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var asOf = DateTimeOffset.MinValue;
        var sums = new List<AccountSums>();
        while (await reader.ReadAsync(cancellationToken))
        {
            asOf = reader.GetFieldValue<DateTimeOffset>(0);
            if (!reader.IsDBNull(1))
            {
                sums.Add(new AccountSums(
                    reader.GetString(1), reader.GetString(2), reader.GetFieldValue<BigInteger>(3), reader.GetFieldValue<BigInteger>(4)));
            }
        }

        return (asOf, sums);
    }
}
