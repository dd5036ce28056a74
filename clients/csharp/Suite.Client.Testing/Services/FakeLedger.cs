using Google.Protobuf.WellKnownTypes;
using Google.Type;
using Suite.Contracts.Payments.V1;
using Side = Suite.Contracts.Payments.V1.Account.Types.Side;

namespace Suite.Client.Testing;

/// <summary>What the fake posts: the same templates as a real suite, each once for its step.</summary>
internal static class FakeLedger
{
    public const string Provider = "simulator";

    private const string Clearing = $"accounts/providers/{Provider}/clearing";
    private const string Holds = "accounts/holds";
    private const string Open = "accounts/disputes/open";

    public static void Authorized(FakeState state, Payment payment) =>
        Post(state, "authorize", SourceOf(payment, Guid.Parse(payment.Name["payments/".Length..])), Move(Clearing, Holds, payment.Amount, true));

    public static void Released(FakeState state, Payment payment, Guid step, Money amount) =>
        Post(state, "release", SourceOf(payment, step), Move(Holds, Clearing, amount, true));

    public static void Captured(FakeState state, Payment payment, Guid step, Money amount, Money? released) => Post(
        state,
        "capture",
        SourceOf(payment, step),
        [
            .. Move(Holds, Clearing, amount, true),
            .. Move(Holds, Clearing, released, true),
            .. Move(Receivable(payment), "accounts/revenue", amount),
            .. Move(Clearing, Receivable(payment), amount),
        ]);

    public static void Refunded(FakeState state, Payment payment, Guid step, Money amount) => Post(
        state,
        "refund",
        SourceOf(payment, step),
        [.. Move("accounts/refunds", Receivable(payment), amount), .. Move(Receivable(payment), Clearing, amount)]);

    public static void Disputed(FakeState state, Dispute dispute)
    {
        var (template, debit, credit) = dispute.State switch
        {
            Dispute.Types.State.Won => ("dispute-won", Clearing, Open),
            Dispute.Types.State.Lost => ("dispute-lost", "accounts/disputes/lost", Open),
            _ => ("dispute-opened", Open, Clearing),
        };
        Post(state, template, dispute.Name, Move(debit, credit, dispute.Amount));
    }

    /// <summary>Writes a transaction; one without entries is none.</summary>
    public static Transaction Post(
        FakeState state,
        string template,
        string source,
        IReadOnlyList<Posting> postings,
        Timestamp? effectiveTime = null,
        string description = "",
        string reverses = "")
    {
        var now = state.Now();
        var transaction = new Transaction
        {
            Name = state.NewName("transactions"),
            Template = template,
            Source = source,
            Description = description,
            EffectiveTime = effectiveTime ?? now,
            RecordTime = now,
            Reverses = reverses,
        };
        foreach (var posting in postings)
        {
            posting.Transaction = transaction.Name;
            posting.LineNumber = transaction.Postings.Count + 1;
            posting.Template = template;
            posting.Source = source;
            posting.EffectiveTime = transaction.EffectiveTime;
            posting.RecordTime = now;
            transaction.Postings.Add(posting);
        }

        if (postings.Count > 0)
        {
            state.Transactions.Add(transaction.Name, transaction);
        }

        return transaction;
    }

    private static Posting[] Move(string debit, string credit, Money? amount, bool isPending = false) => FakeMoney.Nanos(amount) == 0 ? [] :
    [
        new Posting { Account = debit, Side = Side.Debit, Amount = amount!.Clone(), Pending = isPending },
        new Posting { Account = credit, Side = Side.Credit, Amount = amount.Clone(), Pending = isPending },
    ];

    private static string SourceOf(Payment payment, Guid step) => $"{payment.Name}/steps/{step}";

    private static string Receivable(Payment payment) =>
        $"accounts/customers/{(payment.Customer.Length > 0 ? payment.Customer["users/".Length..] : "unknown")}/receivable";
}
