using Suite.Faults.History;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using Kind = Suite.Contracts.Payments.V1.Payment.Types.Step.Types.Kind;
using PaymentState = Suite.Contracts.Payments.V1.Payment.Types.State;
using State = Suite.Contracts.Orders.V1.Order.Types.State;
using StepOutcome = Suite.Contracts.Payments.V1.Payment.Types.Step.Types.Outcome;

namespace Suite.Tests.Faults.Samples;

/// <summary>One order of a sample, its payment, and what the ledger, the topics and the provider have of both.</summary>
internal sealed class SampleOrder
{
    private readonly SampleHistory _sample;
    private readonly string _id;

    public SampleOrder(SampleHistory sample, long total, string currency = "EUR")
    {
        (_sample, _id) = (sample, sample.NewId());
        Facts = new OrderFacts
        {
            Name = $"orders/{_id}",
            State = State.Pending,
            Total = new Amount(total, currency),
            Version = 1,
            CreateTime = sample.Time,
            UpdateTime = sample.Time,
            Mark = $"{SampleHistory.Customer}: {sample.Orders.Count + 1} {SampleHistory.Product}",
        };
        sample.Orders.Add(this);
        Happened(EventType.Placed, "apiKeys/k1");
        Tell("suite.order.v1.OrderPlaced", total);
    }

    public OrderFacts Facts { get; private set; }

    public PaymentFacts? Payment { get; private set; }

    public ProviderSeen? Provider { get; private set; }

    public List<OrderEventFacts> Events { get; } = [];

    public string PaymentName => $"payments/{_id}";

    public Amount Total => Facts.Total;

    /// <summary>The provider holds the total, and the order is CONFIRMED.</summary>
    public SampleOrder Confirm()
    {
        Authorize();
        return Next(EventType.Confirmed, State.Confirmed, "services/payment", "suite.order.v1.OrderConfirmed");
    }

    /// <summary>The provider holds the total, and the order does not know yet.</summary>
    public SampleOrder Authorize()
    {
        Pay(PaymentState.Authorized, payment => payment with { Steps = [new StepFacts(_id, Kind.Authorize, Total.Minor, StepOutcome.Done)] });
        Provider = Seen() with { AuthorizedMinor = Total.Minor, HeldMinor = Total.Minor };
        SampleLedger.Post(_sample, "authorize", $"{PaymentName}/steps/{_id}", Total);
        TellOfPayment("suite.payment.v1.PaymentAuthorized", Total.Minor);
        return this;
    }

    public SampleOrder Reject()
    {
        Pay(PaymentState.Declined, payment => payment with { Steps = [new StepFacts(_id, Kind.Authorize, Total.Minor, StepOutcome.Refused)] });
        Provider = Seen() with { IsDeclined = true };
        TellOfPayment("suite.payment.v1.PaymentDeclined", reason: "card_declined");
        return Next(EventType.Rejected, State.Rejected, "services/payment", "suite.order.v1.OrderRejected", reason: "card_declined");
    }

    /// <summary>The holder of the card is asked, and does not answer.</summary>
    public SampleOrder Ask()
    {
        Pay(PaymentState.RequiresAction, payment => payment with { Steps = [new StepFacts(_id, Kind.Authorize, Total.Minor, StepOutcome.Unknown)] });
        Provider = Seen();
        TellOfPayment("suite.payment.v1.PaymentActionRequired");
        return Next(EventType.ActionRequired, State.Pending, "services/payment", "suite.order.v1.OrderActionRequired", reason: "requires_action");
    }

    /// <param name="actor">Who cancels.</param>
    /// <param name="wasAsked">Whether the provider was asked; otherwise the payment is closed before.</param>
    public SampleOrder Cancel(string actor = "apiKeys/k1", bool wasAsked = true)
    {
        Next(EventType.Cancelled, State.Cancelled, actor, "suite.order.v1.OrderCancelled", reason: "changed my mind");
        if (wasAsked)
        {
            if (Payment is null)
            {
                Authorize();
            }

            var step = _sample.NewId();
            Pay(PaymentState.Voided, payment => payment with { Steps = [.. payment.Steps, new StepFacts(step, Kind.Void, Total.Minor, StepOutcome.Done)] });
            Provider = Provider! with { HeldMinor = 0, Steps = [new ProviderStep(step, ProviderStepKind.Void, Total.Minor, true, false)] };
            SampleLedger.Post(_sample, "release", $"{PaymentName}/steps/{step}", Total);
        }
        else
        {
            Pay(PaymentState.Voided, payment => payment);
        }

        TellOfPayment("suite.payment.v1.PaymentVoided");
        return this;
    }

    public SampleOrder Fulfill()
    {
        var step = Begin(EventType.FulfillmentStarted);
        Pay(PaymentState.Captured, payment => payment with
        {
            CapturedMinor = Total.Minor,
            Steps = [.. payment.Steps, new StepFacts(step, Kind.Capture, Total.Minor, StepOutcome.Done)],
        });
        Provider = Provider! with
        {
            HeldMinor = 0,
            CapturedMinor = Total.Minor,
            Steps = [.. Provider.Steps, new ProviderStep(step, ProviderStepKind.Capture, Total.Minor, true, false)],
        };
        SampleLedger.Post(_sample, "capture", $"{PaymentName}/steps/{step}", Total);
        TellOfPayment("suite.payment.v1.PaymentCaptured", Total.Minor, Total.Minor, step);
        return Next(EventType.Fulfilled, State.Fulfilled, "apiKeys/k1", "suite.order.v1.OrderFulfilled", Total.Minor, step);
    }

