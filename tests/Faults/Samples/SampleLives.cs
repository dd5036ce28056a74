using Suite.Faults.History;

namespace Suite.Tests.Faults.Samples;

/// <summary>Every kind of life that an order can have, one after the other.</summary>
internal static class SampleLives
{
    /// <summary>The places of the orders in <see cref="SampleHistory.Orders"/>.</summary>
    public const int Refunded = 0;
    public const int Rejected = 1;
    public const int CancelledEarly = 2;
    public const int Cancelled = 3;
    public const int Unknown = 4;
    public const int Confirmed = 5;
    public const int Waiting = 6;
    public const int Refused = 7;
    public const int Yen = 8;
    public const int Disputed = 9;
    public const int Expired = 10;

    public static void Live(SampleHistory sample)
    {
        var one = new SampleClient(sample, "client-1");
        var two = new SampleClient(sample, "client-2");

        // All of it, given back in two parts; asked twice, and read by whoever asked and by another.
        var refunded = one.Create(1000);
        one.Repeat();
        one.Read(refunded);
        two.ReadWhile(refunded, () => refunded.Confirm());
        two.ReadLedger();
        one.Fulfill(refunded);
        one.ReadPayment(refunded);
        one.Refund(refunded, 400);
        one.Repeat();
        one.Refund(refunded, 600, isAll: true);
        two.Read(refunded);
        one.ReadEvents(refunded);
        one.AskInVain(Operation.RefundOrder, refunded, Outcome.Failed, "FailedPrecondition", "AMOUNT_NOT_AVAILABLE", 100);

        two.Read(one.Create(500).Reject());

        var early = two.Create(700);
        two.Cancel(early, wasAsked: false);
        two.AskInVain(Operation.CancelOrder, early, Outcome.Failed, "FailedPrecondition", "ORDER_STATE_CONFLICT");

        var late = two.Create(800);
        two.Cancel(late.Confirm());
        two.Read(late);
        two.ReadPostings(late);

        // Nobody heard of any of it, and all of it happened.
        var unknown = one.Create(900, outcome: Outcome.Unknown);
        one.Fulfill(unknown.Confirm(), Outcome.Unknown);
        one.Refund(unknown, 250, Outcome.Unknown);
        one.Repeat();

        // Nobody heard of any of it, and none of it happened.
        one.CreateNothing(Outcome.Unknown, "Unavailable");
        one.CreateNothing(Outcome.Failed, "InvalidArgument");
        var confirmed = one.Create(300).Confirm();
        one.AskInVain(Operation.FulfillOrder, confirmed, Outcome.Unknown, "DeadlineExceeded");
        one.AskInVain(Operation.CancelOrder, confirmed, Outcome.Unknown, "Unavailable");

        two.Read(two.Create(200).Ask());

        var refused = two.Create(600).Confirm().FailToFulfill();
        two.AskInVain(Operation.FulfillOrder, refused, Outcome.Failed, "FailedPrecondition", "PROVIDER_REFUSED");

        // Two parts at once, by two clients.
        var yen = one.Create(5000, "JPY").Confirm();
        one.Fulfill(yen);
        one.Refund(yen, 1500);
        two.Refund(yen, 1500);

        var disputed = two.Create(1200).Confirm();
        two.Fulfill(disputed);
        disputed.Dispute();
        two.ReadPayment(disputed);

        // Nobody asked for this: the hold ended.
        one.Create(450).Confirm().Cancel("services/payment");

        one.ReadUser();
        one.ReadLedger();
        foreach (var message in sample.Entries.OfType<EventSeen>().Where(message => message.Key == refunded.Facts.Name["orders/".Length..]).ToList())
        {
            sample.PublishAgain(message);
        }
    }
}
