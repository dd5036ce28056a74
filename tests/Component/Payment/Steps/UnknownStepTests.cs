using Grpc.Core;
using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Domain;
using Suite.Payments.Features;
using Suite.Payments.Providers;
using Payment = Suite.Contracts.Payments.V1.Payment;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;
using Step = Suite.Contracts.Payments.V1.Payment.Types.Step;

namespace Suite.Tests.Component.Payments.Steps;

/// <summary>An outcome that is not known is a state of its own: the provider is asked, and nothing is guessed.</summary>
public sealed class UnknownStepTests : StepFixture
{
    private static readonly PaymentOptions Hasty = PaymentReplica.Fast with { StepPatience = TimeSpan.FromMilliseconds(300) };

    // killbill 1015: a payment whose outcome was unknown was tried again as a new one, and taken twice.
    [Test]
    public async Task A_capture_whose_answer_was_lost_is_looked_for_and_not_asked_for_again()
    {
        var provider = new ScriptedProvider();
        provider.OnStep = (_, key, _) =>
        {
            provider.Know(key, new ProviderAnswer.Approved($"did_{key}"));
            throw new ProviderException("The connection broke after the request was sent.");
        };
        var replica = Replica(provider).StartWorking();
        var name = await AuthorizedAsync(replica);

        var captured = await CaptureAsync(replica, name, Eur(40));

        Assert.That((captured.State, captured.CapturedAmount), Is.EqualTo((State.Captured, Eur(40))));
        Assert.That(provider.Captures, Has.Count.EqualTo(1));
        Assert.That(provider.Finds.Select(f => f.Key), Is.EqualTo(new[] { provider.Captures.Single().Key }));
        Assert.That(captured.Steps[1].ProviderReference, Does.StartWith("did_"));
        Assert.That(await BooksAsync(name), Is.EqualTo(new[] { "providers/simulator/clearing 4000", "revenue -4000" }));
    }

    // hyperswitch 3751: a time-out was taken for a failure, although the provider had done it.
    [Test]
    public async Task What_the_provider_never_heard_of_is_asked_for_again_with_the_same_key()
    {
        var calls = 0;
        var provider = new ScriptedProvider
        {
            OnStep = (_, key, cancellationToken) => Interlocked.Increment(ref calls) == 1
                ? ScriptedProvider.NeverAsync(cancellationToken)
                : Task.FromResult<ProviderAnswer>(new ProviderAnswer.Approved("ref")),
        };
        var replica = Replica(provider, PaymentReplica.Impatient).StartWorking();
        var name = await CapturedAsync(replica);

        Assert.That(provider.Captures.Select(c => c.Key).Distinct().ToList(), Has.Count.EqualTo(1));
        Assert.That(provider.Captures, Has.Count.EqualTo(2));
        Assert.That(provider.Finds, Has.Count.EqualTo(1));
        Assert.That((await GetAsync(replica, name)).CapturedAmount, Is.EqualTo(Eur(100)));
    }

