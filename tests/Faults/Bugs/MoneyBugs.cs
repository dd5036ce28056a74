using Suite.Faults.Checking;
using Suite.Faults.History;
using static Suite.Tests.Faults.Samples.SampleLives;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using PaymentState = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.Faults.Bugs;

/// <summary>Money is taken, held or given back that should not be, or not everywhere the same.</summary>
internal static class MoneyBugs
{
    public static IEnumerable<Bug> All =>
    [
        new(nameof(CapturedWithinAuthorized), "a payment is read with more captured than authorized", plant =>
            plant.AddCall(call => call with { Payments = [plant.Payment(Disputed) with { CapturedMinor = 1201 }] })),
        new(nameof(CapturedWithinAuthorized), "two captures of all that is held are running at once", plant =>
            plant.ChangePayment(Confirmed, payment => payment with { ReservedMinor = 600 })),
        new(nameof(CapturedWithinAuthorized), "the provider captured twice", plant =>
            plant.ChangeProvider(Disputed, seen => seen with { Steps = [.. seen.Steps, seen.Steps[0] with { Key = "another" }] })),
        new(nameof(CapturedWithinAuthorized), "the ledger has a capture twice", plant => PostAgain(plant, Disputed, "capture")),

        new(nameof(RefundedWithinCaptured), "an order is read with more given back than paid", plant =>
            plant.AddCall(call => call with { Orders = [plant.Order(Yen) with { RefundedMinor = 5001, Version = 99 }] })),
        new(nameof(RefundedWithinCaptured), "two refunds of all that is left are running at once", plant =>
            plant.ChangePayment(Yen, payment => payment with { ReservedMinor = 4000 })),
        new(nameof(RefundedWithinCaptured), "the provider gave the same part back three times", plant =>
            plant.ChangeProvider(Refunded, seen => seen with { Steps = [.. seen.Steps, seen.Steps[^1] with { Key = "another" }] })),
        new(nameof(RefundedWithinCaptured), "the ledger has a last refund twice", plant => PostAgain(plant, Refunded, "refund")),
        new(nameof(RefundedWithinCaptured), "an order forgot one of its refunds", plant => plant.ChangeOrder(Yen, order => order with { RefundedMinor = 1500 })),

        new(nameof(ConfirmedHasOneAuthorization), "a confirmed order has no authorization at the provider", plant =>
            plant.ChangeProvider(Confirmed, seen => seen with { AuthorizedMinor = 0, HeldMinor = 0 })),
        new(nameof(ConfirmedHasOneAuthorization), "a confirmed order is authorized twice", plant =>
            plant.Entries.Add(plant.Entries.OfType<ProviderSeen>().Single(seen => seen.Payment == plant.Payment(Confirmed).Name) with { Key = "another" })),
        new(nameof(ConfirmedHasOneAuthorization), "a confirmed order is authorized in part", plant =>
            plant.ChangeProvider(Confirmed, seen => seen with { AuthorizedMinor = 299 })),
        new(nameof(ConfirmedHasOneAuthorization), "the ledger never had the authorization", plant => Unpost(plant, Confirmed, "authorize")),
        new(nameof(ConfirmedHasOneAuthorization), "a confirmed order has no payment", plant =>
            plant.ChangeState(state => state with { Payments = [.. state.Payments.Where(payment => payment.Order != plant.Order(Confirmed).Name)] })),
        new(nameof(ConfirmedHasOneAuthorization), "a rejected order was authorized", plant => plant.ChangeProvider(Rejected, seen => seen with { AuthorizedMinor = 500 })),

        new(nameof(FulfilledHasOneCaptureOneJournal), "a fulfilled order has no capture at the provider", plant =>
            plant.ChangeProvider(Yen, seen => seen with { Steps = [.. seen.Steps.Where(step => step.Kind != ProviderStepKind.Capture)] })),
        new(nameof(FulfilledHasOneCaptureOneJournal), "a fulfilled order has no journal", plant => Unpost(plant, Yen, "capture")),
        new(nameof(FulfilledHasOneCaptureOneJournal), "a fulfilled order has two journals", plant => PostAgain(plant, Yen, "capture")),
        new(nameof(FulfilledHasOneCaptureOneJournal), "an order that was only confirmed was captured", plant =>
            plant.ChangeProvider(Confirmed, seen => seen with { CapturedMinor = 300, HeldMinor = 0 })),
        new(nameof(FulfilledHasOneCaptureOneJournal), "a fulfilled order's payment knows of no capture", plant =>
            plant.ChangePayment(Yen, payment => payment with { CapturedMinor = 0, RefundedMinor = 0, State = PaymentState.Authorized })),

        new(nameof(CancelledHoldsNothing), "the provider still holds the money of a cancelled order", plant =>
            plant.ChangeProvider(Cancelled, seen => seen with { HeldMinor = 800 })),
        new(nameof(CancelledHoldsNothing), "the payment of a cancelled order is authorized", plant =>
            plant.ChangePayment(CancelledEarly, payment => payment with { State = PaymentState.Authorized })),
        new(nameof(CancelledHoldsNothing), "the ledger still has the hold of a cancelled order", plant => Unpost(plant, Cancelled, "release")),
        new(nameof(CancelledHoldsNothing), "the money of a cancelled order was taken and kept", plant =>
            plant.ChangeProvider(Expired, seen => seen with { CapturedMinor = 450 })),

        new(nameof(ProviderSumsAreOurs), "the provider gave more back than we know", plant => plant.ChangeProvider(Yen, seen => seen with { RefundedMinor = 4500 })),
        new(nameof(ProviderSumsAreOurs), "the provider holds what we believe was released", plant => plant.ChangeProvider(Expired, seen => seen with { HeldMinor = 450 })),
        new(nameof(ProviderSumsAreOurs), "the provider captured what we do not know of", plant => plant.ChangeProvider(Confirmed, seen => seen with { CapturedMinor = 300 })),
        new(nameof(ProviderSumsAreOurs), "the provider has a payment that we have not", plant =>
            plant.ChangeProvider(Disputed, seen => seen with { Payment = "payments/of-nobody" })),
        new(nameof(ProviderSumsAreOurs), "the provider has another currency", plant => plant.ChangeProvider(Yen, seen => seen with { Currency = "EUR" })),
        new(nameof(ProviderSumsAreOurs), "a dispute was not heard of", plant => plant.ChangePayment(Disputed, payment => payment with { DisputedMinor = 0 })),

        new(nameof(DebitsEqualCredits), "a trial balance in the middle of faults does not balance", plant =>
            plant.ChangeAll<ClientCall>(call => call.Operation == Operation.TrialBalance, call => call with
            {
                Ledger = call.Ledger! with { Currencies = [.. call.Ledger.Currencies.Select(currency => currency with { DebitsMinor = currency.DebitsMinor + 1 })] },
            })),
        new(nameof(DebitsEqualCredits), "a trial balance says of itself that it does not balance", plant =>
            plant.ChangeState(state => state with { TrialBalance = [.. state.TrialBalance.Select(currency => currency with { IsBalanced = false })] })),
        new(nameof(DebitsEqualCredits), "a transaction is read without one of its entries", plant =>
            plant.ChangeAll<ClientCall>(call => call.Operation == Operation.ListPostings, call => call with
            {
                Ledger = call.Ledger! with { Postings = [.. call.Ledger.Postings.Skip(1)] },
            })),
        new(nameof(DebitsEqualCredits), "an entry is of another amount at the end", plant => plant.ChangeState(state => state with
        {
            Postings = [state.Postings[0] with { Amount = state.Postings[0].Amount with { Minor = 1 } }, .. state.Postings.Skip(1)],
        })),
        new(nameof(DebitsEqualCredits), "what is posted makes up for what is pending", plant => plant.ChangeState(state => state with
        {
            Postings = [state.Postings[0] with { IsPending = !state.Postings[0].IsPending }, .. state.Postings.Skip(1)],
        })),

        new(nameof(BalancesAreFolds), "a balance is off by one", plant => plant.ChangeState(state => state with
        {
            Accounts = [state.Accounts[0] with { PostedMinor = state.Accounts[0].PostedMinor + 1 }, .. state.Accounts.Skip(1)],
        })),
        new(nameof(BalancesAreFolds), "a whole transaction is gone and the balances have it", plant => Unpost(plant, Disputed, "capture")),
        new(nameof(BalancesAreFolds), "an account has entries and no balance", plant =>
            plant.ChangeState(state => state with { Accounts = [.. state.Accounts.Skip(1)] })),
        new(nameof(BalancesAreFolds), "the trial balance is not the sum of all entries", plant => plant.ChangeState(state => state with
        {
            TrialBalance = [.. state.TrialBalance.Select(currency => currency with { DebitsMinor = currency.DebitsMinor + 7, CreditsMinor = currency.CreditsMinor + 7 })],
        })),
    ];

    private static bool IsOf(Plant plant, int place, string template, PostingFacts posting) =>
        posting.Template == template && posting.Source.StartsWith(plant.Payment(place).Name, StringComparison.Ordinal);

    private static void Unpost(Plant plant, int place, string template) =>
        plant.ChangeState(state => state with { Postings = [.. state.Postings.Where(posting => !IsOf(plant, place, template, posting))] });

    private static void PostAgain(Plant plant, int place, string template) => plant.ChangeState(state => state with
    {
        Postings =
        [
            .. state.Postings,
            .. state.Postings.Where(posting => IsOf(plant, place, template, posting)).Select(posting => posting with { Transaction = posting.Transaction + "-again" }),
        ],
    });
}
