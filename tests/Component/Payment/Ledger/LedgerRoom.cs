using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Ledger;
using Suite.Platform.Idempotency;
using Suite.Platform.Listing;
using Suite.Platform.Monetary;
using Suite.Platform.Postgres;
using Suite.Platform.Security;
using Suite.Platform.Validation;
using Side = Suite.Contracts.Payments.V1.Account.Types.Side;

namespace Suite.Tests.Component.Payments.Ledger;

/// <summary>The ledger of one database, asked as its service is: requests are held to their contract first.</summary>
internal sealed class LedgerRoom
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly IdempotencyStore _requests;
    private readonly PageTokens _tokens = new();

    public LedgerRoom(NpgsqlDataSource dataSource)
    {
        (_dataSource, _requests) = (dataSource, new IdempotencyStore(dataSource));
        _tokens.UseSecret(new byte[32]);
        Chain = new LedgerChain(dataSource);
    }

    public LedgerChain Chain { get; }

    private AccountStore Accounts => new(_dataSource);

    private TransactionStore Transactions => new(_dataSource);

    /// <summary>Posts entries, in minor units, a debit more than 0 and a credit less.</summary>
    public Task<Transaction> PostAsync(params (string Account, long Minor, string Currency)[] entries) =>
        PostAsync(new PostTransactionRequest { Transaction = Of(entries), RequestId = Guid.NewGuid().ToString() });

    public Task<Transaction> PostAsync(PostTransactionRequest request) =>
        new PostTransaction(_requests, TimeProvider.System).RunAsync(Key("PostTransaction", request.RequestId, request), request, CancellationToken.None);

    public Task<Transaction> ReverseAsync(string name, DateTimeOffset? effective = null, string? requestId = null)
    {
        var request = new ReverseTransactionRequest
        {
            Name = name,
            EffectiveTime = Timestamp.FromDateTimeOffset(effective ?? DateTimeOffset.UtcNow),
            RequestId = requestId ?? Guid.NewGuid().ToString(),
        };
        return new ReverseTransaction(_requests, TimeProvider.System)
            .RunAsync(Key("ReverseTransaction", request.RequestId, request), request, CancellationToken.None);
    }

    public Task<Account> LimitAsync(string account, bool noOverdraft = true, string? requestId = null)
    {
        var request = new UpdateAccountRequest
        {
            Account = new Account { Name = $"accounts/{account}", NoOverdraft = noOverdraft },
            RequestId = requestId ?? Guid.NewGuid().ToString(),
        };
        return new UpdateAccount(_requests).RunAsync(Key("UpdateAccount", request.RequestId, request), request, CancellationToken.None);
    }

    public Task<Account> AccountAsync(string account, DateTimeOffset? effective = null, DateTimeOffset? recorded = null) =>
        new GetAccount(Accounts).RunAsync(
            new GetAccountRequest
            {
                Name = $"accounts/{account}",
                EffectiveAsOf = effective is { } e ? Timestamp.FromDateTimeOffset(e) : null,
                RecordedAsOf = recorded is { } r ? Timestamp.FromDateTimeOffset(r) : null,
            },
            CancellationToken.None);

    /// <summary>The posted balance in the only currency of an account, in minor units; 0 when it has none.</summary>
    public async Task<long> PostedAsync(string account, DateTimeOffset? effective = null, DateTimeOffset? recorded = null) =>
        (await AccountAsync(account, effective, recorded)).Balances.SingleOrDefault() is { } balance
            ? MoneyAmount.FromProto(balance.Posted, "posted").MinorUnits
            : 0;

    public Task<ListAccountsResponse> AccountsAsync(string prefix, int size = 0, string token = "") => new ListAccounts(Accounts, _tokens)
        .RunAsync(new ListAccountsRequest { Prefix = prefix, PageSize = size, PageToken = token }, CancellationToken.None);

    public Task<ListPostingsResponse> PostingsAsync(string filter, int size = 0, string token = "") => new ListPostings(Transactions, _tokens)
        .RunAsync(new ListPostingsRequest { Filter = filter, PageSize = size, PageToken = token }, CancellationToken.None);

    public async Task<Transaction?> FindAsync(string name) =>
        (await Transactions.FindAsync(Guid.Parse(name["transactions/".Length..]), CancellationToken.None))?.ToProto();

    public async Task<VerifyLedgerResponse> VerifyAsync() =>
        await new VerifyLedger(_dataSource, NullLogger<VerifyLedger>.Instance).RunAsync(CancellationToken.None).LastAsync();

    public async Task<IReadOnlyList<Transaction>> ExportAsync(ExportTransactionsRequest? request = null) =>
        await new ExportTransactions(_dataSource).RunAsync(request ?? new(), CancellationToken.None).Select(r => r.Transaction).ToListAsync();

    /// <summary>Writes into the journal as payments do.</summary>
    public Task AppendAsync(params JournalTransaction[] transactions) => _dataSource.InTransactionAsync(
        (transaction, token) => Journal.AppendAsync(transactions, transaction, token), CancellationToken.None);

    public static Transaction Of(params (string Account, long Minor, string Currency)[] entries)
    {
        var transaction = new Transaction();
        transaction.Postings.AddRange(entries.Select(e => new Posting
        {
            Account = $"accounts/{e.Account}",
            Side = e.Minor > 0 ? Side.Debit : Side.Credit,
            Amount = new MoneyAmount(Math.Abs(e.Minor), e.Currency).ToProto(),
        }));
        return transaction;
    }

    private static RequestKey Key(string method, string requestId, IMessage request)
    {
        RequestValidator.Validate(request);
        return RequestKey.Of(method, requestId, request, new Caller { Kind = CallerKind.ApiKey, Name = "apiKeys/1" });
    }
}
