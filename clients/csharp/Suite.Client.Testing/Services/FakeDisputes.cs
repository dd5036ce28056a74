using Suite.Contracts.Payments.V1;
using State = Suite.Contracts.Payments.V1.Dispute.Types.State;

namespace Suite.Client.Testing;

/// <summary>Disputes: opened by the token of a payment that was captured, or by a test.</summary>
internal static class FakeDisputes
{
    public static Dispute Get(FakeState state, GetDisputeRequest request) =>
        state.Disputes.TryGetValue(request.Name, out var dispute) && IsKnown(state, dispute) ? dispute.Clone() : throw FakeErrors.NotFound(request.Name);

    public static ListDisputesResponse List(FakeState state, ListDisputesRequest request)
    {
        var matches = FakeFilter.Parse(request.Filter, Field, new Dispute { CreateTime = new() });
        var found = state.Disputes.Values.Reverse().Where(d => IsKnown(state, d)).Where(matches);
        var (items, next) = FakePages.Cut("ListDisputes " + request.Filter, found, d => d.Name, request.PageSize, request.PageToken);
        return new ListDisputesResponse { Disputes = { items.Select(d => d.Clone()) }, NextPageToken = next };
    }

    public static void AfterCapture(FakeState state, Payment payment)
    {
        if (state.Tokens.GetValueOrDefault(payment.Name) is { } token && token.StartsWith("tok_dispute", StringComparison.Ordinal))
        {
            var dispute = Open(state, payment);
            if (token is "tok_dispute_won" or "tok_dispute_lost")
            {
                Decide(state, dispute.Name, token == "tok_dispute_won");
            }
        }
    }

    public static Dispute Decide(FakeState state, string name, bool isWon)
    {
        var dispute = state.Disputes.TryGetValue(name, out var known) ? known : throw FakeErrors.NotFound(name);
        if (dispute.State == State.Open)
        {
            dispute.State = isWon ? State.Won : State.Lost;
            dispute.UpdateTime = state.Now();
            FakeLedger.Disputed(state, dispute);
            var payment = state.Payments[dispute.Payment];
            payment.DisputedAmount = isWon ? null : payment.DisputedAmount;
            FakePayments.Move(state, payment, payment.State);
        }

        return dispute.Clone();
    }

    private static Dispute Open(FakeState state, Payment payment)
    {
        var now = state.Now();
        var dispute = new Dispute
        {
            Name = state.NewName("disputes"),
            Payment = payment.Name,
            Order = payment.Order,
            Amount = payment.CapturedAmount.Clone(),
            State = State.Open,
            Reason = "fraudulent",
            ProviderReference = "fake_dispute_" + payment.Name["payments/".Length..],
            CreateTime = now,
            UpdateTime = now,
        };
        state.Disputes.Add(dispute.Name, dispute);
        payment.DisputedAmount = dispute.Amount.Clone();
        FakeLedger.Disputed(state, dispute);
        return dispute;
    }

    private static bool IsKnown(FakeState state, Dispute dispute) => state.Caller.MayKnowOf(state.Payments[dispute.Payment].Customer);

    private static object? Field(Dispute dispute, string name) => name switch
    {
        "payment" => dispute.Payment,
        "order" => dispute.Order,
        "state" => dispute.State.ToString().ToUpperInvariant(),
        "create_time" => dispute.CreateTime,
        _ => null,
    };
}
