using Google.Rpc;
using Grpc.Core;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Payments.V1;
using Suite.Orders.Domain;
using Suite.Platform.Errors;
using Suite.Platform.Monetary;
using Suite.Platform.Naming;
using Order = Suite.Orders.Domain.Order;

namespace Suite.Orders.Features;

/// <summary>What Payment said of a step.</summary>
/// <param name="Refusal">Why it was refused for good; null when it was done.</param>
/// <param name="Reason">The same in a word.</param>
internal sealed record StepOutcome(DomainException? Refusal = null, string Reason = "");

/// <summary>Has Payment do a step of an order, or asks what became of it: that is the same call, with the step's id as its request id.</summary>
internal sealed class AskPayment(
    PaymentService.PaymentServiceClient payments, IConfiguration configuration, TimeProvider time, ILogger<AskPayment> logger)
{
    /// <summary>Payment gives up waiting first, so that it is Payment that says that the outcome is not known.</summary>
    private readonly TimeSpan _patience = OrderSettings.StepPatience(configuration) + TimeSpan.FromSeconds(2);

    /// <summary>The outcome of a step; null when it is not known.</summary>
    /// <exception cref="OperationCanceledException">The caller went away.</exception>
    public async Task<StepOutcome?> RunAsync(Order order, OrderStep step, CancellationToken cancellationToken)
    {
        if (step.AmountMinor == 0)
        {
            // Nothing to take, so nobody to ask.
            return new StepOutcome();
        }

        try
        {
            var deadline = time.GetUtcNow().UtcDateTime + _patience;
            var name = ResourceName.Format(Order.Payments, order.PaymentId!.Value);
            var amount = new MoneyAmount(step.AmountMinor, order.Total.CurrencyCode).ToProto();
            await (step.Kind == StepKind.Fulfil
                ? payments.CapturePaymentAsync(
                    new CapturePaymentRequest { Name = name, Amount = amount, RequestId = step.Id.ToString() },
                    deadline: deadline,
                    cancellationToken: cancellationToken)
                : payments.RefundPaymentAsync(
                    new RefundPaymentRequest { Name = name, Amount = amount, RequestId = step.Id.ToString() },
                    deadline: deadline,
                    cancellationToken: cancellationToken));
            return new StepOutcome();
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.FailedPrecondition)
        {
            return Refused(order, e.GetRpcStatus() is { } status ? DomainException.FromStatus(status) : null);
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // Nothing else is an answer: whether it was done is asked until Payment says so, and not guessed.
            OrderLog.StepOutcomeUnknown(logger, step.Kind, step.Id, order.Id, (e as RpcException)?.StatusCode ?? StatusCode.DeadlineExceeded);
            return null;
        }
    }

    private static StepOutcome Refused(Order order, DomainException? error)
    {
        var reason = error?.Reason ?? ErrorReason.Unspecified;
        switch (reason)
        {
            case ErrorReason.ProviderRefused:
                var declined = error!.Details.GetValueOrDefault("decline_reason", string.Empty);
                return new StepOutcome(DomainError.ProviderRefused(order.Name, declined), declined);
            case ErrorReason.AmountNotAvailable when long.TryParse(error!.Details.GetValueOrDefault("available"), out var available):
                return new StepOutcome(DomainError.AmountNotAvailable(order.Name, available, order.Total.CurrencyCode), Word(reason));
            case ErrorReason.PaymentDisputed:
                return new StepOutcome(
                    DomainError.FailedPrecondition(reason, order.Name, "The payment of the order is disputed, so that nothing of it is given back."),
                    Word(reason));
            default:
                return new StepOutcome(
                    DomainError.FailedPrecondition(
                        ErrorReason.OrderStateConflict, order.Name, $"The payment of the order does not allow it ({ErrorReasons.Name(reason)})."),
                    Word(reason));
        }
    }

    private static string Word(ErrorReason reason) => ErrorReasons.Name(reason).ToLowerInvariant();
}
