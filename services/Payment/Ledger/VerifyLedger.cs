using System.Runtime.CompilerServices;
using Npgsql;
using Suite.Contracts.Payments.V1;

namespace Suite.Payments.Ledger;

/// <summary>
/// Holds the ledger against itself, in one snapshot: the hash chains are walked, every balance is derived again from its entries, and every
/// transaction has to balance, to be sealed when its chain has gone past it, and to come from a payment that exists. Of each kind
/// of difference the first is named.
/// </summary>
internal sealed class VerifyLedger(NpgsqlDataSource dataSource, ILogger<VerifyLedger> logger)
{
    private const string SelectShards = "SELECT shard FROM ledger_shards UNION SELECT DISTINCT shard FROM ledger_chain ORDER BY 1";

    // What is not in a chain yet; the first of those that should be, since the sealer has seen what committed with it.
    private const string CountUnsealed =
        """
        SELECT count(*), (array_agg(t.id ORDER BY t.sequence) FILTER (WHERE pg_visible_in_snapshot(t.xid, s.seen)))[1]
        FROM ledger_transactions t LEFT JOIN ledger_shards s ON s.shard = t.shard
        WHERE NOT EXISTS (SELECT FROM ledger_chain c WHERE c.transaction_id = t.id)
        """;

    private const string FindUnbalanced =
        """
        SELECT e.transaction_id FROM ledger_entries e
        GROUP BY e.transaction_id, e.currency, e.pending HAVING sum(e.debit_minor) <> sum(e.credit_minor) ORDER BY 1 LIMIT 1
        """;

    private const string FindOrphan =
        """
        SELECT e.transaction_id FROM ledger_entries e
        WHERE NOT EXISTS (SELECT FROM ledger_transactions t WHERE t.id = e.transaction_id) ORDER BY 1 LIMIT 1
        """;

    private const string FindSourceless =
        """
        SELECT t.id, t.source FROM ledger_transactions t
        WHERE t.source LIKE 'payments/%' AND NOT EXISTS (SELECT FROM payments p WHERE p.id::text = split_part(t.source, '/', 2))
        ORDER BY t.sequence LIMIT 1
        """;

    private const string CountBalances = "SELECT count(*) FROM (SELECT DISTINCT account, currency FROM ledger_balances) b";

    private const string FindWrongBalance =
        """
        SELECT coalesce(e.account, b.account), coalesce(e.currency, b.currency),
            concat_ws(' ', coalesce(e.pending_debit, 0), coalesce(e.pending_credit, 0), coalesce(e.posted_debit, 0), coalesce(e.posted_credit, 0)),
            concat_ws(' ', coalesce(b.pending_debit, 0), coalesce(b.pending_credit, 0), coalesce(b.posted_debit, 0), coalesce(b.posted_credit, 0))
        FROM (
            SELECT account, currency,
                coalesce(sum(debit_minor) FILTER (WHERE pending), 0) AS pending_debit,
                coalesce(sum(credit_minor) FILTER (WHERE pending), 0) AS pending_credit,
                coalesce(sum(debit_minor) FILTER (WHERE NOT pending), 0) AS posted_debit,
                coalesce(sum(credit_minor) FILTER (WHERE NOT pending), 0) AS posted_credit
            FROM ledger_entries GROUP BY account, currency
        ) e
        FULL JOIN (
            SELECT account, currency, sum(pending_debit) AS pending_debit, sum(pending_credit) AS pending_credit,
                sum(posted_debit) AS posted_debit, sum(posted_credit) AS posted_credit
            FROM ledger_balances GROUP BY account, currency
        ) b ON b.account = e.account AND b.currency = e.currency
        WHERE (e.pending_debit, e.pending_credit, e.posted_debit, e.posted_credit)
            IS DISTINCT FROM (b.pending_debit, b.pending_credit, b.posted_debit, b.posted_credit)
        ORDER BY 1, 2 LIMIT 1
        """;

    public async IAsyncEnumerable<VerifyLedgerResponse> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var snapshot = await LedgerSnapshot.OpenAsync(dataSource, cancellationToken);
        await foreach (var response in RunAsync(snapshot, cancellationToken))
        {
            yield return response;
        }
    }

    internal async IAsyncEnumerable<VerifyLedgerResponse> RunAsync(
        LedgerSnapshot snapshot, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var findings = new LedgerFindings();
        var progress = new VerifyLedgerResponse();
        foreach (var shard in await ColumnAsync<short>(snapshot, SelectShards, cancellationToken))
        {
            var walk = new ChainWalk(snapshot, shard, findings);
            while (await walk.NextAsync(cancellationToken) is > 0 and var count)
            {
                progress.Transactions += count;
                yield return progress.Clone();
            }

            await walk.CheckHeadAsync(cancellationToken);
        }

        await CheckTransactionsAsync(snapshot, findings, progress, cancellationToken);
        yield return progress.Clone();
        await CheckBalancesAsync(snapshot, findings, progress, cancellationToken);
        progress.Done = true;
        progress.Differences.Add(findings.Differences);
        foreach (var difference in findings.Differences)
        {
            PaymentLog.LedgerDiffers(logger, difference.Kind, difference.Resource, difference.Description);
        }

        yield return progress;
    }

    private static async Task CheckTransactionsAsync(
        LedgerSnapshot snapshot, LedgerFindings findings, VerifyLedgerResponse progress, CancellationToken cancellationToken)
    {
        await using (var command = snapshot.Command(CountUnsealed))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            progress.Unsealed = reader.GetInt64(0);
            progress.Transactions += progress.Unsealed;
            if (!reader.IsDBNull(1))
            {
                findings.Add(LedgerFindings.Transaction, LedgerNames.Transaction(reader.GetGuid(1)), "is in no chain, although its chain has gone past it");
            }
        }

        foreach (var id in await ColumnAsync<Guid>(snapshot, FindOrphan, cancellationToken))
        {
            findings.Add(LedgerFindings.Transaction, LedgerNames.Transaction(id), "has entries, and is not there");
        }

        foreach (var id in await ColumnAsync<Guid>(snapshot, FindUnbalanced, cancellationToken))
        {
            findings.Add(LedgerFindings.Transaction, LedgerNames.Transaction(id), "does not balance");
        }

        await using var sourceless = snapshot.Command(FindSourceless);
        await using var found = await sourceless.ExecuteReaderAsync(cancellationToken);
        if (await found.ReadAsync(cancellationToken))
        {
            findings.Add(LedgerFindings.Source, LedgerNames.Transaction(found.GetGuid(0)), $"is from {found.GetString(1)}, a payment that is not there");
        }
    }

    private static async Task CheckBalancesAsync(
        LedgerSnapshot snapshot, LedgerFindings findings, VerifyLedgerResponse progress, CancellationToken cancellationToken)
    {
        progress.Balances = (await ColumnAsync<long>(snapshot, CountBalances, cancellationToken))[0];
        await using var command = snapshot.Command(FindWrongBalance);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken))
        {
            findings.Add(
                LedgerFindings.Balance,
                LedgerNames.Account(reader.GetString(0)),
                $"in {reader.GetString(1)}, in minor units, pending debits and credits and posted debits and credits: "
                + $"the entries say {reader.GetString(2)}, the balance says {reader.GetString(3)}");
        }
    }

    private static async Task<List<T>> ColumnAsync<T>(LedgerSnapshot snapshot, string sql, CancellationToken cancellationToken)
    {
        await using var command = snapshot.Command(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var values = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            values.Add(reader.GetFieldValue<T>(0));
        }

        return values;
    }
}
