using Google.Protobuf;
using Google.Type;
using Grpc.Core;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Domain;
using Suite.Payments.Features;
using Suite.Payments.Providers;
using Suite.Payments.Storage;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Monetary;
using Suite.Platform.Naming;
using Suite.Platform.Overload;
using Suite.Platform.Security;
using Dispute = Suite.Contracts.Payments.V1.Dispute;
using Payment = Suite.Contracts.Payments.V1.Payment;

namespace Suite.Payments;

/// <summary>PaymentService: translate, call, translate.</summary>
internal sealed class PaymentGrpcService(
    PaymentStore payments,
    StepStore steps,
    DisputeStore disputes,
    ListPayments listPayments,
    ListDisputes listDisputes,
    AuthorizePayment authorize,
    StepCalls calls,
    IPaymentProvider provider) : PaymentService.PaymentServiceBase
{
    public override Task<Payment> AuthorizePayment(AuthorizePaymentRequest request, ServerCallContext context) => authorize.RunAsync(
        KeyOf("AuthorizePayment", request.RequestId, request, context),
        ResourceName.ParseGuid(Domain.Payment.Orders, request.Order, "order"),
        request.Customer.Length > 0 ? ResourceName.ParseGuid(Domain.Payment.Customers, request.Customer, "customer") : null,
        Amount(request.Amount)!.Value,
        request.PaymentMethod,
        context.Deadline,
        context.CancellationToken);

    [FinishesWork]
    public override Task<Payment> CapturePayment(CapturePaymentRequest request, ServerCallContext context)
    {
        var amount = Amount(request.Amount);
        if (request.MoreToFollow && amount is null)
        {
            throw DomainError.InvalidArgument("more_to_follow", "needs an amount: without one, all that is left is taken.");
        }

        if (request.MoreToFollow && !provider.CanCaptureSeveralTimes)
        {
            throw DomainError.InvalidArgument("more_to_follow", $"is not possible: {provider.Name} captures an authorization once.");
        }

        return calls.RunAsync(
            CallOf("CapturePayment", request.Name, request.RequestId, request.Etag, string.Empty, request, context),
            (payment, now) => payment.BeginCapture(MinorUnits(amount, payment), request.MoreToFollow, now),
            context.CancellationToken);
    }

    [FinishesWork]
    public override Task<Payment> VoidPayment(VoidPaymentRequest request, ServerCallContext context) => calls.RunAsync(
        CallOf("VoidPayment", request.Name, request.RequestId, request.Etag, request.Reason, request, context),
        // What was typed stays with the step, where it can be erased; events say that a call did it.
        (payment, now) => payment.BeginVoid(Domain.Payment.VoidedByCall, now),
        context.CancellationToken);

    [FinishesWork]
    public override Task<Payment> RefundPayment(RefundPaymentRequest request, ServerCallContext context)
    {
        var amount = Amount(request.Amount);
        return calls.RunAsync(
            CallOf("RefundPayment", request.Name, request.RequestId, request.Etag, request.Reason, request, context),
            (payment, now) => payment.BeginRefund(MinorUnits(amount, payment), now),
            context.CancellationToken);
    }

    public override async Task<Payment> GetPayment(GetPaymentRequest request, ServerCallContext context)
    {
        var id = ResourceName.ParseGuid(Domain.Payment.Collection, request.Name);
        var payment = await payments.FindAsync(id, context.CancellationToken);
        return payment is not null && MayKnowOf(context.GetCaller(), payment.CustomerId)
            ? payment.ToProto(await steps.OfPaymentAsync(id, context.CancellationToken))
            : throw DomainError.NotFound(request.Name);
    }

    public override Task<ListPaymentsResponse> ListPayments(ListPaymentsRequest request, ServerCallContext context) =>
        listPayments.RunAsync(request, context.GetCaller(), context.CancellationToken);

    public override async Task<Dispute> GetDispute(GetDisputeRequest request, ServerCallContext context)
    {
        var dispute = await disputes.FindAsync(ResourceName.ParseGuid(Domain.Dispute.Collection, request.Name), context.CancellationToken);
        return dispute is not null && MayKnowOf(context.GetCaller(), dispute.CustomerId)
            ? dispute.ToProto()
            : throw DomainError.NotFound(request.Name);
    }

    public override Task<ListDisputesResponse> ListDisputes(ListDisputesRequest request, ServerCallContext context) =>
        listDisputes.RunAsync(request, context.GetCaller(), context.CancellationToken);

    internal static bool MayKnowOf(Caller caller, Guid? customerId) => !caller.SeesOnlyOwn
        || (customerId is { } customer && caller.MayKnowOf(ResourceName.Format(Domain.Payment.Customers, customer)));

    private static StepCall CallOf(
        string method, string name, string requestId, string etag, string reason, IMessage request, ServerCallContext context) => new(
            KeyOf(method, requestId, request, context),
            ResourceName.ParseGuid(Domain.Payment.Collection, name),
            etag,
            context.GetCaller().OnBehalfOf ?? context.GetCaller().Name,
            reason,
            context.Deadline);

    private static RequestKey KeyOf(string method, string requestId, IMessage request, ServerCallContext context) =>
        RequestKey.Of(method, requestId, request, context.GetCaller());

    private static MoneyAmount? Amount(Money? money) => money is null
        ? null
        : MoneyAmount.FromProto(money, "amount") is { MinorUnits: > 0 } amount
            ? amount
            : throw DomainError.InvalidArgument("amount", "must be more than 0.");

    private static long? MinorUnits(MoneyAmount? amount, Domain.Payment payment) => amount is not { } wanted
        ? null
        : wanted.CurrencyCode == payment.Amount.CurrencyCode
            ? wanted.MinorUnits
            : throw DomainError.CurrencyMismatch("amount", payment.Amount.CurrencyCode);
}
