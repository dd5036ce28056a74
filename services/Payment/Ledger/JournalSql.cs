using Npgsql;
using NpgsqlTypes;

namespace Suite.Payments.Ledger;

/// <summary>
/// How transactions are written: as common table expressions, alone or beside the change that they post. The database does the rest
/// (<c>ledger_apply</c> in 0006_ledger_journal.sql): it checks that they balance, changes balances, and keeps limits.
/// </summary>
internal static class JournalSql
{
    /// <summary>How many parameters <see cref="AddParameters"/> adds.</summary>
    public const int ParameterCount = 14;

    /// <summary>
    /// The expressions <c>journal</c> and <c>entered</c>, for a WITH. A transaction whose key was posted before is left out, entries and all;
    /// in order of key, so that writers who post the same wait for each other instead of deadlocking.
    /// </summary>
    /// <param name="first">The number of the first parameter.</param>
    /// <param name="guard">
    /// A join that leaves transactions out, for example <c>JOIN changed c ON c.id = t.guard</c>; <c>t.guard</c> is what was given with each.
    /// </param>
    public static string Posting(int first, string guard = "") =>
        $"""
        journal AS (
            INSERT INTO ledger_transactions (id, key, template, source, description, effective_time, reverses)
            SELECT t.id, t.key, t.template, t.source, t.description, t.effective_time, t.reverses
            FROM unnest(${first}::uuid[], ${first + 1}::uuid[], ${first + 2}::text[], ${first + 3}::text[], ${first + 4}::text[],
                    ${first + 5}::text[], ${first + 6}::timestamptz[], ${first + 7}::uuid[])
                AS t (guard, id, key, template, source, description, effective_time, reverses)
            {guard}
            ORDER BY t.key COLLATE "C"
            ON CONFLICT ON CONSTRAINT ledger_step_posts_once DO NOTHING
            RETURNING id, sequence, effective_time, record_time
        ), entered AS (
            INSERT INTO ledger_entries
                (transaction_id, line, account, pending, currency, debit_minor, credit_minor, sequence, effective_time, record_time)
            SELECT j.id, e.line, e.account, e.pending, e.currency, greatest(e.minor, 0), greatest(-e.minor, 0),
                j.sequence, j.effective_time, j.record_time
            FROM unnest(${first + 8}::uuid[], ${first + 9}::smallint[], ${first + 10}::text[], ${first + 11}::boolean[],
                    ${first + 12}::text[], ${first + 13}::bigint[])
                AS e (transaction_id, line, account, pending, currency, minor)
            JOIN journal j ON j.id = e.transaction_id
        )
        """;

    /// <summary>Adds the parameters of <see cref="Posting"/>.</summary>
    /// <param name="parameters">Where to.</param>
    /// <param name="postings">The transactions, and for each what its guard compares, if there is one.</param>
    public static void AddParameters(
        NpgsqlParameterCollection parameters, IReadOnlyList<(JournalTransaction Transaction, Guid? Guard)> postings)
    {
        var uuids = NpgsqlDbType.Array | NpgsqlDbType.Uuid;
        parameters.Add(new() { Value = postings.Select(p => p.Guard).ToArray(), NpgsqlDbType = uuids });
        parameters.Add(new() { Value = postings.Select(p => p.Transaction.Id).ToArray() });
        parameters.Add(new() { Value = postings.Select(p => p.Transaction.Key).ToArray() });
        parameters.Add(new() { Value = postings.Select(p => p.Transaction.Template).ToArray() });
        parameters.Add(new() { Value = postings.Select(p => p.Transaction.Source).ToArray() });
        parameters.Add(new() { Value = postings.Select(p => p.Transaction.Description).ToArray() });
        parameters.Add(new() { Value = postings.Select(p => p.Transaction.EffectiveTime).ToArray() });
        parameters.Add(new() { Value = postings.Select(p => p.Transaction.Reverses).ToArray(), NpgsqlDbType = uuids });

        var entries = postings
            .SelectMany(p => p.Transaction.Entries.Select((entry, i) => (p.Transaction.Id, Line: (short)(i + 1), Entry: entry)))
            .ToList();
        parameters.Add(new() { Value = entries.ConvertAll(e => e.Id) });
        parameters.Add(new() { Value = entries.ConvertAll(e => e.Line) });
        parameters.Add(new() { Value = entries.ConvertAll(e => e.Entry.Account) });
        parameters.Add(new() { Value = entries.ConvertAll(e => e.Entry.IsPending) });
        parameters.Add(new() { Value = entries.ConvertAll(e => e.Entry.Amount.CurrencyCode) });
        parameters.Add(new() { Value = entries.ConvertAll(e => e.Entry.SignedMinor) });
    }
}
