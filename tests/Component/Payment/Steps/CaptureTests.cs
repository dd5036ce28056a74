using NUnit.Framework;
using Suite.Contracts.Payments.V1;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;
using Step = Suite.Contracts.Payments.V1.Payment.Types.Step;

namespace Suite.Tests.Component.Payments.Steps;

public sealed class CaptureTests : StepFixture
{
    [Test]
    public async Task A_capture_takes_all_that_is_held_posts_it_and_tells()
    {
        var provider = new ScriptedProvider();
        var replica = Replica(provider).StartWorking();
        var name = await AuthorizedAsync(replica);
        var id = NewId();

        var captured = await CaptureAsync(replica, name, id: id);

        Assert.That(captured.State, Is.EqualTo(State.Captured));
        Assert.That(captured.CapturedAmount, Is.EqualTo(Eur(100)));
        Assert.That(captured.ReservedAmount, Is.Null);
        Assert.That(captured.Steps.Select(s => (s.Kind, s.Outcome)), Is.EqualTo(new[]
        {
            (Step.Types.Kind.Authorize, Step.Types.Outcome.Done), (Step.Types.Kind.Capture, Step.Types.Outcome.Done),
        }));
        Assert.That(captured.Steps[1].Id, Is.EqualTo(id), "One key runs from the caller to the provider and the ledger.");
        Assert.That(provider.Captures.Single().Key, Is.EqualTo(id));
        Assert.That(
            await Database.ScalarAsync<string>("SELECT source FROM ledger_transactions WHERE template = 'capture' AND source LIKE $1 || '/%'", name),
            Is.EqualTo($"{name}/steps/{id}"));
        Assert.That(await BooksAsync(name), Is.EqualTo(new[] { "providers/simulator/clearing 10000", "revenue -10000" }));
        Assert.That(await EventsOfAsync(name), Is.EqualTo(new[] { "PaymentAuthorized", "PaymentCaptured" }));
        Assert.That(await GetAsync(replica, name), Is.EqualTo(captured));
    }

    [Test]
    public async Task What_a_partial_capture_leaves_is_released()
    {
        var replica = Replica(new ScriptedProvider()).StartWorking();
        var name = await AuthorizedAsync(replica);

        var captured = await CaptureAsync(replica, name, Eur(60.01m));

        Assert.That((captured.State, captured.CapturedAmount), Is.EqualTo((State.Captured, Eur(60.01m))));
        Assert.That(await BooksAsync(name), Is.EqualTo(new[] { "providers/simulator/clearing 6001", "revenue -6001" }));
    }

    [Test]
    public async Task Several_captures_take_a_hold_in_parts_until_the_last()
    {
        var replica = Replica(new ScriptedProvider()).StartWorking();
        var name = await AuthorizedAsync(replica);

        var first = await CaptureAsync(replica, name, Eur(30), moreToFollow: true);
        Assert.That((first.State, first.CapturedAmount), Is.EqualTo((State.Authorized, Eur(30))));
        Assert.That(
            await BooksAsync(name),
            Is.EqualTo(new[] { "pending holds -7000", "pending providers/simulator/clearing 7000", "providers/simulator/clearing 3000", "revenue -3000" }));
        var second = await CaptureAsync(replica, name, Eur(70), moreToFollow: true);

        Assert.That(second.State, Is.EqualTo(State.Captured), "Nothing is left that could follow.");
        Assert.That(await BooksAsync(name), Is.EqualTo(new[] { "providers/simulator/clearing 10000", "revenue -10000" }));
        var told = PaymentCaptured.Parser.ParseFrom((await Database.ColumnAsync<byte[]>(
            "SELECT payload FROM outbox WHERE type LIKE '%PaymentCaptured' AND key = $1 ORDER BY id", second.Order["orders/".Length..]))[1]);
        Assert.That((told.Amount, told.CapturedAmount, told.Final, told.Step), Is.EqualTo((Eur(70), Eur(100), true, second.Steps[^1].Id)));
    }

    [Test]
    public async Task The_rest_of_a_hold_can_be_voided_after_a_capture()
    {
        var replica = Replica(new ScriptedProvider()).StartWorking();
        var name = await AuthorizedAsync(replica);
        await CaptureAsync(replica, name, Eur(30), moreToFollow: true);

        var released = await VoidAsync(replica, name);

        Assert.That((released.State, released.CapturedAmount), Is.EqualTo((State.Captured, Eur(30))));
        Assert.That(await BooksAsync(name), Is.EqualTo(new[] { "providers/simulator/clearing 3000", "revenue -3000" }));
    }

    [TestCase(1, "JPY")]
    [TestCase(1_005, "KWD")]
    [TestCase(long.MaxValue, "EUR")]
    public async Task Amounts_of_every_size_and_exponent_are_captured_and_given_back_to_the_last_unit(long minorUnits, string currency)
    {
        var replica = Replica(new ScriptedProvider()).StartWorking();
        var name = await CapturedAsync(replica, minorUnits, currency);

        var refunded = await RefundAsync(replica, name);

        Assert.That((refunded.State, refunded.RefundedAmount), Is.EqualTo((State.Refunded, refunded.Amount)));
        Assert.That(await BooksAsync(name), Is.EqualTo(new[] { $"refunds {minorUnits}", $"revenue -{minorUnits}" }));
    }
}
