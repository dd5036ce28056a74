using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Providers;
using Suite.Platform.Errors;
using Suite.Platform.Monetary;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.Component.Payments.Steps;

/// <summary>Many calls about one payment at once, at two replicas.</summary>
public sealed class ConcurrencyTests : StepFixture
{
    [Test]
    public async Task The_same_call_many_times_at_once_has_one_effect_and_one_answer()
    {
        var provider = new ScriptedProvider();
        var (one, two) = (Replica(provider).StartWorking(), Replica(provider).StartWorking());
        var name = await AuthorizedAsync(one);
        var id = NewId();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => CaptureAsync(i % 2 == 0 ? one : two, name, Eur(40), id: id)));
        var later = await CaptureAsync(two, name, Eur(40), id: id);

        Assert.That(answers.Append(later).Distinct().ToList(), Has.Count.EqualTo(1));
        Assert.That(provider.Captures, Has.Count.EqualTo(1));
        Assert.That(later.CapturedAmount, Is.EqualTo(Eur(40)));
        Assert.That(await EventsOfAsync(name), Is.EqualTo(new[] { "PaymentAuthorized", "PaymentCaptured" }));
    }

    // hyperswitch 13182: two refunds at once each saw that enough was left, and more was given back than was taken.
    [Test]
    public async Task Of_two_refunds_of_60_of_100_at_once_one_fails()
    {
        var provider = new ScriptedProvider();
        var (one, two) = (Replica(provider).StartWorking(), Replica(provider).StartWorking());
        for (var i = 0; i < 5; i++)
        {
            var name = await CapturedAsync(one);

            var answers = await Task.WhenAll(
                OutcomeAsync(() => RefundAsync(one, name, Eur(60))), OutcomeAsync(() => RefundAsync(two, name, Eur(60))));

            Assert.That(answers, Is.EquivalentTo(new[] { "done", nameof(ErrorReason.AmountNotAvailable) }));
            Assert.That((await GetAsync(one, name)).RefundedAmount, Is.EqualTo(Eur(60)));
            Assert.That(provider.Refunds, Has.Count.EqualTo(i + 1), "The provider never heard of the other one.");
        }
    }

    [Test]
    public async Task Fifty_captures_voids_and_refunds_at_once_leave_sums_that_hold()
    {
        var provider = new ScriptedProvider();
        var (one, two) = (Replica(provider).StartWorking(), Replica(provider).StartWorking());
        for (var round = 0; round < 3; round++)
        {
            var name = await AuthorizedAsync(one);
            var random = new Random(round);
            if (round > 0)
            {
                await CaptureAsync(one, name, Eur(50), moreToFollow: true);
            }

            var calls = Enumerable.Range(0, 150).Select(i => (Replica: random.Next(2) == 0 ? one : two, Kind: i % 3, Amount: Eur(1 + random.Next(40))));
            var answers = await Task.WhenAll(calls.OrderBy(_ => random.Next()).Select(call => OutcomeAsync(() => call.Kind switch
            {
                0 => CaptureAsync(call.Replica, name, call.Amount, moreToFollow: true),
                1 => RefundAsync(call.Replica, name, call.Amount),
                _ => VoidAsync(call.Replica, name),
            })));
            await UntilAsync(
                async () => await Database.ScalarAsync<long>("SELECT count(*) FROM payment_steps WHERE state IN (1, 2)") == 0, "no step is open");

            Assert.That(answers, Has.Some.EqualTo("done"));
            Assert.That(answers.Distinct(), Is.SubsetOf(new[]
            {
                "done",
                nameof(ErrorReason.AmountNotAvailable),
                nameof(ErrorReason.StepInProgress),
                nameof(ErrorReason.PaymentStateConflict),
            }));
            await SumsHoldAsync(provider, name);
        }
    }

    // A void while a capture is open, and a capture while a void or a capture is open, are told to come back.
    [Test]
    public async Task Steps_that_exclude_each_other_do_not_run_at_once()
    {
        var answer = new TaskCompletionSource<ProviderAnswer>();
        var provider = new ScriptedProvider { OnStep = (_, _, _) => answer.Task };
        var replica = Replica(provider, PaymentReplica.Fast with { ProviderTimeout = TimeSpan.FromSeconds(20), Lease = TimeSpan.FromSeconds(25) })
            .StartWorking();
        var name = await AuthorizedAsync(replica);
        var running = CaptureAsync(replica, name, Eur(40), moreToFollow: true);
        await UntilAsync(() => Task.FromResult(!provider.Captures.IsEmpty), "the capture runs");

        var capture = await FailureAsync(() => CaptureAsync(replica, name, Eur(10)));
        var release = await FailureAsync(() => VoidAsync(replica, name));
        Assert.That((await GetAsync(replica, name)).ReservedAmount, Is.EqualTo(Eur(40)));
        answer.SetResult(new ProviderAnswer.Approved("cap"));
        await running;

        foreach (var refused in (DomainException[])[capture, release])
        {
            Assert.That((refused.Code, refused.Reason), Is.EqualTo((Grpc.Core.StatusCode.Aborted, ErrorReason.StepInProgress)));
            Assert.That(refused.RetryAfter, Is.Not.Null);
        }

        Assert.That((await VoidAsync(replica, name)).State, Is.EqualTo(State.Captured));
    }

    private static async Task<string> OutcomeAsync(Func<Task<Payment>> call)
    {
        try
        {
            await call();
            return "done";
        }
        catch (DomainException refused)
        {
            return refused.Reason.ToString();
        }
    }

    /// <summary>What we believe, what the ledger says and what the provider was asked for are one.</summary>
    private async Task SumsHoldAsync(ScriptedProvider provider, string name)
    {
        var payment = await PaymentAsync(await Database.ScalarAsync<Guid>("SELECT order_id FROM payments WHERE id = $1", IdOf(name)));
        Assert.That(payment.CapturedMinor + payment.ReleasedMinor + payment.HeldMinor, Is.EqualTo(payment.Amount.MinorUnits));
        Assert.That((payment.CapturingMinor, payment.RefundingMinor), Is.EqualTo((0, 0)));
        Assert.That(provider.Captures.Where(c => c.PaymentId == payment.Id).Sum(c => c.Amount.MinorUnits), Is.EqualTo(payment.CapturedMinor));
        Assert.That(provider.Refunds.Where(c => c.PaymentId == payment.Id).Sum(c => c.Amount.MinorUnits), Is.EqualTo(payment.RefundedMinor));
        var expected = new List<string>();
        void Add(string account, long minor)
        {
            if (minor != 0)
            {
                expected.Add($"{account} {minor}");
            }
        }

        Add("pending holds", -payment.HeldMinor);
        Add("pending providers/simulator/clearing", payment.HeldMinor);
        Add("providers/simulator/clearing", payment.CapturedMinor - payment.RefundedMinor);
        Add("refunds", payment.RefundedMinor);
        Add("revenue", -payment.CapturedMinor);
        Assert.That(await BooksAsync(name), Is.EqualTo(expected));
        var open = new MoneyAmount(payment.HeldMinor, "EUR");
        Assert.That(open.MinorUnits is 0 || payment.State == State.Authorized, Is.True);
    }
}
