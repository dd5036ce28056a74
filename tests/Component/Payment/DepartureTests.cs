using NUnit.Framework;
using Suite.Contracts.Users.V1;
using Suite.Payments.Events;
using Suite.Platform.Messaging;
using Suite.Platform.Postgres;
using Suite.Tests.Component.Payments.Steps;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.Component.Payments;

public sealed class DepartureTests : PaymentFixture
{
    [Test]
    public async Task A_customer_who_is_deleted_leaves_accounts_and_references_and_nothing_else()
    {
        var gone = Guid.CreateVersion7();
        var (theirs, others) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var replica = Replica().StartWorking();
        await replica.HandleAsync(
            PaymentReplica.Placed(theirs, "tok_visa", customer: $"users/{gone}"), PaymentReplica.Placed(others, "tok_visa"));
        await UntilStateAsync(theirs, State.Authorized);
        await UntilStateAsync(others, State.Authorized);
        // As a payment could be left by a version that kept more than it had to.
        await Database.ExecuteAsync("UPDATE payments SET payment_method = 'tok_visa', baggage = 'x=y'");
        var before = await PaymentAsync(theirs);
        var entries = await EntriesAsync(theirs);

        await HearAsync(Deleted(gone));
        await HearAsync(Deleted(gone), Deleted(Guid.CreateVersion7()));

        Assert.That(await KeptAsync(theirs), Is.EqualTo(string.Empty));
        Assert.That(await KeptAsync(others), Is.EqualTo("tok_visax=y"));
        Assert.That(await PaymentAsync(theirs), Is.EqualTo(before));
        Assert.That(before.ProviderReference, Is.Not.Empty);
        Assert.That(await EntriesAsync(theirs), Is.EqualTo(entries).And.Not.Empty);
    }

    [Test]
    public async Task A_payment_that_is_still_asked_for_keeps_what_it_needs_until_the_answer()
    {
        var gone = Guid.CreateVersion7();
        var order = Guid.CreateVersion7();
        await Replica().HandleWithoutWakeAsync(PaymentReplica.Placed(order, "tok_visa", customer: $"users/{gone}"));

        await HearAsync(Deleted(gone));
        Assert.That(await KeptAsync(order), Is.EqualTo("tok_visa"));
        Replica().StartWorking();
        await UntilStateAsync(order, State.Authorized);

        Assert.That(await KeptAsync(order), Is.Empty);
    }

    [Test]
    public async Task What_was_typed_for_a_step_goes_with_its_customer_and_the_step_stays()
    {
        var gone = Guid.CreateVersion7();
        var order = Guid.CreateVersion7();
        var replica = Replica(new ScriptedProvider()).StartWorking();
        await replica.HandleAsync(PaymentReplica.Placed(order, "tok_visa", customer: $"users/{gone}"));
        await UntilStateAsync(order, State.Authorized);
        var payment = await PaymentAsync(order);
        await StepFixture.CaptureAsync(replica, payment.Name);
        await StepFixture.RefundAsync(replica, payment.Name, reason: "Ada moved to Turin");
        var before = await StepFixture.GetAsync(replica, payment.Name);
        Assert.That(await ReasonsAsync(), Has.Some.EqualTo("Ada moved to Turin"));

        await HearAsync(Deleted(gone));

        Assert.That(await ReasonsAsync(), Has.All.Empty);
        Assert.That(await StepFixture.GetAsync(replica, payment.Name), Is.EqualTo(before));

        Task<IReadOnlyList<string>> ReasonsAsync() =>
            Database.ColumnAsync<string>("SELECT reason || coalesce(baggage, '') FROM payment_steps WHERE payment_id = $1", payment.Id);
    }

    [Test]
    public void A_deletion_with_a_malformed_name_is_poison() => Assert.That(
        async () => await HearAsync(PaymentReplica.Message(Guid.CreateVersion7(), new UserDeleted { User = "users/7" })),
        Throws.TypeOf<PoisonMessageException>());

    private Task<string> KeptAsync(Guid order) =>
        Database.ScalarAsync<string>("SELECT payment_method || coalesce(baggage, '') FROM payments WHERE order_id = $1", order);

    private Task HearAsync(params IncomingMessage[] messages) => Database.DataSource.InTransactionAsync(
        (transaction, token) => new UserEventsHandler().HandleAsync(messages, transaction, token), CancellationToken.None);

    private static IncomingMessage Deleted(Guid user) => PaymentReplica.Message(user, new UserDeleted { User = $"users/{user}", Version = 2 });
}
