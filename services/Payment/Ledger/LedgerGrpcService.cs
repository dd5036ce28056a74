using Google.Protobuf;
using Grpc.Core;
using Suite.Contracts.Payments.V1;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Naming;
using Suite.Platform.Security;

namespace Suite.Payments.Ledger;

/// <summary>LedgerService: translate, call, translate.</summary>
internal sealed class LedgerGrpcService(
    GetAccount getAccount,
    ListAccounts listAccounts,
    UpdateAccount updateAccount,
    ListPostings listPostings,
    TransactionStore transactions,
    PostTransaction postTransaction,
    ReverseTransaction reverseTransaction,
    VerifyLedger verifyLedger,
    ExportTransactions exportTransactions,
    GetTrialBalance getTrialBalance) : LedgerService.LedgerServiceBase
{
    public override Task<Account> GetAccount(GetAccountRequest request, ServerCallContext context) =>
        getAccount.RunAsync(request, context.CancellationToken);

    public override Task<ListAccountsResponse> ListAccounts(ListAccountsRequest request, ServerCallContext context) =>
        listAccounts.RunAsync(request, context.CancellationToken);

    public override Task<Account> UpdateAccount(UpdateAccountRequest request, ServerCallContext context) =>
        updateAccount.RunAsync(Key(nameof(UpdateAccount), request.RequestId, request, context), request, context.CancellationToken);

    public override Task<ListPostingsResponse> ListPostings(ListPostingsRequest request, ServerCallContext context) =>
        listPostings.RunAsync(request, context.CancellationToken);

    public override async Task<Transaction> GetTransaction(GetTransactionRequest request, ServerCallContext context)
    {
        var id = ResourceName.ParseGuid(LedgerNames.Transactions, request.Name);
        return (await transactions.FindAsync(id, context.CancellationToken) ?? throw DomainError.NotFound(request.Name)).ToProto();
    }

    public override Task<Transaction> PostTransaction(PostTransactionRequest request, ServerCallContext context) =>
        postTransaction.RunAsync(Key(nameof(PostTransaction), request.RequestId, request, context), request, context.CancellationToken);

    public override Task<Transaction> ReverseTransaction(ReverseTransactionRequest request, ServerCallContext context) =>
        reverseTransaction.RunAsync(Key(nameof(ReverseTransaction), request.RequestId, request, context), request, context.CancellationToken);

    public override Task VerifyLedger(
        VerifyLedgerRequest request, IServerStreamWriter<VerifyLedgerResponse> responseStream, ServerCallContext context) =>
        SendAsync(verifyLedger.RunAsync(context.CancellationToken), responseStream, context.CancellationToken);

    public override Task ExportTransactions(
        ExportTransactionsRequest request, IServerStreamWriter<ExportTransactionsResponse> responseStream, ServerCallContext context) =>
        SendAsync(exportTransactions.RunAsync(request, context.CancellationToken), responseStream, context.CancellationToken);

    public override Task<GetTrialBalanceResponse> GetTrialBalance(GetTrialBalanceRequest request, ServerCallContext context) =>
        getTrialBalance.RunAsync(context.CancellationToken);

    private static RequestKey Key(string method, string requestId, IMessage request, ServerCallContext context) =>
        RequestKey.Of(method, requestId, request, context.GetCaller());

    private static async Task SendAsync<T>(IAsyncEnumerable<T> items, IServerStreamWriter<T> to, CancellationToken cancellationToken)
    {
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            await to.WriteAsync(item, cancellationToken);
        }
    }
}
