using NUnit.Framework;
using Suite.Payments.Domain;
using Suite.Payments.Providers;
using Suite.Payments.Storage;
using Suite.Platform.Messaging;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.Component.Payments;

public sealed class UnknownOutcomeTests : PaymentFixture
{
    [Test]
    public async Task An_error_after_the_work_was_done_does_not_do_it_again()
    {
        var order = Guid.CreateVersion7();

        await Replica().StartWorking().HandleAsync(PaymentReplica.Placed(order, "tok_flaky"));
        await UntilStateAsync(order, State.Authorized);

        Assert.That(await SimulatorAsync(order), Is.EqualTo((1, 1)), "It was looked for, and not asked for again.");
        Assert.That(await EventsAsync(order), Is.EqualTo(new[] { "PaymentAuthorized" }));
        Assert.That(await EntriesAsync(order), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Two_timeouts_are_followed_by_the_answer_to_the_same_key()
    {
        var order = Guid.CreateVersion7();

        await Replica(options: PaymentReplica.Impatient).StartWorking().HandleAsync(PaymentReplica.Placed(order, "tok_timeout"));
        await UntilStateAsync(order, State.Authorized);

        var (calls, authorizations) = await SimulatorAsync(order);
        Assert.That(calls, Is.GreaterThanOrEqualTo(3));
        Assert.That(authorizations, Is.EqualTo(1));
        Assert.That(await EventsAsync(order), Is.EqualTo(new[] { "PaymentAuthorized" }));
    }

    [Test]
    public async Task A_slow_answer_within_the_time_limit_is_asked_for_once()
    {
        var order = Guid.CreateVersion7();

        await Replica().StartWorking().HandleAsync(PaymentReplica.Placed(order, "tok_slow"));
        await UntilStateAsync(order, State.Authorized);

        Assert.That(await SimulatorAsync(order), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task Another_replica_resumes_with_the_same_key_what_a_crash_left_between_answer_and_commit(
        [Values("tok_visa", "tok_flaky")] string token)
    {
        var order = Guid.CreateVersion7();
        var crashed = Replica();
        await crashed.HandleAsync(PaymentReplica.Placed(order, token));
        var claim = (await crashed.Queue.ClaimAsync(10, TimeSpan.FromMilliseconds(300), CancellationToken.None)).Single();
        await AskAsync(crashed, claim, token);
        Assert.That(await StateAsync(order), Is.EqualTo(State.Pending));

        Replica().StartWorking();
        await UntilStateAsync(order, State.Authorized);

        Assert.That(await SimulatorAsync(order), Is.EqualTo((1, 1)), "It was looked for, and not asked for again.");
        Assert.That((await PaymentAsync(order)).ProviderReference, Is.EqualTo($"sim_{claim.Payment.Id}"));
        Assert.That(await EntriesAsync(order), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_lease_keeps_the_intent_from_others_until_it_ends()
    {
        var order = Guid.CreateVersion7();
        var (one, two) = (Replica(), Replica());
        await one.HandleAsync(PaymentReplica.Placed(order, "tok_visa"));

        Assert.That(await one.Queue.ClaimAsync(10, TimeSpan.FromSeconds(1), CancellationToken.None), Has.Count.EqualTo(1));
        Assert.That(await two.Queue.ClaimAsync(10, TimeSpan.FromSeconds(1), CancellationToken.None), Is.Empty);
        IReadOnlyList<Claim> claims = [];
        await UntilAsync(
            async () => (claims = await two.Queue.ClaimAsync(10, TimeSpan.FromSeconds(1), CancellationToken.None)).Count > 0,
            "the lease ends");

        Assert.That(claims.Single().Payment.Attempts, Is.EqualTo(2));
        Assert.That(claims.Single().Payment.OrderId, Is.EqualTo(order));
        Assert.That(await two.Queue.SettleAsync(Approve(two, claims.Single())), Is.EqualTo(Settled.Committed));
    }

    [Test]
    public async Task Of_two_answers_to_one_intent_one_is_posted()
    {
        var order = Guid.CreateVersion7();
        var (one, two) = (Replica(), Replica());
        await one.HandleAsync(PaymentReplica.Placed(order, "tok_visa"));
        var first = (await one.Queue.ClaimAsync(10, TimeSpan.Zero, CancellationToken.None)).Single();
        var second = (await two.Queue.ClaimAsync(10, TimeSpan.FromSeconds(10), CancellationToken.None)).Single();

        Assert.That(await one.Queue.SettleAsync(Approve(one, first)), Is.EqualTo(Settled.Lost));
        Assert.That(await StateAsync(order), Is.EqualTo(State.Pending));
        Assert.That(await two.Queue.SettleAsync(Approve(two, second)), Is.EqualTo(Settled.Committed));
        // What a replica does that lost its connection during the commit and can not know how it ended.
        Assert.That(await two.Queue.SettleAsync(Approve(two, second)), Is.EqualTo(Settled.Lost));
        Assert.That(await one.Queue.SettleAsync(Settlement.Retry(first, TimeSpan.Zero)), Is.EqualTo(Settled.Lost));

        Assert.That(await StateAsync(order), Is.EqualTo(State.Authorized));
        Assert.That(await EventsAsync(order), Is.EqualTo(new[] { "PaymentAuthorized" }));
        Assert.That(await EntriesAsync(order), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_stop_gives_back_what_it_could_not_finish_at_once()
    {
        var order = Guid.CreateVersion7();
        var provider = new ScriptedProvider(async (_, _, cancellationToken) =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return new ProviderAnswer.Approved("never");
        });
        var options = PaymentReplica.Fast with { ProviderTimeout = TimeSpan.FromSeconds(60), Lease = TimeSpan.FromMinutes(5) };
        var stopping = Replica(provider, options).StartWorking();
        await stopping.HandleAsync(PaymentReplica.Placed(order, "tok_visa"));
        await UntilAsync(() => Task.FromResult(!provider.Authorizations.IsEmpty), "the call runs");

        await stopping.StopWorkingAsync();
        Replica().StartWorking();

        await UntilStateAsync(order, State.Authorized);
        Assert.That(await SimulatorAsync(order), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task A_bug_in_the_provider_is_an_unknown_outcome_like_any_other()
    {
        var order = Guid.CreateVersion7();
        var calls = 0;
        var provider = new ScriptedProvider((_, _, _) => Interlocked.Increment(ref calls) == 1
            ? throw new InvalidCastException("bug")
            : Task.FromResult<ProviderAnswer>(new ProviderAnswer.Declined("card_declined")));

        await Replica(provider).StartWorking().HandleAsync(PaymentReplica.Placed(order, "tok_visa"));
        await UntilStateAsync(order, State.Declined);

        Assert.That(provider.Authorizations.Select(a => a.Key).Distinct().ToList(), Has.Count.EqualTo(1));
        Assert.That(provider.Authorizations, Has.Count.EqualTo(2));
    }

    private static async Task AskAsync(PaymentReplica replica, Claim claim, string token)
    {
        try
        {
            await replica.Provider.AuthorizeAsync(
                new ProviderAuthorization(claim.Payment.Id.ToString(), claim.Payment.Id, claim.Payment.OrderId, claim.Payment.Amount, token),
                CancellationToken.None);
        }
        catch (ProviderException) when (token == "tok_flaky")
        {
            // It did the work.
        }
    }

    private static Settlement Approve(PaymentReplica replica, Claim claim)
    {
        var after = claim.Payment.Authorize("ref", null, claim.Payment.UpdateTime);
        var row = replica.Outbox.Prepare(new OutgoingEvent("suite.payment.v1", after.OrderId.ToString(), after.ToEvent()));
        return Settlement.Done(claim, after, row);
    }
}
