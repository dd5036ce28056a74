using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Domain;
using Suite.Payments.Providers;
using Payment = Suite.Contracts.Payments.V1.Payment;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.Component.Payments.Steps;

/// <summary>The provider's reply and its webhook are one command: whichever comes first, second, twice or late.</summary>
public sealed class ProviderEventTests : StepFixture
{
    // saleor 14648: the webhook came before the reply, and the payment was charged in the books twice.
    [TestCase(nameof(StepKind.Capture))]
    [TestCase(nameof(StepKind.Void))]
    [TestCase(nameof(StepKind.Refund))]
    public async Task A_webhook_before_the_reply_is_the_outcome_and_the_reply_changes_nothing(string word)
    {
        var kind = Enum.Parse<StepKind>(word);
        var provider = new ScriptedProvider();
        var replica = Replica(provider).StartWorking();
        var name = kind == StepKind.Refund ? await CapturedAsync(replica) : await AuthorizedAsync(replica);
        provider.OnStep = async (_, key, _) =>
        {
            var verdict = await replica.Events.TakeAsync(Answered(name, kind, key, new ProviderAnswer.Approved("ref")), default);
            Assert.That(verdict, Is.EqualTo(ProviderEventVerdict.Accepted));
            return new ProviderAnswer.Approved("ref");
        };

        var answer = await StepAsync(replica, kind, name);
        var everything = await EverythingAsync();
        await replica.StopWorkingAsync();

        Assert.That(answer.State, Is.EqualTo(kind switch { StepKind.Capture => State.Captured, StepKind.Void => State.Voided, _ => State.Refunded }));
        Assert.That(await EverythingAsync(), Is.EqualTo(everything), "What came after the webhook changed nothing.");
        Assert.That(await EventsOfAsync(name), Is.Unique);
    }

    // medusa 13301: a capture by webhook and one by the reply crossed, and both were recorded.
    [Test]
    public async Task A_webhook_that_is_late_or_comes_twice_changes_nothing()
    {
        var replica = Replica(new ScriptedProvider()).StartWorking();
        var name = await CapturedAsync(replica);
        var capture = (await GetAsync(replica, name)).Steps[1].Id;
        await RefundAsync(replica, name, Eur(30));
        var before = await GetAsync(replica, name);
        var told = Answered(name, StepKind.Capture, capture, new ProviderAnswer.Approved("step"));

        var verdicts = new List<ProviderEventVerdict>();
        foreach (var _ in Enumerable.Range(0, 3))
        {
            verdicts.Add(await replica.Events.TakeAsync(told, default));
        }

        // hyperswitch 9926: an older webhook that came last took the payment back to an earlier state.
        verdicts.Add(await replica.Events.TakeAsync(
            Answered(name, StepKind.Authorize, IdOf(name).ToString(), new ProviderAnswer.Approved("older")), default));
        verdicts.Add(await replica.Events.TakeAsync(
            Answered(name, StepKind.Authorize, IdOf(name).ToString(), new ProviderAnswer.Declined("card_declined")), default));
        verdicts.Add(await replica.Events.TakeAsync(Answered(name, StepKind.Capture, capture, new ProviderAnswer.Declined("expired")), default));

        Assert.That(verdicts, Is.EqualTo(new[]
        {
            ProviderEventVerdict.Accepted, ProviderEventVerdict.Repeated, ProviderEventVerdict.Repeated,
            ProviderEventVerdict.Accepted, ProviderEventVerdict.Accepted, ProviderEventVerdict.Accepted,
        }));
        Assert.That(await GetAsync(replica, name), Is.EqualTo(before));
        Assert.That(await EventsOfAsync(name), Is.EqualTo(new[] { "PaymentAuthorized", "PaymentCaptured", "PaymentRefunded" }));
    }

