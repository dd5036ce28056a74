using Grpc.Core;
using Suite.Contracts.Payments.V1;
using Suite.Platform.Errors;

namespace Suite.Payments.Reconciliation;

/// <summary>ReconciliationService: translate, call, translate.</summary>
internal sealed class ReconciliationGrpcService(ReconcilePayments reconcile) : ReconciliationService.ReconciliationServiceBase
{
    public override async Task ReconcilePayments(
        ReconcilePaymentsRequest request, IServerStreamWriter<ReconcilePaymentsResponse> responseStream, ServerCallContext context)
    {
        var (from, until) = (request.FromTime?.ToDateTimeOffset(), request.UntilTime?.ToDateTimeOffset());
        if (from >= until)
        {
            throw DomainError.InvalidArgument("until_time", "must be after from_time.");
        }

        await foreach (var part in reconcile.RunAsync(from, until, context.CancellationToken))
        {
            await responseStream.WriteAsync(part, context.CancellationToken);
        }
    }
}