    /// <summary>The provider refuses to pay out.</summary>
    public SampleOrder FailToFulfill()
    {
        var step = Begin(EventType.FulfillmentStarted);
        Pay(PaymentState.Authorized, payment => payment with { Steps = [.. payment.Steps, new StepFacts(step, Kind.Capture, Total.Minor, StepOutcome.Refused)] });
        Provider = Provider! with { Steps = [new ProviderStep(step, ProviderStepKind.Capture, Total.Minor, false, true)] };
        TellOfPayment("suite.payment.v1.PaymentStepRefused", step: step, reason: "expired");
        Happened(EventType.FulfillmentFailed, "services/payment", step: step, reason: "expired");
        TellOfStep("suite.order.v1.OrderStepFailed", step, reason: "expired");
        return this;
    }

    public SampleOrder Refund(long minor)
    {
        var step = Begin(EventType.RefundStarted, minor);
        var refunded = Facts.RefundedMinor + minor;
        Pay(refunded == Total.Minor ? PaymentState.Refunded : PaymentState.PartiallyRefunded, payment => payment with
        {
            RefundedMinor = refunded,
            Steps = [.. payment.Steps, new StepFacts(step, Kind.Refund, minor, StepOutcome.Done)],
        });
        Provider = Provider! with
        {
            RefundedMinor = refunded,
            Steps = [.. Provider.Steps, new ProviderStep(step, ProviderStepKind.Refund, minor, true, false)],
        };
        SampleLedger.Post(_sample, "refund", $"{PaymentName}/steps/{step}", Total with { Minor = minor });
        TellOfPayment("suite.payment.v1.PaymentRefunded", minor, refunded, step);
        Facts = Facts with { RefundedMinor = refunded };
        var state = refunded == Total.Minor ? State.Refunded : State.PartiallyRefunded;
        return Next(EventType.Refunded, state, "apiKeys/k1", "suite.order.v1.OrderRefunded", minor, step, refunded);
    }

    /// <summary>The payer wants the money back through their bank.</summary>
    public SampleOrder Dispute()
    {
        Pay(Payment!.State, payment => payment with { DisputedMinor = Total.Minor });
        Provider = Provider! with { DisputedMinor = Total.Minor };
        var dispute = $"disputes/{_sample.NewId()}";
        SampleLedger.Post(_sample, "dispute-opened", dispute, Total);
        TellOfPayment("suite.payment.v1.PaymentDisputed", Total.Minor, step: dispute, reason: "OPEN");
        return this;
    }

    private string Begin(EventType type, long minor = 0)
    {
        var step = _sample.NewId();
        Happened(type, "apiKeys/k1", minor, step);
        TellOfStep("suite.order.v1.OrderStepStarted", step, minor);
        return step;
    }

    private SampleOrder Next(
        EventType type, State state, string actor, string told, long minor = 0, string step = "", long sum = 0, string reason = "")
    {
        Facts = Facts with
        {
            State = state,
            StateReason = reason,
            Version = Facts.Version + 1,
            UpdateTime = _sample.Time,
            Payment = Payment is null ? string.Empty : PaymentName,
        };
        Happened(type, actor, minor, step, reason);
        Tell(told, minor, sum);
        return this;
    }

    private void Happened(EventType type, string actor, long minor = 0, string step = "", string reason = "") => Events.Add(new OrderEventFacts
    {
        Order = Facts.Name,
        Sequence = Events.Count + 1,
        Type = type,
        State = Facts.State,
        Version = Facts.Version,
        Time = _sample.Time,
        Actor = actor,
        Reason = reason,
        AmountMinor = minor,
        Step = step,
    });

    private void Pay(PaymentState state, Func<PaymentFacts, PaymentFacts> change)
    {
        _sample.Tick();
        var before = Payment ?? new PaymentFacts
        {
            Name = PaymentName,
            Order = Facts.Name,
            State = PaymentState.Pending,
            Amount = Total,
            Version = 1,
            UpdateTime = _sample.Time,
        };
        Payment = change(before) with { State = state, Version = before.Version + 1, UpdateTime = _sample.Time };
    }

    private ProviderSeen Seen() => new() { At = _sample.Now, Key = _id, Payment = PaymentName, Token = "tok_visa", Currency = Total.Currency };

    private void Tell(string type, long minor = 0, long sum = 0) =>
        _sample.Publish(Message("suite.order.v1", type, Facts.Name) with { Version = Facts.Version, AmountMinor = minor, SumMinor = sum });

    private void TellOfStep(string type, string step, long minor = 0, string reason = "") =>
        _sample.Publish(Message("suite.order.v1", type, Facts.Name) with { Step = step, AmountMinor = minor, Reason = reason });

    private void TellOfPayment(string type, long minor = 0, long sum = 0, string step = "", string reason = "") =>
        _sample.Publish(Message("suite.payment.v1", type, PaymentName) with
        {
            Order = Facts.Name,
            AmountMinor = minor,
            SumMinor = sum,
            Step = step,
            Reason = reason,
        });

    private EventSeen Message(string topic, string type, string subject) => new()
    {
        At = _sample.Now,
        Topic = topic,
        Partition = 0,
        Offset = 0,
        Key = _id,
        Id = string.Empty,
        Digest = string.Empty,
        Type = type,
        Subject = subject,
    };
}
