using System.Numerics;
using Npgsql;
using NpgsqlTypes;

namespace Suite.Payments.Ledger;

/// <summary>Accounts: what they have, and what limits them.</summary>
internal sealed class AccountStore(NpgsqlDataSource dataSource)
{
    private const string Sums =
        "sum(b.posted_debit), sum(b.posted_credit), sum(b.pending_debit), sum(b.pending_credit)";

    // At most 16 rows a currency, whatever was posted.
    private const string SelectOne =
        $"""
        SELECT b.account, b.kind, coalesce(l.no_overdraft, false), b.currency, {Sums}
        FROM ledger_balances b LEFT JOIN ledger_limits l ON l.account = b.account
        WHERE b.account = $1
        GROUP BY b.account, b.kind, l.no_overdraft, b.currency ORDER BY b.currency
        """;

    private const string SelectAsOf =
        """
        SELECT e.currency, coalesce(sum(e.debit_minor) FILTER (WHERE NOT e.pending), 0), coalesce(sum(e.credit_minor) FILTER (WHERE NOT e.pending), 0),
            coalesce(sum(e.debit_minor) FILTER (WHERE e.pending), 0), coalesce(sum(e.credit_minor) FILTER (WHERE e.pending), 0)
        FROM ledger_entries e
        WHERE e.account = $1 AND ($2 IS NULL OR e.effective_time <= $2) AND ($3 IS NULL OR e.record_time <= $3)
        GROUP BY e.currency ORDER BY e.currency
        """;

    // Everything below a prefix lies before the prefix and '0', which comes right after '/'. Names have no '~'.
    private const string SelectPage =
        $"""
        WITH page AS (
            SELECT DISTINCT b.account FROM ledger_balances b
            WHERE b.account > $1 AND b.account >= $2 AND b.account < $3
              AND ($2 = '' OR b.account = $2 OR starts_with(b.account, $2 || '/'))
            ORDER BY b.account LIMIT $4
        )
        SELECT b.account, b.kind, coalesce(l.no_overdraft, false), b.currency, {Sums}
        FROM page JOIN ledger_balances b ON b.account = page.account LEFT JOIN ledger_limits l ON l.account = b.account
        GROUP BY b.account, b.kind, l.no_overdraft, b.currency ORDER BY b.account, b.currency
        """;

    // Waits for those who are posting now, since they have not looked for this limit, and lets nobody begin until it is there: from then
    // on everybody looks. Only setting a limit does this.
    private const string WaitForWriters = "LOCK TABLE ledger_entries IN SHARE MODE";

    private const string Upsert =
        """
        INSERT INTO ledger_limits (account, no_overdraft, debit_normal) VALUES ($1, $2, $3)
        ON CONFLICT (account) DO UPDATE SET no_overdraft = excluded.no_overdraft, debit_normal = excluded.debit_normal
        """;

    /// <summary>An account, or null when nobody posted to it.</summary>
    public async Task<LedgerAccount?> FindAsync(string account, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await FindAsync(account, connection, cancellationToken);
    }

    /// <summary>What an account had, by its entries. Takes as long as it has entries.</summary>
    /// <param name="account">The account.</param>
    /// <param name="effective">When set, what is effective by then.</param>
    /// <param name="recorded">When set, what was recorded by then.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<AccountSums>> SumAsOfAsync(
        string account, DateTimeOffset? effective, DateTimeOffset? recorded, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(SelectAsOf);
        command.Parameters.Add(new() { Value = account });
        command.Parameters.Add(new() { Value = (object?)effective ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = (object?)recorded ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sums = new List<AccountSums>();
        while (await reader.ReadAsync(cancellationToken))
        {
            sums.Add(ReadSums(reader, 0));
        }

        return sums;
    }

    /// <summary>Up to <paramref name="count"/> accounts by name.</summary>
    /// <param name="prefix">Whole segments that names begin with; all when empty.</param>
    /// <param name="after">The name before the page, or empty.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<LedgerAccount>> PageAsync(string prefix, string after, int count, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(SelectPage);
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = prefix });
        command.Parameters.Add(new() { Value = prefix.Length == 0 ? "~" : prefix + "0" });
        command.Parameters.Add(new() { Value = count });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await ReadAsync(reader, cancellationToken);
    }

    /// <summary>Sets, in the caller's transaction, whether an account may be overdrawn.</summary>
    /// <returns>The account, or null when nobody posted to it.</returns>
    public static async Task<LedgerAccount?> SetLimitAsync(
        string account, bool noOverdraft, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        if (noOverdraft)
        {
            await using var wait = new NpgsqlCommand(WaitForWriters, connection, transaction);
            await wait.ExecuteNonQueryAsync(cancellationToken);
        }

        if (await FindAsync(account, connection, cancellationToken) is not { } found)
        {
            return null;
        }

        await using var command = new NpgsqlCommand(Upsert, connection, transaction);
        command.Parameters.Add(new() { Value = account });
        command.Parameters.Add(new() { Value = noOverdraft });
        command.Parameters.Add(new() { Value = Chart.IsDebitNormal(found.Kind) });
        await command.ExecuteNonQueryAsync(cancellationToken);
        return found with { NoOverdraft = noOverdraft };
    }

    private static async Task<LedgerAccount?> FindAsync(string account, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SelectOne, connection) { Parameters = { new() { Value = account } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return (await ReadAsync(reader, cancellationToken)).SingleOrDefault();
    }

    private static async Task<List<LedgerAccount>> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var accounts = new List<LedgerAccount>();
        var sums = new List<AccountSums>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var name = reader.GetString(0);
            if (accounts.Count == 0 || accounts[^1].Name != name)
            {
                sums = [];
                accounts.Add(new LedgerAccount(name, reader.GetString(1), reader.GetBoolean(2), sums));
            }

            sums.Add(ReadSums(reader, 3));
        }

        return accounts;
    }

    private static AccountSums ReadSums(NpgsqlDataReader reader, int first) => new(
        reader.GetString(first), Sum(reader, first + 1), Sum(reader, first + 2), Sum(reader, first + 3), Sum(reader, first + 4));

    private static BigInteger Sum(NpgsqlDataReader reader, int ordinal) => reader.GetFieldValue<BigInteger>(ordinal);
}
