using NUnit.Framework;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Domain;
using Suite.Payments.Features;
using Suite.Payments.Providers;
using Payment = Suite.Contracts.Payments.V1.Payment;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.Component.Payments.Steps;

/// <summary>What ends by itself: holds that nobody captures, and actions that nobody takes.</summary>
public sealed class ExpiryTests : StepFixture
{
    private static readonly PaymentOptions Brief = PaymentReplica.Fast with { AuthorizationLifetime = TimeSpan.FromMilliseconds(1) };

    [Test]
    public async Task A_hold_that_nobody_captured_in_time_is_released_by_one_of_the_replicas()
    {
        var provider = new ScriptedProvider();
        var (one, two) = (Replica(provider, Brief).StartWorking(), Replica(provider, Brief).StartWorking());
        var (name, free) = (await AuthorizedAsync(one), await AuthorizedAsync(one, minorUnits: 0));

        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? one : two).Expiry.RunOnceAsync(CancellationToken.None)));
        await UntilAsync(async () => (await GetAsync(one, name)).State == State.Voided, "the hold is released");

        var voided = await GetAsync(one, name);
        Assert.That(voided.VoidReason, Is.EqualTo("authorization_expired"));
        Assert.That(provider.Voids, Has.Count.EqualTo(1));
        Assert.That(await EventsOfAsync(name), Is.EqualTo(new[] { "PaymentAuthorized", "PaymentVoided" }));
        var told = PaymentVoided.Parser.ParseFrom(await Database.ScalarAsync<byte[]>(
            "SELECT payload FROM outbox WHERE type LIKE '%PaymentVoided' AND key = $1", voided.Order["orders/".Length..]));
        Assert.That(told.Reason, Is.EqualTo("authorization_expired"));
        Assert.That(await BooksAsync(name), Is.Empty);
        Assert.That((await GetAsync(one, free)).State, Is.EqualTo(State.Authorized), "Nothing is held for it, and nothing expires.");
    }

    [Test]
    public async Task A_hold_with_an_open_capture_does_not_expire()
    {
        var answer = new TaskCompletionSource<ProviderAnswer>();
        var provider = new ScriptedProvider { OnStep = (_, _, _) => answer.Task };
        var replica = Replica(provider, Brief).StartWorking();
        var name = await AuthorizedAsync(replica);
        var capture = CaptureAsync(replica, name);
        await UntilAsync(() => Task.FromResult(!provider.Captures.IsEmpty), "the capture runs");

        await replica.Expiry.RunOnceAsync(CancellationToken.None);
        answer.SetResult(new ProviderAnswer.Approved("ref"));

        Assert.That((await capture).State, Is.EqualTo(State.Captured));
        Assert.That(provider.Voids, Is.Empty);
    }

    [Test]
    public async Task A_hold_that_ends_at_the_provider_is_voided_when_the_provider_tells()
    {
        var replica = Replica(new ScriptedProvider()).StartWorking();
        var name = await AuthorizedAsync(replica);
        await CaptureAsync(replica, name, Eur(30), moreToFollow: true);
        var other = await AuthorizedAsync(replica);

        await replica.Events.TakeAsync(Expired(name), default);
        await replica.Events.TakeAsync(Expired(name), default);
        await replica.Events.TakeAsync(Expired(other), default);

        var (partly, wholly) = (await GetAsync(replica, name), await GetAsync(replica, other));
        Assert.That((partly.State, partly.CapturedAmount), Is.EqualTo((State.Captured, Eur(30))));
        Assert.That((wholly.State, wholly.VoidReason), Is.EqualTo((State.Voided, "authorization_expired")));
        Assert.That(wholly.Steps.Select(s => (s.Kind, s.Outcome, s.Attempts)).Last(), Is.EqualTo(
            (Payment.Types.Step.Types.Kind.Void, Payment.Types.Step.Types.Outcome.Done, 0)));
        Assert.That(await BooksAsync(other), Is.Empty);
        Assert.That(await EventsOfAsync(other), Is.EqualTo(new[] { "PaymentAuthorized", "PaymentVoided" }));
    }

    // The capture was asked for in time and refused because the hold had ended: what is left is released after it.
    [Test]
    public async Task A_hold_that_ends_while_a_capture_is_open_is_released_after_it()
    {
        var answer = new TaskCompletionSource<ProviderAnswer>();
        var provider = new ScriptedProvider
        {
            OnStep = (kind, _, _) => kind == StepKind.Capture ? answer.Task : Task.FromResult<ProviderAnswer>(new ProviderAnswer.Approved("void")),
        };
        var replica = Replica(provider).StartWorking();
        var name = await AuthorizedAsync(replica);
        var capture = CaptureAsync(replica, name);
        await UntilAsync(() => Task.FromResult(!provider.Captures.IsEmpty), "the capture runs");

        await replica.Events.TakeAsync(Expired(name), default);
        answer.SetResult(new ProviderAnswer.Declined("expired"));
        Assert.That(async () => await capture, Throws.InstanceOf<Suite.Platform.Errors.DomainException>());
        await UntilAsync(async () => (await GetAsync(replica, name)).State == State.Voided, "the hold is released");

        Assert.That((await GetAsync(replica, name)).VoidReason, Is.EqualTo("authorization_expired"));
        Assert.That(await EventsOfAsync(name), Is.EqualTo(new[] { "PaymentAuthorized", "PaymentStepRefused", "PaymentVoided" }));
        Assert.That(await BooksAsync(name), Is.Empty);
    }

    [Test]
    public async Task An_action_is_asked_for_and_an_approval_holds_the_amount()
    {
        var replica = Replica(Waiting(TimeSpan.FromMinutes(5))).StartWorking();
        var order = await WaitingAsync(replica);
        var payment = await PaymentAsync(order);

        var shown = await GetAsync(replica, payment.Name);
        Assert.That(shown.NextAction.RedirectUri, Is.EqualTo("https://bank.example/1"));
        await replica.Events.TakeAsync(
            new ProviderEvent.StepAnswered(
                "simulator",
                NewId(),
                payment.Id,
                "ref",
                DateTimeOffset.UtcNow,
                payment.Id.ToString(),
                StepKind.Authorize,
                new ProviderAnswer.Approved("ref")),
            default);

        Assert.That(await EventsAsync(order), Is.EqualTo(new[] { "PaymentActionRequired", "PaymentAuthorized" }));
        Assert.That((await GetAsync(replica, payment.Name)).NextAction, Is.Null);
        Assert.That((await CaptureAsync(replica, payment.Name)).State, Is.EqualTo(State.Captured));
    }

    [Test]
    public async Task An_action_nobody_took_is_given_up_at_the_provider_and_declined()
    {
        var provider = Waiting(TimeSpan.FromMilliseconds(50));
        var replica = Replica(provider).StartWorking();
        var order = Guid.CreateVersion7();
        await replica.HandleAsync(PaymentReplica.Placed(order, "tok_requires_action"));
        await UntilStateAsync(order, State.Declined);

        Assert.That((await PaymentAsync(order)).DeclineReason, Is.EqualTo("action_expired"));
        Assert.That(provider.Finds, Is.Not.Empty, "The provider was asked first.");
        Assert.That(provider.Voids, Has.Count.EqualTo(1));
        Assert.That(await EventsAsync(order), Is.EqualTo(new[] { "PaymentActionRequired", "PaymentDeclined" }));
        Assert.That(await EntriesAsync(order), Is.Empty);
    }

    [Test]
    public async Task An_action_that_was_taken_without_anybody_telling_is_found_when_its_time_is_over()
    {
        var provider = Waiting(TimeSpan.FromMilliseconds(50));
        provider.OnFind = _ => new ProviderAnswer.Approved("ref");
        var replica = Replica(provider).StartWorking();
        var order = Guid.CreateVersion7();
        await replica.HandleAsync(PaymentReplica.Placed(order, "tok_requires_action"));

        await UntilStateAsync(order, State.Authorized);

        Assert.That(provider.Voids, Is.Empty);
    }

    [Test]
    public async Task A_cancel_while_an_action_is_required_releases()
    {
        var provider = Waiting(TimeSpan.FromMinutes(5));
        var replica = Replica(provider).StartWorking();
        var order = await WaitingAsync(replica);

        await replica.HandleAsync(PaymentReplica.Cancelled(order));
        await UntilStateAsync(order, State.Voided);

        Assert.That(provider.Voids, Has.Count.EqualTo(1));
        Assert.That(await EventsAsync(order), Is.EqualTo(new[] { "PaymentActionRequired", "PaymentVoided" }));
        Assert.That(await EntriesAsync(order), Is.Empty);
    }

    // The card's holder approves at the very moment the payment is given up: what is held then is released.
    [Test]
    public async Task An_approval_that_crosses_the_giving_up_is_held_and_released()
    {
        var provider = Waiting(TimeSpan.FromMinutes(5));
        var replica = Replica(provider).StartWorking();
        var order = await WaitingAsync(replica);
        var payment = await PaymentAsync(order);
        provider.OnStep = async (_, key, _) =>
        {
            if (key == $"{payment.Id}:void")
            {
                await replica.Events.TakeAsync(
                    new ProviderEvent.StepAnswered(
                        "simulator",
                        NewId(),
                        payment.Id,
                        "ref",
                        DateTimeOffset.UtcNow,
                        payment.Id.ToString(),
                        StepKind.Authorize,
                        new ProviderAnswer.Approved("ref")),
                    default);
            }

            return new ProviderAnswer.Approved("void");
        };

        await replica.HandleAsync(PaymentReplica.Cancelled(order));
        await UntilStateAsync(order, State.Voided);

        Assert.That(await EventsAsync(order), Is.EqualTo(new[] { "PaymentActionRequired", "PaymentAuthorized", "PaymentVoided" }));
        Assert.That(await BooksAsync(payment.Name), Is.Empty);
    }

    // Found by the fault run: such an order stayed CONFIRMED with nothing held.
    [Test]
    public async Task A_hold_that_ends_before_its_authorization_is_known_is_told_again_and_voided()
    {
        var answer = new TaskCompletionSource<ProviderAnswer>();
        var asked = new TaskCompletionSource();
        var replica = Replica(new ScriptedProvider((_, _, _) =>
        {
            asked.TrySetResult();
            return answer.Task;
        })).StartWorking();
        var order = Guid.CreateVersion7();
        await replica.HandleAsync(PaymentReplica.Placed(order, "tok_expires"));
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var name = (await PaymentAsync(order)).Name;
        var ended = Expired(name);

        Assert.That(await replica.Events.TakeAsync(ended, default), Is.EqualTo(ProviderEventVerdict.TooEarly));
        answer.SetResult(new ProviderAnswer.Approved("ref"));
        await UntilStateAsync(order, State.Authorized);

        Assert.That(await replica.Events.TakeAsync(ended, default), Is.EqualTo(ProviderEventVerdict.Accepted));
        var payment = await GetAsync(replica, name);
        Assert.That((payment.State, payment.VoidReason), Is.EqualTo((State.Voided, "authorization_expired")));
        Assert.That(await BooksAsync(name), Is.Empty);
    }

    private async Task<Guid> WaitingAsync(PaymentReplica replica)
    {
        var order = Guid.CreateVersion7();
        await replica.HandleAsync(PaymentReplica.Placed(order, "tok_requires_action"));
        await UntilStateAsync(order, State.RequiresAction);
        return order;
    }

    private static ScriptedProvider Waiting(TimeSpan lifetime) => new((_, _, _) => Task.FromResult<ProviderAnswer>(
        new ProviderAnswer.ActionRequired("ref", "https://bank.example/1", DateTimeOffset.UtcNow + lifetime)));

    private static ProviderEvent.HoldExpired Expired(string payment) =>
        new("simulator", NewId(), IdOf(payment), string.Empty, DateTimeOffset.UtcNow);
}
