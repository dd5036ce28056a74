using System.Numerics;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Ledger;

namespace Suite.Payments.Reconciliation;

/// <summary>Adds up what was compared, by currency.</summary>
internal sealed class ReconciledTotals
{
    private readonly SortedDictionary<string, Sums> _byCurrency = new(StringComparer.Ordinal);

    public void Add(PaymentFacts payment)
    {
        var currency = payment.Amount.CurrencyCode;
        var sums = _byCurrency.GetValueOrDefault(currency);
        _byCurrency[currency] = new Sums(
            sums.Held + payment.HeldMinor,
            sums.Captured + payment.CapturedMinor,
            sums.Refunded + payment.RefundedMinor,
            sums.Disputed + payment.DisputedMinor);
    }

    public IEnumerable<ReconciledSums> ToProto() => _byCurrency.Select(pair => new ReconciledSums
    {
        CurrencyCode = pair.Key,
        Held = LargeMoney.ToMoney(pair.Key, pair.Value.Held),
        Captured = LargeMoney.ToMoney(pair.Key, pair.Value.Captured),
        Refunded = LargeMoney.ToMoney(pair.Key, pair.Value.Refunded),
        Disputed = LargeMoney.ToMoney(pair.Key, pair.Value.Disputed),
    });

    private readonly record struct Sums(BigInteger Held, BigInteger Captured, BigInteger Refunded, BigInteger Disputed);
}
