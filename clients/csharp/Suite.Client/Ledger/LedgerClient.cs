using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Payments.V1;
using Service = Suite.Contracts.Payments.V1.LedgerService.LedgerServiceClient;

namespace Suite.Client;

/// <summary>
/// The double-entry ledger behind payments: accounts, entries, transactions posted by hand, its verification and its export. Every
/// method throws <see cref="SuiteException"/> when it fails, and <see cref="OperationCanceledException"/> when its caller cancels.
/// </summary>
public sealed class LedgerClient
{
    private const string Name = "suite.payment.v1.LedgerService";

    private static readonly UnaryCall<GetTrialBalanceRequest, GetTrialBalanceResponse> GetTrialBalance =
        new(Name, "GetTrialBalance", static (invoker, request, options) => new Service(invoker).GetTrialBalanceAsync(request, options));

    private static readonly UnaryCall<GetAccountRequest, Account> GetAccount =
        new(Name, "GetAccount", static (invoker, request, options) => new Service(invoker).GetAccountAsync(request, options));

    private static readonly UnaryCall<ListAccountsRequest, ListAccountsResponse> AccountsPage =
        new(Name, "ListAccounts", static (invoker, request, options) => new Service(invoker).ListAccountsAsync(request, options));

    private static readonly UnaryCall<UpdateAccountRequest, Account> UpdateAccount =
        new(Name, "UpdateAccount", static (invoker, request, options) => new Service(invoker).UpdateAccountAsync(request, options));

    private static readonly UnaryCall<ListPostingsRequest, ListPostingsResponse> PostingsPage =
        new(Name, "ListPostings", static (invoker, request, options) => new Service(invoker).ListPostingsAsync(request, options));

    private static readonly UnaryCall<GetTransactionRequest, Transaction> GetTransaction =
        new(Name, "GetTransaction", static (invoker, request, options) => new Service(invoker).GetTransactionAsync(request, options));

    private static readonly UnaryCall<PostTransactionRequest, Transaction> PostTransaction =
        new(Name, "PostTransaction", static (invoker, request, options) => new Service(invoker).PostTransactionAsync(request, options));

    private static readonly UnaryCall<ReverseTransactionRequest, Transaction> ReverseTransaction =
        new(Name, "ReverseTransaction", static (invoker, request, options) => new Service(invoker).ReverseTransactionAsync(request, options));

    private static readonly ServerStream<VerifyLedgerRequest, VerifyLedgerResponse> VerifyLedger =
        new(Name, "VerifyLedger", static (invoker, request, options) => new Service(invoker).VerifyLedger(request, options));

    private static readonly ServerStream<ExportTransactionsRequest, ExportTransactionsResponse> ExportTransactions =
        new(Name, "ExportTransactions", static (invoker, request, options) => new Service(invoker).ExportTransactions(request, options));

    private readonly CallEnvironment _environment;
    private readonly ServiceEndpoint _endpoint;

    internal LedgerClient(CallEnvironment environment, ServiceEndpoint endpoint)
    {
        _environment = environment;
        _endpoint = endpoint;
    }

    /// <summary>Sums all entries by currency and kind of account, in one snapshot.</summary>
    public Task<GetTrialBalanceResponse> GetTrialBalanceAsync(
        SuiteCallOptions? options = null, CancellationToken cancellationToken = default) =>
        GetTrialBalance.InvokeAsync(_environment, _endpoint, new GetTrialBalanceRequest(), null, options, cancellationToken);

    /// <summary>Returns an account with its balances; NOT_FOUND for one that nobody posted to.</summary>
    /// <param name="name">The resource name, for example <c>accounts/providers/simulator/clearing</c>.</param>
    /// <param name="effectiveAsOf">When set, only what is effective by then counts.</param>
    /// <param name="recordedAsOf">When set, only what was recorded by then counts.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call.</param>
    public Task<Account> GetAccountAsync(
        string name,
        DateTimeOffset? effectiveAsOf = null,
        DateTimeOffset? recordedAsOf = null,
        SuiteCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var request = new GetAccountRequest { Name = name, EffectiveAsOf = ToTimestamp(effectiveAsOf), RecordedAsOf = ToTimestamp(recordedAsOf) };
        return GetAccount.InvokeAsync(_environment, _endpoint, request, null, options, cancellationToken);
    }

    /// <summary>Walks accounts by name, with their balances.</summary>
    /// <param name="prefix">Whole segments the names begin with, for example <c>accounts/customers</c>; <c>null</c> for all.</param>
    /// <param name="list">Page size, how many are wanted, where to go on.</param>
    /// <param name="options">What these calls do differently.</param>
    public SuiteList<Account> ListAccounts(string? prefix = null, SuiteListOptions? list = null, SuiteCallOptions? options = null) =>
        new(list, async (size, token, cancellationToken) =>
        {
            var request = new ListAccountsRequest { PageSize = size, PageToken = token, Prefix = prefix ?? string.Empty };
            var response = await AccountsPage.InvokeAsync(_environment, _endpoint, request, null, options, cancellationToken).ConfigureAwait(false);
            return new SuitePage<Account>(response.Accounts, response.NextPageToken);
        });

