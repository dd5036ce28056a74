using Google.Protobuf.WellKnownTypes;
using Google.Type;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;

namespace Suite.Client.Testing;

/// <summary>PaymentService, LedgerService, and what the token of an order leads to.</summary>
internal static class FakePayments
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(3);

    public static Payment Get(FakeState state, GetPaymentRequest request) =>
        state.Payments.TryGetValue(request.Name, out var payment) && IsKnown(state, payment)
            ? payment.Clone()
            : throw FakeErrors.NotFound(request.Name);

    public static ListPaymentsResponse List(FakeState state, ListPaymentsRequest request)
    {
        var matches = FakeFilter.Parse(request.Filter, Field, new Payment { CreateTime = new() });
        var found = state.Payments.Values.Reverse().Where(p => IsKnown(state, p)).Where(matches);
        var (items, next) = FakePages.Cut("ListPayments " + request.Filter, found, p => p.Name, request.PageSize, request.PageToken);
        return new ListPaymentsResponse { Payments = { items.Select(p => p.Clone()) }, NextPageToken = next };
    }

    public static GetTrialBalanceResponse Balance(FakeState state)
    {
        // Authorizing holds the amount on both sides; voiding lets go of it on both.
        var held = state.Payments.Values.Where(p => p.ProviderReference.Length > 0);
        var response = new GetTrialBalanceResponse { Balanced = true, AsOf = state.Now() };
        foreach (var currency in held.GroupBy(p => p.Amount.CurrencyCode).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var authorized = Sum(currency.Key, currency);
            var voided = Sum(currency.Key, currency.Where(p => p.State == Payment.Types.State.Voided));
            var both = FakeMoney.Plus(authorized, voided, "amount");
            response.Currencies.Add(new CurrencyBalance
            {
                CurrencyCode = currency.Key,
                Balanced = true,
                Debits = both,
                Credits = both.Clone(),
                Kinds =
                {
                    new AccountKindBalance { Kind = "customer_holds", Debits = voided, Credits = authorized },
                    new AccountKindBalance { Kind = "provider_holds", Debits = authorized.Clone(), Credits = voided.Clone() },
                },
            });
        }

        return response;
    }

    /// <summary>Makes the payment of an order that has none yet, and decides it when it is due.</summary>
    public static void Start(FakeState state, string orderName)
    {
        var order = state.Orders[orderName];
        if (state.Payments.Values.Any(p => p.Order == orderName))
        {
            return;
        }

        var now = state.Now();
        var payment = new Payment
        {
            Name = state.NewName("payments"),
            Order = orderName,
            Amount = order.Current.Total.Clone(),
            State = Payment.Types.State.Pending,
            CreateTime = now,
            UpdateTime = now,
            Etag = "1",
        };
        state.Payments.Add(payment.Name, payment);
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

    public static int DecideAll(FakeState state) => state.Payments.Values.ToList().Count(p => Decide(state, p));

    /// <summary>Lets go of what is held for an order.</summary>
    public static void Release(FakeState state, string orderName)
    {
        foreach (var payment in state.Payments.Values.Where(p => p.Order == orderName))
        {
            if (payment.State is Payment.Types.State.Pending or Payment.Types.State.Authorized)
            {
                Move(state, payment, Payment.Types.State.Voided);
            }
        }
    }

    private static bool IsKnown(FakeState state, Payment payment) => state.Caller.MayKnowOf(state.Orders[payment.Order].Current.Customer);

    private static bool Decide(FakeState state, Payment payment)
    {
        if (payment.State != Payment.Types.State.Pending)
        {
            return false;
        }

        var order = state.Orders[payment.Order];
        var declined = order.PaymentMethod switch
        {
            "tok_visa" or "tok_slow" or "tok_timeout" or "tok_flaky" => null,
            "tok_declined" => "card_declined",
            "tok_insufficient_funds" => "insufficient_funds",
            _ => "invalid_payment_method",
        };
        payment.DeclineReason = declined ?? string.Empty;
        payment.ProviderReference = declined is null ? "fake_" + payment.Name["payments/".Length..] : string.Empty;
        Move(state, payment, declined is null ? Payment.Types.State.Authorized : Payment.Types.State.Declined);
        order.Move(
            declined is null ? Order.Types.State.Confirmed : Order.Types.State.Rejected, declined ?? string.Empty, state.Now(), payment.Name);
        return true;
    }

    private static void Move(FakeState state, Payment payment, Payment.Types.State next)
    {
        payment.State = next;
        payment.UpdateTime = state.Now();
        payment.Etag = Guid.NewGuid().ToString("N");
    }

    private static Money Sum(string currency, IEnumerable<Payment> payments) =>
        payments.Aggregate(new Money { CurrencyCode = currency }, (sum, payment) => FakeMoney.Plus(sum, payment.Amount, "amount"));

    private static object? Field(Payment payment, string name) => name switch
    {
        "order" => payment.Order,
        "state" => payment.State.ToString().ToUpperInvariant(),
        "create_time" => payment.CreateTime,
        _ => null,
    };
}
