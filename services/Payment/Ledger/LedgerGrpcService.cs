using Grpc.Core;
using Suite.Contracts.Payments.V1;

namespace Suite.Payments.Ledger;

/// <summary>LedgerService: translate, call, translate.</summary>
internal sealed class LedgerGrpcService(GetTrialBalance getTrialBalance) : LedgerService.LedgerServiceBase
{
    public override Task<GetTrialBalanceResponse> GetTrialBalance(GetTrialBalanceRequest request, ServerCallContext context) =>
        getTrialBalance.RunAsync(context.CancellationToken);
}
