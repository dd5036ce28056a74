using Google.Type;
using Grpc.Core;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Payments.V1;
using Kind = Suite.Contracts.Payments.V1.Payment.Types.Step.Types.Kind;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Client.Testing;

/// <summary>PaymentService, its changing part. The fake's provider answers at once.</summary>
internal static class FakePaymentSteps
{
    public static Payment Authorize(FakeState state, AuthorizePaymentRequest request) =>
        FakeOnce.Run(state, "AuthorizePayment", request, request.RequestId, () =>
        {
            if (state.Payments.Values.Any(p => p.Order == request.Order))
            {
                throw FakeErrors.About(
                    StatusCode.AlreadyExists, ErrorReason.ResourceAlreadyExists, request.Order, $"{request.Order} has a payment already.");
            }

            var amount = request.Amount ?? throw FakeErrors.Invalid("amount", "must be set.");
            var payment = FakePayments.Add(state, request.Order, request.Customer, FakeMoney.Check(amount, amount.CurrencyCode, "amount"));
            FakePayments.Decide(state, payment, request.PaymentMethod);
            return payment.Clone();
        });

    public static Payment Capture(FakeState state, CapturePaymentRequest request) =>
        FakeOnce.RunKeepingRefusals(state, "CapturePayment", request, request.RequestId, () =>
        {
            var payment = Find(state, request.Name, request.Etag);
            var left = FakeMoney.Minus(payment.Amount, payment.CapturedAmount);
            var amount = request.Amount is { } wanted ? FakeMoney.Check(wanted, left.CurrencyCode, "amount") : left;
            var step = Guid.NewGuid();
            Capture(state, payment, amount, request.MoreToFollow, step);
            FakeOrderSteps.Captured(state, payment, amount, step);
            return payment.Clone();
        });

    public static Payment Void(FakeState state, VoidPaymentRequest request) =>
        FakeOnce.RunKeepingRefusals(state, "VoidPayment", request, request.RequestId, () =>
        {
            var payment = Find(state, request.Name, request.Etag);
            if (payment.State is not (State.Authorized or State.Pending or State.RequiresAction) || payment.CapturedAmount is not null)
            {
                throw Conflict(payment, "only what is held and not captured can be voided");
            }

            Release(state, payment, request.Reason);
            FakeOrderSteps.Voided(state, payment);
            return payment.Clone();
        });

    public static Payment Refund(FakeState state, RefundPaymentRequest request) =>
        FakeOnce.RunKeepingRefusals(state, "RefundPayment", request, request.RequestId, () =>
        {
            var payment = Find(state, request.Name, request.Etag);
            var left = FakeMoney.Minus(payment.CapturedAmount ?? FakeMoney.Of(payment.Amount.CurrencyCode, 0), payment.RefundedAmount);
            var amount = request.Amount is { } wanted ? FakeMoney.Check(wanted, left.CurrencyCode, "amount") : left;
            var step = Guid.NewGuid();
            Refund(state, payment, amount, step);
            FakeOrderSteps.Refunded(state, payment, amount, step);
            return payment.Clone();
        });

    /// <summary>Takes an amount of what is held, and releases the rest unless more is to follow.</summary>
    public static void Capture(FakeState state, Payment payment, Money amount, bool moreToFollow, Guid step)
    {
        if (payment.State != State.Authorized)
        {
            throw Conflict(payment, "only AUTHORIZED payments can be captured");
        }

        var left = FakeMoney.Minus(payment.Amount, payment.CapturedAmount);
        MustFit(payment, amount, left);
        Refuse(state, payment, Kind.Capture, "tok_capture_declined", "expired", amount, step);
        payment.CapturedAmount = FakeMoney.Plus(payment.CapturedAmount, amount, "amount");
        FakePayments.Move(state, payment, moreToFollow && FakeMoney.Nanos(amount) < FakeMoney.Nanos(left) ? State.Authorized : State.Captured);
        Note(state, payment, Kind.Capture, step, amount);
        FakeLedger.Captured(state, payment, step, amount, moreToFollow ? null : FakeMoney.Minus(left, amount));
        FakeDisputes.AfterCapture(state, payment);
    }