    [Test]
    public async Task While_an_outcome_is_unknown_nothing_else_is_begun_and_the_same_call_finds_it_later()
    {
        ProviderAnswer? known = new ProviderAnswer.Pending();
        var provider = new ScriptedProvider
        {
            OnStep = (_, _, _) => throw new ProviderException("Nobody knows."),
            OnFind = query => query.Kind == StepKind.Capture ? known : null,
        };
        var replica = Replica(provider, Hasty).StartWorking();
        var name = await AuthorizedAsync(replica);
        var id = NewId();

        var waiting = await FailureAsync(() => CaptureAsync(replica, name, Eur(40), id: id));
        var another = await FailureAsync(() => CaptureAsync(replica, name, Eur(40)));
        var release = await FailureAsync(() => VoidAsync(replica, name));
        var payment = await GetAsync(replica, name);

        Assert.That(
            (waiting.Code, waiting.Reason, waiting.RetryAfter > TimeSpan.Zero),
            Is.EqualTo((StatusCode.Aborted, ErrorReason.RequestInProgress, true)));
        Assert.That((another.Reason, release.Reason), Is.EqualTo((ErrorReason.StepInProgress, ErrorReason.StepInProgress)));
        Assert.That((payment.State, payment.ReservedAmount), Is.EqualTo((State.Authorized, Eur(40))));
        Assert.That(payment.CapturedAmount, Is.Null);
        Assert.That(payment.Steps[1].Outcome, Is.EqualTo(Step.Types.Outcome.Unknown));
        Assert.That((await FailureAsync(() => CaptureAsync(replica, name, Eur(41), id: id))).Reason, Is.EqualTo(ErrorReason.RequestIdReused));

        known = new ProviderAnswer.Approved("found");
        Payment? captured = null;
        await UntilAsync(
            async () =>
            {
                try
                {
                    captured = await CaptureAsync(replica, name, Eur(40), id: id);
                    return true;
                }
                catch (Suite.Platform.Errors.DomainException e) when (e.Reason == ErrorReason.RequestInProgress)
                {
                    return false;
                }
            },
            "the outcome is found");
        Assert.That((captured!.State, captured.CapturedAmount, captured.Steps[1].ProviderReference), Is.EqualTo((State.Captured, Eur(40), "found")));
        Assert.That(provider.Captures, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_refund_that_the_provider_takes_its_time_for_is_not_asked_for_again()
    {
        ProviderAnswer found = new ProviderAnswer.Pending();
        var provider = new ScriptedProvider();
        var replica = Replica(provider, Hasty).StartWorking();
        var name = await CapturedAsync(Replica(provider).StartWorking());
        provider.OnStep = (_, _, _) => Task.FromResult<ProviderAnswer>(new ProviderAnswer.Pending());
        provider.OnFind = _ => found;

        var waiting = await FailureAsync(() => RefundAsync(replica, name, Eur(60)));
        var tooMuch = await FailureAsync(() => RefundAsync(replica, name, Eur(60)));
        found = new ProviderAnswer.Declined("expired_or_canceled_card");
        await UntilAsync(async () => (await GetAsync(replica, name)).ReservedAmount is null, "the refund is refused");

        Assert.That((waiting.Reason, tooMuch.Reason), Is.EqualTo((ErrorReason.RequestInProgress, ErrorReason.AmountNotAvailable)));
        Assert.That(provider.Refunds, Has.Count.EqualTo(1));
        Assert.That(await EventsOfAsync(name), Is.EqualTo(new[] { "PaymentAuthorized", "PaymentCaptured", "PaymentStepRefused" }));
    }

    [TestCase(nameof(StepKind.Capture), false)]
    [TestCase(nameof(StepKind.Capture), true)]
    [TestCase(nameof(StepKind.Void), false)]
    [TestCase(nameof(StepKind.Void), true)]
    [TestCase(nameof(StepKind.Refund), false)]
    [TestCase(nameof(StepKind.Refund), true)]
    public async Task Another_replica_resumes_a_step_whose_replica_died_before_or_after_asking(string word, bool asked)
    {
        var kind = Enum.Parse<StepKind>(word);
        var provider = new ScriptedProvider();
        var working = Replica(provider).StartWorking();
        var name = kind == StepKind.Refund ? await CapturedAsync(working) : await AuthorizedAsync(working);
        await working.StopWorkingAsync();
        // It begins the step and is never heard of again: it does not work, and the claim is its last deed.
        var dying = Replica(provider, Hasty);
        var id = NewId();
        var dead = await FailureAsync(() => StepAsync(dying, kind, name, id));
        var claim = (await dying.Steps.ClaimAsync(10, TimeSpan.FromMilliseconds(300), CancellationToken.None)).Single();
        if (asked)
        {
            provider.Know(id, new ProviderAnswer.Approved("before it died"));
        }

        var calls = provider.Captures.Count + provider.Voids.Count + provider.Refunds.Count;
        var other = Replica(provider).StartWorking();
        var answer = await StepAsync(other, kind, name, id);

        Assert.That((dead.Reason, claim.Step.Id.ToString()), Is.EqualTo((ErrorReason.RequestInProgress, id)));
        Assert.That(provider.Captures.Count + provider.Voids.Count + provider.Refunds.Count, Is.EqualTo(calls + (asked ? 0 : 1)));
        Assert.That(answer.State, Is.EqualTo(kind switch
        {
            StepKind.Capture => State.Captured,
            StepKind.Void => State.Voided,
            _ => State.Refunded,
        }));
        Assert.That(answer.Steps[^1].Outcome, Is.EqualTo(Payment.Types.Step.Types.Outcome.Done));
        Assert.That(await StepAsync(other, kind, name, id), Is.EqualTo(answer));
    }

    // Answers are kept for 48 hours, steps for good: a call that comes later still than that is answered with what there is, and not done again.
    [Test]
    public async Task A_call_that_comes_again_after_its_answer_was_forgotten_is_answered_and_not_done_again()
    {
        var provider = new ScriptedProvider();
        var replica = Replica(provider).StartWorking();
        var name = await AuthorizedAsync(replica);
        var (id, refused) = (NewId(), NewId());
        var captured = await CaptureAsync(replica, name, id: id);
        provider.OnStep = (_, _, _) => Task.FromResult<ProviderAnswer>(new ProviderAnswer.Declined("expired_card"));
        await FailureAsync(() => RefundAsync(replica, name, Eur(1), id: refused));
        await Database.ExecuteAsync("DELETE FROM idempotency");

        var again = await CaptureAsync(replica, name, id: id);
        var refusedAgain = await FailureAsync(() => RefundAsync(replica, name, Eur(1), id: refused));

        Assert.That((again.State, again.CapturedAmount), Is.EqualTo((captured.State, captured.CapturedAmount)));
        Assert.That((refusedAgain.Reason, refusedAgain.Details["decline_reason"]), Is.EqualTo((ErrorReason.ProviderRefused, "expired_card")));
        Assert.That((provider.Captures.Count, provider.Refunds.Count), Is.EqualTo((1, 1)));
        Assert.That(
            (await FailureAsync(() => CaptureAsync(replica, name, Eur(1), id: id))).Reason, Is.EqualTo(ErrorReason.RequestIdReused));
    }

    // The same for authorizations: see UnknownOutcomeTests for those that events make.
    [Test]
    public async Task An_authorization_by_a_call_is_answered_when_it_is_known_and_once()
    {
        var provider = new ScriptedProvider();
        var replica = Replica(provider).StartWorking();
        var order = Guid.CreateVersion7();
        var request = new AuthorizePaymentRequest
        {
            Order = $"orders/{order}",
            Amount = Eur(12.50m),
            PaymentMethod = "tok_visa",
            Customer = $"users/{Guid.CreateVersion7()}",
            RequestId = NewId(),
        };

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => CallAsync(request.Clone(), replica.Service.AuthorizePayment)));
        var again = await CallAsync(request.Clone(), replica.Service.AuthorizePayment);
        var other = request.Clone();
        other.RequestId = NewId();
        var second = await FailureAsync(() => CallAsync(other, replica.Service.AuthorizePayment));
        var changed = request.Clone();
        changed.Amount = Eur(13);
        var reused = await FailureAsync(() => CallAsync(changed, replica.Service.AuthorizePayment));

        Assert.That(answers.Append(again).Distinct().ToList(), Has.Count.EqualTo(1));
        Assert.That((again.State, again.Amount, again.Customer), Is.EqualTo((State.Authorized, Eur(12.50m), request.Customer)));
        Assert.That(again.Steps.Select(s => s.Id), Is.EqualTo(new[] { again.Name["payments/".Length..] }));
        Assert.That(provider.Authorizations, Has.Count.EqualTo(1));
        Assert.That(await EventsAsync(order), Is.EqualTo(new[] { "PaymentAuthorized" }));
        Assert.That((second.Code, second.Reason), Is.EqualTo((StatusCode.AlreadyExists, ErrorReason.ResourceAlreadyExists)));
        Assert.That(reused.Reason, Is.EqualTo(ErrorReason.RequestIdReused));
        // The order's event comes later, or never: there is one payment.
        await replica.HandleAsync(PaymentReplica.Placed(order, "tok_visa"));
        Assert.That(await Database.ScalarAsync<long>("SELECT count(*) FROM payments WHERE order_id = $1", order), Is.EqualTo(1));
    }

    [Test]
    public async Task A_declined_authorization_by_a_call_is_an_answer()
    {
        var replica = Replica(new ScriptedProvider((_, _, _) => Task.FromResult<ProviderAnswer>(new ProviderAnswer.Declined("card_declined"))));
        replica.StartWorking();

        var declined = await CallAsync(
            new AuthorizePaymentRequest
            {
                Order = $"orders/{Guid.CreateVersion7()}",
                Amount = Eur(1),
                PaymentMethod = "tok_declined",
                RequestId = NewId(),
            },
            replica.Service.AuthorizePayment);

        Assert.That((declined.State, declined.DeclineReason), Is.EqualTo((State.Declined, "card_declined")));
    }

    private static Task<Payment> StepAsync(PaymentReplica replica, StepKind kind, string name, string id) => kind switch
    {
        StepKind.Capture => CaptureAsync(replica, name, id: id),
        StepKind.Void => VoidAsync(replica, name, id: id),
        _ => RefundAsync(replica, name, id: id),
    };
}
