using Google.Protobuf.WellKnownTypes;
using Google.Type;
using Grpc.Core;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Payments.V1;
using Side = Suite.Contracts.Payments.V1.Account.Types.Side;

namespace Suite.Client.Testing;

/// <summary>LedgerService: what can be read of the ledger, and what is posted by hand.</summary>
internal static class FakeBooks
{
    private static readonly string[] DebitKinds = ["providers/clearing", "customers/receivable", "refunds", "disputes/open", "disputes/lost"];

    public static Account GetAccount(FakeState state, GetAccountRequest request)
    {
        var postings = Postings(state)
            .Where(p => request.EffectiveAsOf is not { } effective || p.EffectiveTime.CompareTo(effective) <= 0)
            .Where(p => request.RecordedAsOf is not { } recorded || p.RecordTime.CompareTo(recorded) <= 0)
            .ToList();
        return Accounts(state, postings).FirstOrDefault(account => account.Name == request.Name) ?? throw FakeErrors.NotFound(request.Name);
    }

    public static ListAccountsResponse ListAccounts(FakeState state, ListAccountsRequest request)
    {
        var prefix = request.Prefix.TrimEnd('/');
        var found = Accounts(state, Postings(state)).Where(account =>
            prefix.Length == 0 || account.Name == prefix || account.Name.StartsWith(prefix + "/", StringComparison.Ordinal));
        var (items, next) = FakePages.Cut("ListAccounts " + request.Prefix, found, a => a.Name, request.PageSize, request.PageToken);
        return new ListAccountsResponse { Accounts = { items }, NextPageToken = next };
    }

    public static Account UpdateAccount(FakeState state, UpdateAccountRequest request) =>
        FakeOnce.Run(state, "UpdateAccount", request, request.RequestId, () =>
        {
            var name = request.Account.Name;
            if (!request.Account.NoOverdraft)
            {
                state.Limited.Remove(name);
            }
            else if (state.Limited.Add(name) && FirstOverdrawn(state) is { } overdrawn)
            {
                state.Limited.Remove(name);
                throw Exceeded(overdrawn);
            }

            return GetAccount(state, new GetAccountRequest { Name = name });
        });

    public static ListPostingsResponse ListPostings(FakeState state, ListPostingsRequest request)
    {
        var sample = new Posting { EffectiveTime = new(), RecordTime = new() };
        var matches = FakeFilter.Parse(request.Filter, (posting, name) => Field(posting, name, posting.Source), sample);
        // A payment stands for all of its steps.
        var matchesAny = FakeFilter.Parse(request.Filter, (posting, name) => Field(posting, name, Owner(posting.Source)), sample);
        var found = Postings(state).Reverse().Where(posting => matches(posting) || matchesAny(posting));
        var (items, next) = FakePages.Cut(
            "ListPostings " + request.Filter, found, p => $"{p.Transaction}/{p.LineNumber}", request.PageSize, request.PageToken);
        return new ListPostingsResponse { Postings = { items.Select(p => p.Clone()) }, NextPageToken = next };
    }

    public static Transaction GetTransaction(FakeState state, GetTransactionRequest request) => Find(state, request.Name).Clone();

    public static Transaction Post(FakeState state, PostTransactionRequest request) =>
        FakeOnce.RunKeepingRefusals(state, "PostTransaction", request, request.RequestId, () =>
        {
            var wanted = request.Transaction ?? throw FakeErrors.Invalid("transaction", "must be set.");
            Check(wanted);
            return Keep(state, () => FakeLedger.Post(
                state, "manual", string.Empty, [.. wanted.Postings.Select(p => p.Clone())], wanted.EffectiveTime, wanted.Description));
        });

    public static Transaction Reverse(FakeState state, ReverseTransactionRequest request) =>
        FakeOnce.RunKeepingRefusals(state, "ReverseTransaction", request, request.RequestId, () =>
        {
            var original = Find(state, request.Name);
            if (original.Template != "manual" || original.ReversedBy.Length > 0)
            {
                throw FakeErrors.About(
                    StatusCode.FailedPrecondition,
                    ErrorReason.TransactionReversed,
                    request.Name,
                    "Only a transaction that was posted by hand is reversed, and only once.");
            }

            var opposite = original.Postings.Select(posting => new Posting
            {
                Account = posting.Account,
                Side = posting.Side == Side.Debit ? Side.Credit : Side.Debit,
                Amount = posting.Amount.Clone(),
            });
            var reversal = Keep(state, () => FakeLedger.Post(
                state, "reversal", string.Empty, [.. opposite], request.EffectiveTime, request.Description, original.Name));
            original.ReversedBy = reversal.Name;
            return reversal;
        });

    public static GetTrialBalanceResponse Balance(FakeState state)
    {
        var response = new GetTrialBalanceResponse { Balanced = true, AsOf = state.Now() };
        foreach (var currency in Postings(state).GroupBy(p => p.Amount.CurrencyCode).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var all = Sums(currency);
            response.Currencies.Add(new CurrencyBalance
            {
                CurrencyCode = currency.Key,
                Debits = FakeMoney.Of(currency.Key, all.Debits + all.PendingDebits),
                Credits = FakeMoney.Of(currency.Key, all.Credits + all.PendingCredits),
                Balanced = all.Debits == all.Credits && all.PendingDebits == all.PendingCredits,
                Kinds = { currency.GroupBy(p => Kind(p.Account)).OrderBy(g => g.Key, StringComparer.Ordinal).Select(Row) },
            });
        }

        return response;
    }

