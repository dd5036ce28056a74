using Google.Protobuf.WellKnownTypes;
using Google.Type;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Event = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Client.Testing;

/// <summary>PaymentService, its reading part, and what the token of an order leads to.</summary>
internal static class FakePayments
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ActionLifetime = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan AuthorizationLifetime = TimeSpan.FromDays(7);

    // Words of tokens that approve the authorization, and play their part later.
    private static readonly string[] Approving =
        ["tok_visa", "tok_slow", "tok_timeout", "tok_flaky", "tok_capture_", "tok_void_", "tok_refund_", "tok_dispute", "tok_webhook_"];

    public static Payment Get(FakeState state, GetPaymentRequest request) => Find(state, request.Name).Clone();

    public static Payment Find(FakeState state, string name) =>
        state.Payments.TryGetValue(name, out var payment) && IsKnown(state, payment) ? payment : throw FakeErrors.NotFound(name);

    public static ListPaymentsResponse List(FakeState state, ListPaymentsRequest request)
    {
        var matches = FakeFilter.Parse(request.Filter, Field, new Payment { CreateTime = new(), UpdateTime = new() });
        var found = state.Payments.Values.Reverse().Where(p => IsKnown(state, p)).Where(matches);
        var (items, next) = FakePages.Cut("ListPayments " + request.Filter, found, p => p.Name, request.PageSize, request.PageToken);
        return new ListPaymentsResponse { Payments = { items.Select(WithoutSteps) }, NextPageToken = next };
    }

    /// <summary>Makes the payment of an order that has none yet, and decides it when it is due.</summary>
    public static void Start(FakeState state, string orderName)
    {
        var order = state.Orders[orderName];
        if (state.Payments.Values.Any(p => p.Order == orderName))
        {
            return;
        }

        var payment = Add(state, orderName, order.Current.Customer, order.Current.Total);
        if (state.HoldPayments)
        {
            return;
        }

        var delay = state.PaymentDelay + (order.PaymentMethod is "tok_slow" or "tok_timeout" ? Slow : TimeSpan.Zero);
        if (delay <= TimeSpan.Zero)
        {
            Decide(state, payment);
            return;
        }

        ITimer? timer = null;
        timer = state.Time.CreateTimer(
            _ =>
            {
                state.Write(s => Decide(s, payment));
                timer?.Dispose();
            },
            null,
            delay,
            Timeout.InfiniteTimeSpan);
    }

    public static int DecideAll(FakeState state) => state.Payments.Values.ToList().Count(p => p.State switch
    {
        State.Pending => Decide(state, p),
        State.RequiresAction => Approve(state, p),
        _ => false,
    });

    public static Payment Add(FakeState state, string order, string customer, Money amount)
    {
        var now = state.Now();
        var payment = new Payment
        {
            Name = state.NewName("payments"),
            Order = order,
            Customer = customer,
            Amount = amount.Clone(),
            State = State.Pending,
            Provider = FakeLedger.Provider,
            CreateTime = now,
            UpdateTime = now,
            Etag = "1",
        };
        state.Payments.Add(payment.Name, payment);
        return payment;
    }

    /// <summary>What the provider says to an authorization by its token.</summary>
    public static bool Decide(FakeState state, Payment payment, string? token = null)
    {
        if (payment.State != State.Pending)
        {
            return false;
        }

        var method = token ?? state.Orders[payment.Order].PaymentMethod;
        state.Tokens[payment.Name] = method;
        if (method == "tok_requires_action")
        {
            payment.NextAction = new Payment.Types.NextAction
            {
                RedirectUri = "https://bank.example/" + payment.Name,
                ExpireTime = Timestamp.FromDateTimeOffset(state.Time.GetUtcNow() + ActionLifetime),
            };
            Move(state, payment, State.RequiresAction);
            if (state.Orders.TryGetValue(payment.Order, out var waiting))
            {
                waiting.Move(waiting.Current.State, "requires_action", state.Now(), payment.Name);
                waiting.Tell(Event.ActionRequired, "services/payment", waiting.Current.UpdateTime);
            }

            return true;
        }

        var reason = method switch
        {
            "tok_declined" => "card_declined",
            "tok_insufficient_funds" => "insufficient_funds",
            "tok_expires" => null,
            _ => Approving.Any(word => method.StartsWith(word, StringComparison.Ordinal)) ? null : "invalid_payment_method",
        };
        return reason is null ? Approve(state, payment) : Decline(state, payment, reason);
    }

    public static void Move(FakeState state, Payment payment, State next)
    {
        payment.State = next;
        payment.UpdateTime = state.Now();
        payment.Etag = Guid.NewGuid().ToString("N");
    }

    private static bool Approve(FakeState state, Payment payment)
    {
        payment.ProviderReference = "fake_" + payment.Name["payments/".Length..];
        payment.NextAction = null;
        payment.AuthorizationExpireTime = Timestamp.FromDateTimeOffset(state.Time.GetUtcNow() + AuthorizationLifetime);
        Move(state, payment, State.Authorized);
        FakePaymentSteps.Note(state, payment, Payment.Types.Step.Types.Kind.Authorize, Guid.Parse(payment.Name["payments/".Length..]), payment.Amount);
        FakeLedger.Authorized(state, payment);
        Answer(state, payment, Order.Types.State.Confirmed, Event.Confirmed, string.Empty);
        return true;
    }

    private static bool Decline(FakeState state, Payment payment, string reason)
    {
        payment.DeclineReason = reason;
        Move(state, payment, State.Declined);
        Answer(state, payment, Order.Types.State.Rejected, Event.Rejected, reason);
        return true;
    }

    private static void Answer(FakeState state, Payment payment, Order.Types.State next, Event type, string reason)
    {
        if (state.Orders.TryGetValue(payment.Order, out var order))
        {
            order.Move(next, reason, state.Now(), payment.Name);
            order.Tell(type, "services/payment", order.Current.UpdateTime, reason);
        }
    }

    private static bool IsKnown(FakeState state, Payment payment) => state.Caller.MayKnowOf(payment.Customer);

    private static Payment WithoutSteps(Payment payment)
    {
        var copy = payment.Clone();
        copy.Steps.Clear();
        return copy;
    }

    private static object? Field(Payment payment, string name) => name switch
    {
        "order" => payment.Order,
        "customer" => payment.Customer,
        "provider_reference" => payment.ProviderReference,
        "state" => FakeNames.Of(payment.State),
        "create_time" => payment.CreateTime,
        "update_time" => payment.UpdateTime,
        _ => null,
    };
}
