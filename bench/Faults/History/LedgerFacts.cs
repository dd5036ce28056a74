using Suite.Contracts.Payments.V1;

namespace Suite.Faults.History;

/// <summary>What an answer said of the ledger: its trial balance, or postings.</summary>
internal sealed record LedgerSeen
{
    /// <summary>The trial balance; empty when it was not asked for.</summary>
    public IReadOnlyList<CurrencyFacts> Currencies { get; init; } = [];

    /// <summary>Postings; empty when they were not asked for.</summary>
    public IReadOnlyList<PostingFacts> Postings { get; init; } = [];

    /// <summary>Whether <see cref="Postings"/> has all postings of each transaction in it: they were asked for by source or transaction, to the end.</summary>
    public bool HasWholeTransactions { get; init; }

    public static LedgerSeen Of(GetTrialBalanceResponse balance) => new() { Currencies = [.. balance.Currencies.Select(CurrencyFacts.Of)] };
}

/// <summary>The trial balance of one currency.</summary>
internal sealed record CurrencyFacts
{
    public required string Currency { get; init; }

    public required long DebitsMinor { get; init; }

    public required long CreditsMinor { get; init; }

    /// <summary>What the answer itself says.</summary>
    public required bool IsBalanced { get; init; }

    public required IReadOnlyList<KindFacts> Kinds { get; init; }

    public static CurrencyFacts Of(CurrencyBalance balance) => new()
    {
        Currency = balance.CurrencyCode,
        DebitsMinor = Amount.MinorOf(balance.Debits),
        CreditsMinor = Amount.MinorOf(balance.Credits),
        IsBalanced = balance.Balanced,
        Kinds = [.. balance.Kinds.Select(kind => new KindFacts(
            kind.Kind,
            Amount.MinorOf(kind.Debits),
            Amount.MinorOf(kind.Credits),
            Amount.MinorOf(kind.PendingDebits),
            Amount.MinorOf(kind.PendingCredits)))],
    };
}

/// <summary>The sums of a kind of account in a currency.</summary>
internal sealed record KindFacts(string Kind, long DebitsMinor, long CreditsMinor, long PendingDebitsMinor, long PendingCreditsMinor);

/// <summary>What an answer said of a posting.</summary>
internal sealed record PostingFacts
{
    public required string Transaction { get; init; }

    public required int LineNumber { get; init; }

    public required string Account { get; init; }

    public required bool IsDebit { get; init; }

    public required Amount Amount { get; init; }

    public bool IsPending { get; init; }

    public string Source { get; init; } = string.Empty;

    public string Template { get; init; } = string.Empty;

    public required DateTimeOffset RecordTime { get; init; }

    public static PostingFacts Of(Posting posting) => new()
    {
        Transaction = posting.Transaction,
        LineNumber = posting.LineNumber,
        Account = posting.Account,
        IsDebit = posting.Side == Contracts.Payments.V1.Account.Types.Side.Debit,
        Amount = Amount.Of(posting.Amount),
        IsPending = posting.Pending,
        Source = posting.Source,
        Template = posting.Template,
        RecordTime = posting.RecordTime.ToDateTimeOffset(),
    };
}

/// <summary>What an answer said of an account in one currency.</summary>
internal sealed record AccountFacts
{
    public required string Name { get; init; }

    public required string Currency { get; init; }

    /// <summary>Whether debits make its balance grow.</summary>
    public required bool IsDebitNormal { get; init; }

    public required long PostedMinor { get; init; }

    public required long PendingMinor { get; init; }

    public required long DebitsMinor { get; init; }

    public required long CreditsMinor { get; init; }

    /// <summary>One for each currency of an account.</summary>
    public static IEnumerable<AccountFacts> Of(Account account) => account.Balances.Select(balance => new AccountFacts
    {
        Name = account.Name,
        Currency = balance.CurrencyCode,
        IsDebitNormal = account.NormalSide == Account.Types.Side.Debit,
        PostedMinor = Amount.MinorOf(balance.Posted),
        PendingMinor = Amount.MinorOf(balance.Pending),
        DebitsMinor = Amount.MinorOf(balance.Debits),
        CreditsMinor = Amount.MinorOf(balance.Credits),
    });
}