    public static IEnumerable<Transaction> Export(FakeState state, ExportTransactionsRequest request) => state.Transactions.Values
        .Where(t => request.RecordedFrom is not { } from || t.RecordTime.CompareTo(from) >= 0)
        .Where(t => request.RecordedUntil is not { } until || t.RecordTime.CompareTo(until) < 0)
        .Select(t => t.Clone());

    private static AccountKindBalance Row(IGrouping<string, Posting> kind)
    {
        var currency = kind.First().Amount.CurrencyCode;
        var sums = Sums(kind);
        return new AccountKindBalance
        {
            Kind = kind.Key,
            Debits = FakeMoney.Of(currency, sums.Debits),
            Credits = FakeMoney.Of(currency, sums.Credits),
            PendingDebits = FakeMoney.Of(currency, sums.PendingDebits),
            PendingCredits = FakeMoney.Of(currency, sums.PendingCredits),
        };
    }

    private static IEnumerable<Account> Accounts(FakeState state, IEnumerable<Posting> postings) => postings
        .GroupBy(p => p.Account)
        .OrderBy(g => g.Key, StringComparer.Ordinal)
        .Select(account => new Account
        {
            Name = account.Key,
            Kind = Kind(account.Key),
            NormalSide = SideOf(account.Key),
            NoOverdraft = state.Limited.Contains(account.Key),
            Balances = { account.GroupBy(p => p.Amount.CurrencyCode).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => Of(account.Key, g)) },
        });

    private static AccountBalance Of(string account, IGrouping<string, Posting> currency)
    {
        var sums = Sums(currency);
        var sign = SideOf(account) == Side.Debit ? 1 : -1;
        return new AccountBalance
        {
            CurrencyCode = currency.Key,
            Posted = FakeMoney.Of(currency.Key, (sums.Debits - sums.Credits) * sign),
            Pending = FakeMoney.Of(currency.Key, (sums.PendingDebits - sums.PendingCredits) * sign),
            Debits = FakeMoney.Of(currency.Key, sums.Debits),
            Credits = FakeMoney.Of(currency.Key, sums.Credits),
        };
    }

    private static (Int128 Debits, Int128 Credits, Int128 PendingDebits, Int128 PendingCredits) Sums(IEnumerable<Posting> postings)
    {
        (Int128 Debits, Int128 Credits, Int128 PendingDebits, Int128 PendingCredits) sums = default;
        foreach (var posting in postings)
        {
            var amount = FakeMoney.Nanos(posting.Amount);
            sums = (posting.Side, posting.Pending) switch
            {
                (Side.Debit, false) => sums with { Debits = sums.Debits + amount },
                (Side.Debit, true) => sums with { PendingDebits = sums.PendingDebits + amount },
                (_, false) => sums with { Credits = sums.Credits + amount },
                _ => sums with { PendingCredits = sums.PendingCredits + amount },
            };
        }

        return sums;
    }

    private static void Check(Transaction wanted)
    {
        for (var i = 0; i < wanted.Postings.Count; i++)
        {
            var posting = wanted.Postings[i];
            var field = $"transaction.postings[{i}]";
            var amount = posting.Amount ?? throw FakeErrors.Invalid($"{field}.amount", "must be set.");
            FakeMoney.Check(amount, amount.CurrencyCode, $"{field}.amount");
            if (posting.Side == Side.Unspecified || !posting.Account.StartsWith("accounts/", StringComparison.Ordinal))
            {
                throw FakeErrors.Invalid(field, "must have a side and an account of the form accounts/….");
            }
        }

        if (wanted.Postings.Count < 2 || wanted.Postings.GroupBy(p => p.Amount.CurrencyCode).Select(Sums).Any(s => s.Debits != s.Credits))
        {
            throw FakeErrors.Invalid(
                "transaction.postings", "must have debits that are their credits, in every currency.", ErrorReason.LedgerUnbalanced);
        }
    }

    // All or nothing: what overdraws an account that may not be is taken out again.
    private static Transaction Keep(FakeState state, Func<Transaction> post)
    {
        var transaction = post();
        if (FirstOverdrawn(state) is not { } overdrawn)
        {
            return transaction.Clone();
        }

        state.Transactions.Remove(transaction.Name);
        throw Exceeded(overdrawn);
    }

    private static string? FirstOverdrawn(FakeState state) => Accounts(state, Postings(state))
        .FirstOrDefault(a => a.NoOverdraft && a.Balances.Any(b => FakeMoney.Nanos(b.Posted) < 0))?.Name;

    private static RpcException Exceeded(string account) => FakeErrors.Make(
        StatusCode.FailedPrecondition, ErrorReason.AccountLimitExceeded, $"{account} must not be overdrawn.", metadata: ("account", account));

    private static Transaction Find(FakeState state, string name) =>
        state.Transactions.TryGetValue(name, out var transaction) ? transaction : throw FakeErrors.NotFound(name);

    private static IEnumerable<Posting> Postings(FakeState state) => state.Transactions.Values.SelectMany(t => t.Postings);

    // The name without ids.
    private static string Kind(string account) => account.Split('/')[1..] switch
    {
        ["customers" or "providers", _, .. var rest] parts => $"{parts[0]}/{string.Join('/', rest)}",
        var parts => string.Join('/', parts.Where(part => !Guid.TryParse(part, out _))),
    };

    private static Side SideOf(string account) => DebitKinds.Contains(Kind(account)) ? Side.Debit : Side.Credit;

    private static string Owner(string source) => string.Join('/', source.Split('/').Take(2));

    private static object? Field(Posting posting, string name, string source) => name switch
    {
        "account" => posting.Account,
        "transaction" => posting.Transaction,
        "source" => source,
        "effective_time" => posting.EffectiveTime,
        "record_time" => posting.RecordTime,
        _ => null,
    };
}