    /// <summary>Sets whether an account may be overdrawn; ACCOUNT_LIMIT_EXCEEDED when it is overdrawn already.</summary>
    /// <param name="name">The resource name.</param>
    /// <param name="noOverdraft">Whether what would make a posted balance negative is refused.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call.</param>
    public Task<Account> UpdateAccountAsync(
        string name, bool noOverdraft, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        var request = new UpdateAccountRequest
        {
            Account = new Account { Name = name, NoOverdraft = noOverdraft },
            RequestId = RequestIds.Choose(string.Empty, options),
        };
        return UpdateAccount.InvokeAsync(_environment, _endpoint, request, request.RequestId, options, cancellationToken);
    }

    /// <summary>Walks entries from the newest to the oldest.</summary>
    /// <param name="filter">
    /// Which entries (AIP-160): of an <c>account</c>, a <c>transaction</c> or a <c>source</c>, for example <c>source = "payments/0197…"</c>.
    /// </param>
    /// <param name="list">Page size, how many are wanted, where to go on.</param>
    /// <param name="options">What these calls do differently.</param>
    public SuiteList<Posting> ListPostings(string filter, SuiteListOptions? list = null, SuiteCallOptions? options = null) =>
        new(list, async (size, token, cancellationToken) =>
        {
            var request = new ListPostingsRequest { PageSize = size, PageToken = token, Filter = filter };
            var response = await PostingsPage.InvokeAsync(_environment, _endpoint, request, null, options, cancellationToken).ConfigureAwait(false);
            return new SuitePage<Posting>(response.Postings, response.NextPageToken);
        });

    /// <summary>Returns one transaction with its entries, or fails with NOT_FOUND.</summary>
    /// <param name="name">The resource name, <c>transactions/{uuid}</c>.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call.</param>
    public Task<Transaction> GetTransactionAsync(
        string name, SuiteCallOptions? options = null, CancellationToken cancellationToken = default) =>
        GetTransaction.InvokeAsync(_environment, _endpoint, new GetTransactionRequest { Name = name }, null, options, cancellationToken);

    /// <summary>Posts several entries at once, all or nothing; LEDGER_UNBALANCED when debits are not credits in every currency.</summary>
    public Task<Transaction> PostAsync(
        Transaction transaction, SuiteCallOptions? options = null, CancellationToken cancellationToken = default) =>
        PostAsync(new PostTransactionRequest { Transaction = transaction }, options, cancellationToken);

    /// <summary>
    /// Posts several entries at once, all or nothing; LEDGER_UNBALANCED when debits are not credits in every currency. The request is
    /// not changed; a missing <c>request_id</c> is made.
    /// </summary>
    public Task<Transaction> PostAsync(
        PostTransactionRequest request, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var write = request.Clone();
        write.RequestId = RequestIds.Choose(request.RequestId, options);
        return PostTransaction.InvokeAsync(_environment, _endpoint, write, write.RequestId, options, cancellationToken);
    }

    /// <summary>Posts the opposite of a transaction that was posted by hand, once.</summary>
    /// <param name="name">The resource name, <c>transactions/{uuid}</c>.</param>
    /// <param name="effectiveTime">From when on the reversal counts: not in the future, not before what it reverses.</param>
    /// <param name="description">Why, for the record, at most 200 characters; no personal data.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call.</param>
    public Task<Transaction> ReverseAsync(
        string name,
        DateTimeOffset effectiveTime,
        string? description = null,
        SuiteCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var request = new ReverseTransactionRequest
        {
            Name = name,
            EffectiveTime = ToTimestamp(effectiveTime),
            Description = description ?? string.Empty,
            RequestId = RequestIds.Choose(string.Empty, options),
        };
        return ReverseTransaction.InvokeAsync(_environment, _endpoint, request, request.RequestId, options, cancellationToken);
    }

    /// <summary>
    /// Walks the hash chains and derives every balance again. Tells how far it is; the last message is <c>done</c> and has the first
    /// difference of each kind. It is not taken up where it broke: start it again.
    /// </summary>
    /// <param name="options">What this call does differently. It has no deadline unless set here.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public IAsyncEnumerable<VerifyLedgerResponse> VerifyAsync(SuiteCallOptions? options = null, CancellationToken cancellationToken = default) =>
        VerifyLedger.RunAsync(_environment, _endpoint, new VerifyLedgerRequest(), options, cancellationToken);

    /// <summary>
    /// Every transaction with its entries in the order they were recorded in, from one snapshot. It is not taken up where it broke: a
    /// later snapshot is another one.
    /// </summary>
    /// <param name="recordedFrom">When set, only transactions recorded at that time or later.</param>
    /// <param name="recordedUntil">When set, only transactions recorded before that time.</param>
    /// <param name="options">What this call does differently. It has no deadline unless set here.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public IAsyncEnumerable<Transaction> ExportAsync(
        DateTimeOffset? recordedFrom = null,
        DateTimeOffset? recordedUntil = null,
        SuiteCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var request = new ExportTransactionsRequest { RecordedFrom = ToTimestamp(recordedFrom), RecordedUntil = ToTimestamp(recordedUntil) };
        return ExportTransactions.RunAsync(_environment, _endpoint, request, options, cancellationToken).Select(response => response.Transaction);
    }

    internal static Timestamp? ToTimestamp(DateTimeOffset? time) => time is { } known ? Timestamp.FromDateTimeOffset(known) : null;
}
