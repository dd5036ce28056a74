using System.Runtime.CompilerServices;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using Suite.Contracts.Payments.V1;
using Suite.Platform.Monetary;

namespace Suite.Payments.Ledger;

/// <summary>A transaction as the journal has it, with its entries by line.</summary>
internal sealed record StoredTransaction(
    Guid Id,
    long Sequence,
    string Key,
    string Template,
    string Source,
    string Description,
    DateTimeOffset EffectiveTime,
    DateTimeOffset RecordTime,
    Guid? Reverses,
    IReadOnlyList<StoredEntry> Entries)
{
    /// <summary>What <see cref="ReadAllAsync"/> reads, of <c>t</c> (transactions) and <c>e</c> (entries).</summary>
    public const string Columns =
        "t.id, t.sequence, t.key, t.template, t.source, t.description, t.effective_time, t.record_time, t.reverses, " + StoredEntry.Columns;

    /// <summary>May follow <see cref="Columns"/>, for <see cref="ReversedBy"/>.</summary>
    public const string Reversal = "(SELECT r.id FROM ledger_transactions r WHERE r.reverses = t.id)";

    private const int FirstOfEntry = 9;
    private const int AfterEntry = FirstOfEntry + StoredEntry.ColumnCount;

    /// <summary>The transaction that reverses this one, where <see cref="Reversal"/> was read.</summary>
    public Guid? ReversedBy { get; init; }

    /// <summary>
    /// Groups rows of <see cref="Columns"/> that come ordered by transaction and line. A transaction without entries has one row
    /// with an entry of NULLs.
    /// </summary>
    public static async IAsyncEnumerable<StoredTransaction> ReadAllAsync(
        NpgsqlDataReader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StoredTransaction? current = null;
        var entries = new List<StoredEntry>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetGuid(0);
            if (current is not null && current.Id != id)
            {
                yield return current with { Entries = entries };
                current = null;
            }

            if (current is null)
            {
                current = ReadHead(reader, id);
                entries = [];
            }

            if (!reader.IsDBNull(FirstOfEntry))
            {
                entries.Add(StoredEntry.Read(reader, FirstOfEntry));
            }
        }

        if (current is not null)
        {
            yield return current with { Entries = entries };
        }
    }

    public Transaction ToProto()
    {
        var transaction = new Transaction
        {
            Name = LedgerNames.Transaction(Id),
            Template = Template,
            Source = Source,
            Description = Description,
            EffectiveTime = Timestamp.FromDateTimeOffset(EffectiveTime),
            RecordTime = Timestamp.FromDateTimeOffset(RecordTime),
            Reverses = Reverses is { } reversed ? LedgerNames.Transaction(reversed) : string.Empty,
            ReversedBy = ReversedBy is { } reversal ? LedgerNames.Transaction(reversal) : string.Empty,
        };
        transaction.Postings.AddRange(Entries.Select(e => e.ToProto(Id, Source, Template)));
        return transaction;
    }

    private static StoredTransaction ReadHead(NpgsqlDataReader reader, Guid id) => new(
        id,
        reader.GetInt64(1),
        reader.GetString(2),
        reader.GetString(3),
        reader.GetString(4),
        reader.GetString(5),
        reader.GetFieldValue<DateTimeOffset>(6),
        reader.GetFieldValue<DateTimeOffset>(7),
        reader.IsDBNull(8) ? null : reader.GetGuid(8),
        [])
    {
        ReversedBy = reader.FieldCount > AfterEntry && !reader.IsDBNull(AfterEntry) ? reader.GetGuid(AfterEntry) : null,
    };
}

/// <summary>An entry as the journal has it. Sequence and times are its transaction's.</summary>
internal sealed record StoredEntry(
    short Line,
    string Account,
    bool IsPending,
    string CurrencyCode,
    long DebitMinor,
    long CreditMinor,
    long Sequence,
    DateTimeOffset EffectiveTime,
    DateTimeOffset RecordTime)
{
    /// <summary>What <see cref="Read"/> reads, of <c>e</c>.</summary>
    public const string Columns =
        "e.line, e.account, e.pending, e.currency, e.debit_minor, e.credit_minor, e.sequence, e.effective_time, e.record_time";

    public const int ColumnCount = 9;

    public static StoredEntry Read(NpgsqlDataReader reader, int first) => new(
        reader.GetInt16(first),
        reader.GetString(first + 1),
        reader.GetBoolean(first + 2),
        reader.GetString(first + 3),
        reader.GetInt64(first + 4),
        reader.GetInt64(first + 5),
        reader.GetInt64(first + 6),
        reader.GetFieldValue<DateTimeOffset>(first + 7),
        reader.GetFieldValue<DateTimeOffset>(first + 8));

    public Posting ToProto(Guid transactionId, string source, string template) => new()
    {
        Transaction = LedgerNames.Transaction(transactionId),
        LineNumber = Line,
        Account = LedgerNames.Account(Account),
        Side = DebitMinor > 0 ? Contracts.Payments.V1.Account.Types.Side.Debit : Contracts.Payments.V1.Account.Types.Side.Credit,
        Amount = new MoneyAmount(DebitMinor > 0 ? DebitMinor : CreditMinor, CurrencyCode).ToProto(),
        Pending = IsPending,
        Source = source,
        Template = template,
        EffectiveTime = Timestamp.FromDateTimeOffset(EffectiveTime),
        RecordTime = Timestamp.FromDateTimeOffset(RecordTime),
    };
}