    [Test]
    public async Task The_same_webhook_many_times_at_once_at_two_replicas_has_one_effect()
    {
        var provider = new ScriptedProvider
        {
            OnStep = (_, _, _) => Task.FromResult<ProviderAnswer>(new ProviderAnswer.Pending()),
            OnFind = _ => new ProviderAnswer.Pending(),
        };
        var (one, two) = (Replica(provider).StartWorking(), Replica(provider));
        var name = await AuthorizedAsync(one);
        var id = NewId();
        var capture = CaptureAsync(one, name, id: id);
        await UntilAsync(() => Task.FromResult(!provider.Captures.IsEmpty), "the capture runs");
        var told = Answered(name, StepKind.Capture, id, new ProviderAnswer.Approved("ref"));

        var verdicts = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? one : two).Events.TakeAsync(told, default)));

        Assert.That(verdicts.Count(v => v == ProviderEventVerdict.Accepted), Is.EqualTo(1));
        Assert.That((await capture).State, Is.EqualTo(State.Captured), "The call that waits hears of it.");
        Assert.That(await EventsOfAsync(name), Is.EqualTo(new[] { "PaymentAuthorized", "PaymentCaptured" }));
    }

    [Test]
    public async Task What_is_about_nothing_here_changes_nothing()
    {
        var replica = Replica(new ScriptedProvider()).StartWorking();
        var name = await CapturedAsync(replica);
        var payment = await GetAsync(replica, name);

        var unknown = await replica.Events.TakeAsync(
            Answered($"payments/{Guid.CreateVersion7()}", StepKind.Capture, NewId(), new ProviderAnswer.Approved("x")), default);
        var others = await replica.Events.TakeAsync(
            Answered(name, StepKind.Refund, NewId(), new ProviderAnswer.Approved("x")) with { Provider = "stripe" }, default);
        var unheard = await replica.Events.TakeAsync(Answered(name, StepKind.Refund, NewId(), new ProviderAnswer.Approved("x")), default);
        var byReference = await replica.Events.TakeAsync(
            Answered(name, StepKind.Refund, NewId(), new ProviderAnswer.Approved("x")) with
            {
                PaymentId = null,
                Reference = payment.ProviderReference,
            },
            default);
        var byNothing = await replica.Events.TakeAsync(
            Answered(name, StepKind.Refund, NewId(), new ProviderAnswer.Approved("x")) with { PaymentId = null, Reference = "unheard of" },
            default);

        Assert.That(
            new[] { unknown, others, unheard, byReference, byNothing },
            Is.EqualTo(new[]
            {
                ProviderEventVerdict.UnknownPayment,
                ProviderEventVerdict.UnknownPayment,
                ProviderEventVerdict.Accepted,
                ProviderEventVerdict.Accepted,
                ProviderEventVerdict.UnknownPayment,
            }));
        Assert.That(await GetAsync(replica, name), Is.EqualTo(payment));
    }

    [Test]
    public async Task A_webhook_ends_an_authorization_whose_outcome_is_unknown()
    {
        var answer = new TaskCompletionSource<ProviderAnswer>();
        var provider = new ScriptedProvider((_, _, _) => answer.Task);
        var replica = Replica(provider).StartWorking();
        var order = Guid.CreateVersion7();
        await replica.HandleAsync(PaymentReplica.Placed(order, "tok_visa"));
        await UntilAsync(() => Task.FromResult(!provider.Authorizations.IsEmpty), "the call runs");
        var payment = await PaymentAsync(order);

        await replica.Events.TakeAsync(
            Answered(payment.Name, StepKind.Authorize, payment.Id.ToString(), new ProviderAnswer.Approved("by webhook")), default);
        answer.SetResult(new ProviderAnswer.Approved("by reply"));
        await replica.StopWorkingAsync();

        Assert.That((await PaymentAsync(order)).ProviderReference, Is.EqualTo("by webhook"));
        Assert.That(await EventsAsync(order), Is.EqualTo(new[] { "PaymentAuthorized" }));
        Assert.That(await EntriesAsync(order), Has.Count.EqualTo(2));
        Assert.That(
            await Database.ScalarAsync<string>("SELECT payment_method FROM payments WHERE order_id = $1", order), Is.Empty);
    }

    [Test]
    public async Task A_dispute_is_recorded_posted_and_told_and_while_it_is_open_nothing_is_given_back()
    {
        var replica = Replica(new ScriptedProvider()).StartWorking();
        var name = await CapturedAsync(replica);

        await replica.Events.TakeAsync(Disputed(name, "dp_1", DisputeState.Open), default);

        var payment = await GetAsync(replica, name);
        Assert.That(payment.DisputedAmount, Is.EqualTo(Eur(100)));
        Assert.That((await FailureAsync(() => RefundAsync(replica, name, Eur(1)))).Reason, Is.EqualTo(ErrorReason.PaymentDisputed));
        Assert.That(await BooksAsync(name), Is.EqualTo(new[] { "disputes/open 10000", "revenue -10000" }));

        await replica.Events.TakeAsync(Disputed(name, "dp_1", DisputeState.Won), default);
        await replica.Events.TakeAsync(Disputed(name, "dp_1", DisputeState.Open), default);
        await replica.Events.TakeAsync(Disputed(name, "dp_1", DisputeState.Lost), default);

        Assert.That((await GetAsync(replica, name)).DisputedAmount, Is.Null);
        Assert.That((await DisputesAsync(replica, name)).Single().State, Is.EqualTo(Contracts.Payments.V1.Dispute.Types.State.Won));
        Assert.That(await BooksAsync(name), Is.EqualTo(new[] { "providers/simulator/clearing 10000", "revenue -10000" }));
        Assert.That(
            await EventsOfAsync(name), Is.EqualTo(new[] { "PaymentAuthorized", "PaymentCaptured", "PaymentDisputed", "PaymentDisputed" }));
        Assert.That((await RefundAsync(replica, name)).State, Is.EqualTo(State.Refunded));
    }

    [Test]
    public async Task A_dispute_that_is_heard_of_when_it_is_lost_was_opened_before()
    {
        var replica = Replica(new ScriptedProvider()).StartWorking();
        var name = await CapturedAsync(replica);

        await replica.Events.TakeAsync(Disputed(name, "dp_2", DisputeState.Lost), default);
        await replica.Events.TakeAsync(Disputed(name, "dp_2", DisputeState.Open), default);

        Assert.That(await BooksAsync(name), Is.EqualTo(new[] { "disputes/lost 10000", "revenue -10000" }));
        var told = await Database.ColumnAsync<byte[]>(
            "SELECT payload FROM outbox WHERE type LIKE '%PaymentDisputed' AND key = $1 ORDER BY id",
            (await GetAsync(replica, name)).Order["orders/".Length..]);
        Assert.That(told.Select(t => PaymentDisputed.Parser.ParseFrom(t).State), Is.EqualTo(new[] { "OPEN", "LOST" }));
        Assert.That((await FailureAsync(() => RefundAsync(replica, name))).Reason, Is.EqualTo(ErrorReason.PaymentDisputed));
        Assert.That((await GetAsync(replica, name)).DisputedAmount, Is.EqualTo(Eur(100)));
    }

    [Test]
    public async Task Disputes_are_seen_by_whose_payment_it_is_and_by_backends()
    {
        var ada = $"users/{Guid.CreateVersion7()}";
        var replica = Replica(new ScriptedProvider()).StartWorking();
        var name = await AuthorizedAsync(replica, customer: ada);
        await CaptureAsync(replica, name);
        var others = await CapturedAsync(replica);
        await replica.Events.TakeAsync(Disputed(name, "dp_3", DisputeState.Open), default);
        await replica.Events.TakeAsync(Disputed(others, "dp_4", DisputeState.Open), default);
        var hers = (await DisputesAsync(replica, name)).Single();
        var other = (await DisputesAsync(replica, others)).Single();
        var caller = Security.Callers.User(ada);

        var seen = await CallAsync(new ListDisputesRequest(), replica.Service.ListDisputes, caller);
        var open = await CallAsync(new ListDisputesRequest { Filter = "state = OPEN", PageSize = 1 }, replica.Service.ListDisputes);
        var next = await CallAsync(
            new ListDisputesRequest { Filter = "state = OPEN", PageSize = 1, PageToken = open.NextPageToken }, replica.Service.ListDisputes);

        Assert.That(seen.Disputes, Is.EqualTo(new[] { hers }));
        Assert.That((hers.Payment, hers.Amount, hers.Reason, hers.ProviderReference), Is.EqualTo((name, Eur(100), "fraudulent", "dp_3")));
        Assert.That(open.Disputes.Concat(next.Disputes).Select(d => d.Name).Distinct().ToList(), Has.Count.EqualTo(2));
        Assert.That(await CallAsync(new GetDisputeRequest { Name = hers.Name }, replica.Service.GetDispute, caller), Is.EqualTo(hers));
        var hidden = await FailureAsync(() => CallAsync(new GetDisputeRequest { Name = other.Name }, replica.Service.GetDispute, caller));
        Assert.That((hidden.Code, hidden.Details["resource"]), Is.EqualTo((Grpc.Core.StatusCode.NotFound, other.Name)));
    }

    private static Task<Payment> StepAsync(PaymentReplica replica, StepKind kind, string name) => kind switch
    {
        StepKind.Capture => CaptureAsync(replica, name),
        StepKind.Void => VoidAsync(replica, name),
        _ => RefundAsync(replica, name),
    };

    private static async Task<IReadOnlyList<Contracts.Payments.V1.Dispute>> DisputesAsync(PaymentReplica replica, string payment) =>
        (await CallAsync(new ListDisputesRequest { Filter = $"payment = \"{payment}\"" }, replica.Service.ListDisputes)).Disputes;

    private static ProviderEvent.StepAnswered Answered(string payment, StepKind kind, string key, ProviderAnswer answer) =>
        new("simulator", NewId(), IdOf(payment), string.Empty, DateTimeOffset.UtcNow, key, kind, answer);

    private static ProviderEvent.DisputeChanged Disputed(string payment, string reference, DisputeState state) => new(
        "simulator",
        NewId(),
        IdOf(payment),
        string.Empty,
        DateTimeOffset.UtcNow,
        reference,
        new Suite.Platform.Monetary.MoneyAmount(10_000, "EUR"),
        "fraudulent",
        state);
}
