using Suite.Faults.History;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Faults.Checking;

/// <summary>
/// What the provider believes of each payment is what Suite believes, and neither knows of one that the other does not. What came about by
/// itself just now, or without ever being told, Suite need not know.
/// </summary>
internal sealed class ProviderSumsAreOurs : Property
{
    public override IEnumerable<Violation> Check(Evidence evidence) =>
    [
        .. evidence.Payments.Values.SelectMany(payment => Judge(payment, [.. evidence.ProviderOf[payment.Name]])),
        .. evidence.Provider.Where(seen => !evidence.Payments.ContainsKey(seen.Payment))
            .Select(seen => Broken($"The provider was asked for {seen.Payment}, and there is no such payment.", seen)),
    ];

    private static bool IsAuthorized(PaymentFacts payment) =>
        payment.State is State.Authorized or State.Captured or State.PartiallyRefunded or State.Refunded;

    private static long HeldOf(PaymentFacts payment) => payment.State == State.Authorized ? payment.Amount.Minor - payment.CapturedMinor : 0;

    private IEnumerable<Violation> Judge(PaymentFacts payment, IReadOnlyList<ProviderSeen> seen)
    {
        if (payment.Amount.Minor == 0)
        {
            yield break;
        }

        if (seen.Any(s => s.Currency != payment.Amount.Currency))
        {
            yield return Broken($"{payment.Name} is in another currency at the provider.", [payment, .. seen]);
        }

        if (IsAuthorized(payment) && seen.Sum(s => s.AuthorizedMinor) is var authorized && authorized != payment.Amount.Minor)
        {
            yield return Different("authorized", authorized, payment.Amount.Minor);
        }

        if (payment.State == State.Declined && seen.Sum(s => s.AuthorizedMinor) is var approved and not 0)
        {
            yield return Different("authorized", approved, 0);
        }

        if (seen.Sum(s => s.CapturedMinor) is var captured && captured != payment.CapturedMinor)
        {
            yield return Different("captured", captured, payment.CapturedMinor);
        }

        if (seen.Any(s => s.IsMoving))
        {
            yield break;
        }

        if (seen.Sum(s => s.RefundedMinor) is var refunded && refunded != payment.RefundedMinor)
        {
            yield return Different("refunded", refunded, payment.RefundedMinor);
        }

        // Who loses its webhooks tells nobody of holds that ended and of disputes.
        if (seen.Any(s => s.Token.Contains("webhook_lost", StringComparison.Ordinal)))
        {
            yield break;
        }

        if (seen.Sum(s => s.HeldMinor) is var held && held != HeldOf(payment))
        {
            yield return Different("held", held, HeldOf(payment));
        }

        if (seen.Sum(s => s.DisputedMinor) is var disputed && disputed != payment.DisputedMinor)
        {
            yield return Different("disputed", disputed, payment.DisputedMinor);
        }

        Violation Different(string what, long theirs, long ours) =>
            Broken($"{payment.Name}: the provider says {theirs} {what}, Suite {ours}.", [payment, .. seen]);
    }
}
