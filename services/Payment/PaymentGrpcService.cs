using Grpc.Core;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Features;
using Suite.Payments.Storage;
using Suite.Platform.Errors;
using Suite.Platform.Naming;
using Suite.Platform.Security;

namespace Suite.Payments;

/// <summary>PaymentService: translate, call, translate.</summary>
internal sealed class PaymentGrpcService(PaymentStore store, ListPayments listPayments) : PaymentService.PaymentServiceBase
{
    public override async Task<Payment> GetPayment(GetPaymentRequest request, ServerCallContext context)
    {
        var id = ResourceName.ParseGuid(Domain.Payment.Collection, request.Name);
        var payment = await store.FindAsync(id, context.CancellationToken);
        return payment is not null && MayKnowOf(context.GetCaller(), payment) ? payment.ToProto() : throw DomainError.NotFound(request.Name);
    }

    public override Task<ListPaymentsResponse> ListPayments(ListPaymentsRequest request, ServerCallContext context) =>
        listPayments.RunAsync(request, context.GetCaller(), context.CancellationToken);

    internal static bool MayKnowOf(Caller caller, Domain.Payment payment) => !caller.SeesOnlyOwn
        || (payment.CustomerId is { } customer && caller.MayKnowOf(ResourceName.Format(Domain.Payment.Customers, customer)));
}
