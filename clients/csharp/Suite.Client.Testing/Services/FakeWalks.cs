using Google.Protobuf;
using Suite.Contracts.Payments.V1;

namespace Suite.Client.Testing;

/// <summary>Streams that walk over everything: verification, export, reconciliation. The fake's records are one, so they agree.</summary>
internal static class FakeWalks
{
    public static IEnumerable<IMessage> Messages(FakeState state, string method, IMessage request) => request switch
    {
        VerifyLedgerRequest => [new VerifyLedgerResponse { Transactions = state.Transactions.Count, Done = true }],
        ExportTransactionsRequest r => FakeBooks.Export(state, r).Select(t => new ExportTransactionsResponse { Transaction = t }),
        ReconcilePaymentsRequest r => [Reconcile(state, r)],
        _ => throw new Grpc.Core.RpcException(new(Grpc.Core.StatusCode.Unimplemented, $"The fake does not know {method}.")),
    };

    private static ReconcilePaymentsResponse Reconcile(FakeState state, ReconcilePaymentsRequest request)
    {
        var payments = state.Payments.Values
            .Where(p => request.FromTime is not { } from || p.CreateTime.CompareTo(from) >= 0)
            .Where(p => request.UntilTime is not { } until || p.CreateTime.CompareTo(until) < 0)
            .ToList();
        return new ReconcilePaymentsResponse
        {
            Payments = payments.Count,
            ProviderPayments = payments.Count(p => p.ProviderReference.Length > 0),
            Done = true,
            Sums = { payments.GroupBy(p => p.Amount.CurrencyCode).OrderBy(g => g.Key, StringComparer.Ordinal).Select(Sum) },
        };
    }

    private static ReconciledSums Sum(IGrouping<string, Payment> currency) => new()
    {
        CurrencyCode = currency.Key,
        Held = All(currency.Key, currency
            .Where(p => p.State == Payment.Types.State.Authorized).Select(p => FakeMoney.Minus(p.Amount, p.CapturedAmount))),
        Captured = All(currency.Key, currency.Select(p => p.CapturedAmount)),
        Refunded = All(currency.Key, currency.Select(p => p.RefundedAmount)),
        Disputed = All(currency.Key, currency.Select(p => p.DisputedAmount)),
    };

    private static Google.Type.Money All(string currency, IEnumerable<Google.Type.Money?> amounts) =>
        FakeMoney.Of(currency, amounts.Aggregate(Int128.Zero, (sum, amount) => sum + FakeMoney.Nanos(amount)));
}