    /// <summary>Gives an amount of what was captured back.</summary>
    public static void Refund(FakeState state, Payment payment, Money amount, Guid step)
    {
        if (payment.CapturedAmount is null || payment.State is State.Authorized)
        {
            throw Conflict(payment, "only what was captured can be refunded");
        }

        if (payment.DisputedAmount is not null)
        {
            throw FakeErrors.About(
                StatusCode.FailedPrecondition, ErrorReason.PaymentDisputed, payment.Name, "The payment is disputed; nothing of it is given back.");
        }

        var left = FakeMoney.Minus(payment.CapturedAmount, payment.RefundedAmount);
        MustFit(payment, amount, left);
        Refuse(state, payment, Kind.Refund, "tok_refund_declined", "refund_declined", amount, step);
        payment.RefundedAmount = FakeMoney.Plus(payment.RefundedAmount, amount, "amount");
        FakePayments.Move(state, payment, FakeMoney.Nanos(amount) < FakeMoney.Nanos(left) ? State.PartiallyRefunded : State.Refunded);
        Note(state, payment, Kind.Refund, step, amount);
        FakeLedger.Refunded(state, payment, step, amount);
    }

    /// <summary>Lets go of what is held for an order.</summary>
    public static void Release(FakeState state, string orderName, string reason)
    {
        foreach (var payment in state.Payments.Values.Where(p => p.Order == orderName))
        {
            Release(state, payment, reason);
        }
    }

    /// <summary>Notes what the provider was asked for and did, or refused.</summary>
    public static void Note(FakeState state, Payment payment, Kind kind, Guid step, Money amount, string declineReason = "")
    {
        var now = state.Now();
        payment.Steps.Add(new Payment.Types.Step
        {
            Id = step.ToString(),
            Kind = kind,
            Amount = amount.Clone(),
            Outcome = declineReason.Length == 0 ? Payment.Types.Step.Types.Outcome.Done : Payment.Types.Step.Types.Outcome.Refused,
            DeclineReason = declineReason,
            ProviderReference = "fake_" + step,
            Attempts = 1,
            CreateTime = now,
            OutcomeTime = now,
        });
    }

    private static void Release(FakeState state, Payment payment, string reason)
    {
        if (payment.State is not (State.Pending or State.Authorized or State.RequiresAction))
        {
            return;
        }

        if (payment.State == State.Authorized)
        {
            var step = Guid.NewGuid();
            Note(state, payment, Kind.Void, step, payment.Amount);
            FakeLedger.Released(state, payment, step, payment.Amount);
        }

        payment.VoidReason = reason;
        payment.NextAction = null;
        FakePayments.Move(state, payment, State.Voided);
    }

    // Some tokens refuse a later step for good.
    private static void Refuse(FakeState state, Payment payment, Kind kind, string token, string reason, Money amount, Guid step)
    {
        if (state.Tokens.GetValueOrDefault(payment.Name) == token)
        {
            Note(state, payment, kind, step, amount, reason);
            throw FakeErrors.Make(
                StatusCode.FailedPrecondition, ErrorReason.ProviderRefused, $"The provider refused: {reason}.", metadata: ("decline_reason", reason));
        }
    }

    private static void MustFit(Payment payment, Money amount, Money left)
    {
        if (FakeMoney.Nanos(amount) > FakeMoney.Nanos(left) || FakeMoney.Nanos(amount) <= 0)
        {
            throw FakeErrors.Make(
                StatusCode.FailedPrecondition,
                ErrorReason.AmountNotAvailable,
                $"{left.DecimalValue} {left.CurrencyCode} of {payment.Name} are left.",
                metadata: ("available", FakeMoney.Minor(left).ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }
    }

    private static Payment Find(FakeState state, string name, string etag)
    {
        var payment = FakePayments.Find(state, name);
        return etag.Length == 0 || etag == payment.Etag
            ? payment
            : throw FakeErrors.About(StatusCode.Aborted, ErrorReason.EtagMismatch, name, $"{name} has changed since its etag was read.");
    }

    private static RpcException Conflict(Payment payment, string rule) => FakeErrors.About(
        StatusCode.FailedPrecondition,
        ErrorReason.PaymentStateConflict,
        payment.Name,
        $"The payment is {FakeNames.Of(payment.State)}; {rule}.");
}
