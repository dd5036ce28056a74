using NUnit.Framework;
using Suite.Payments.Domain;
using Suite.Payments.Providers;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.Component.Payments.Steps;

/// <summary>An order is cancelled while a backend, which goes to Payment itself, captures what is held for it.</summary>
public sealed class CancelledCaptureTests : StepFixture
{
    [Test]
    public async Task A_cancel_that_comes_after_a_capture_gives_the_money_back_once()
    {
        var replica = Replica().StartWorking();
        var name = await CapturedAsync(replica);
        await RefundAsync(replica, name, Eur(30));

        await CancelAsync(replica, name);
        await UntilAsync(async () => (await GetAsync(replica, name)).State == State.Refunded, "the rest is given back");
        await CancelAsync(replica, name);

        Assert.That(
            await EventsOfAsync(name), Is.EqualTo(new[] { "PaymentAuthorized", "PaymentCaptured", "PaymentRefunded", "PaymentRefunded" }));
        Assert.That((await GetAsync(replica, name)).RefundedAmount, Is.EqualTo(Eur(100)));
    }

    [Test]
    public async Task A_cancel_that_comes_while_a_capture_runs_gives_back_what_that_takes()
    {
        var answer = new TaskCompletionSource<ProviderAnswer>();
        var provider = new ScriptedProvider
        {
            OnStep = (kind, _, _) => kind == StepKind.Capture ? answer.Task : Task.FromResult<ProviderAnswer>(new ProviderAnswer.Approved("ref")),
        };
        var replica = Replica(provider).StartWorking();
        var name = await AuthorizedAsync(replica);
        var capture = CaptureAsync(replica, name, Eur(40), moreToFollow: true);
        await UntilAsync(() => Task.FromResult(!provider.Captures.IsEmpty), "the capture runs");

        await CancelAsync(replica, name);
        answer.SetResult(new ProviderAnswer.Approved("ref"));
        await capture;
        await UntilAsync(async () => (await GetAsync(replica, name)).State == State.Refunded, "what was taken is given back");

        var payment = await GetAsync(replica, name);
        Assert.That(new[] { payment.CapturedAmount, payment.RefundedAmount }, Is.All.EqualTo(Eur(40)));
        Assert.That(provider.Voids, Has.Count.EqualTo(1), "The rest of the hold was released.");
        Assert.That(await BooksAsync(name), Is.EqualTo(new[] { "refunds 4000", "revenue -4000" }));
    }

    [Test]
    public async Task A_refund_of_a_cancelled_order_that_is_refused_is_left_to_people()
    {
        var provider = new ScriptedProvider
        {
            OnStep = (kind, _, _) => Task.FromResult<ProviderAnswer>(
                kind == StepKind.Refund ? new ProviderAnswer.Declined("closed_account") : new ProviderAnswer.Approved("ref")),
        };
        var replica = Replica(provider).StartWorking();
        var name = await CapturedAsync(replica);

        await CancelAsync(replica, name);
        await UntilAsync(async () => (await EventsOfAsync(name)).Contains("PaymentStepRefused"), "the refusal is told");
        await CancelAsync(replica, name);

        Assert.That((await GetAsync(replica, name)).State, Is.EqualTo(State.Captured));
        Assert.That(provider.Refunds, Has.Count.EqualTo(1));
    }

    private async Task CancelAsync(PaymentReplica replica, string name) => await replica.HandleAsync(PaymentReplica.Cancelled(
        await Database.ScalarAsync<Guid>("SELECT order_id FROM payments WHERE id = $1", IdOf(name))));
}
