using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Suite.Payments.Domain;
using Suite.Payments.Features;
using Suite.Payments.Providers;
using Suite.Platform.Monetary;

namespace Suite.Tests.Component.Payments;

/// <summary>What the simulated provider does and remembers, asked as Payment asks it and as reconciliation does.</summary>
internal sealed class SimulatorTests
{
    private static readonly PaymentOptions s_options = PaymentReplica.Fast with { SimulatorLater = TimeSpan.FromSeconds(5) };

    private readonly Dictionary<string, string> _references = [];
    private PaymentDatabase _database = null!;
    private SimulatedProvider _simulator = null!;
    private DateTimeOffset _begin;
    private FakeTimeProvider _clock = null!;

    [OneTimeSetUp]
    public async Task CreateDatabase() => _database = await PaymentDatabase.CreateAsync();

    [OneTimeTearDown]
    public async Task DropDatabase()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    [SetUp]
    public void Create()
    {
        _begin = DateTimeOffset.UtcNow.AddMinutes(-1);
        _clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        _simulator = new SimulatedProvider(new SimulatorRecord(_database.DataSource), s_options, _clock);
    }

    [Test]
    public async Task What_is_held_is_taken_in_parts_and_the_last_one_leaves_the_rest()
    {
        var payment = await HoldAsync("tok_visa", 1000);

        Assert.That(await CaptureAsync(payment, "a", 300, isFinal: false), Is.InstanceOf<ProviderAnswer.Approved>());
        Assert.That(await BelievesAsync(payment), Is.EqualTo((1000L, 700L, 300L, 0L, 0L)));
        Assert.That(await CaptureAsync(payment, "b", 200, isFinal: true), Is.InstanceOf<ProviderAnswer.Approved>());
        Assert.That(await BelievesAsync(payment), Is.EqualTo((1000L, 0L, 500L, 0L, 0L)));
        Assert.That(await CaptureAsync(payment, "c", 1), Is.EqualTo(new ProviderAnswer.Declined("already_captured")));
    }

    [Test]
    public async Task Nobody_takes_more_than_is_held_nor_gives_back_more_than_was_taken()
    {
        var payment = await HoldAsync("tok_visa", 1000);

        Assert.That(await RefundAsync(payment, "early", 1), Is.EqualTo(new ProviderAnswer.Declined("not_captured")));
        Assert.That(await CaptureAsync(payment, "more", 1001), Is.EqualTo(new ProviderAnswer.Declined("amount_too_large")));
        Assert.That(await CaptureAsync(payment, "all", 1000), Is.InstanceOf<ProviderAnswer.Approved>());
        Assert.That(await RefundAsync(payment, "r1", 600), Is.InstanceOf<ProviderAnswer.Approved>());
        Assert.That(await RefundAsync(payment, "r2", 600), Is.EqualTo(new ProviderAnswer.Declined("amount_too_large")));
        Assert.That(
            await _simulator.RefundAsync(
                new ProviderRefund("yen", Guid.Parse(payment), _references[payment], new MoneyAmount(1, "JPY")), default),
            Is.EqualTo(new ProviderAnswer.Declined("currency_mismatch")));
        Assert.That(await BelievesAsync(payment), Is.EqualTo((1000L, 0L, 1000L, 600L, 0L)));
    }

    [Test]
    public async Task Of_two_refunds_at_once_that_are_too_much_together_one_is_done()
    {
        var payment = await HoldAsync("tok_visa", 100);
        await CaptureAsync(payment, "all", 100);

        // Another replica's simulator: the limit is in the record, not in the process.
        var other = new SimulatedProvider(new SimulatorRecord(_database.DataSource), s_options, TimeProvider.System);
        var answers = await Task.WhenAll(
            RefundAsync(payment, "first", 60),
            other.RefundAsync(
                new ProviderRefund(payment + ":second", Guid.Parse(payment), _references[payment], new MoneyAmount(60, "EUR")), default));

        Assert.That(answers.Count(a => a is ProviderAnswer.Approved), Is.EqualTo(1));
        Assert.That(await BelievesAsync(payment), Is.EqualTo((100L, 0L, 100L, 60L, 0L)));
    }

    [Test]
    public async Task What_is_voided_is_not_captured_and_a_void_of_nothing_is_done()
    {
        var payment = await HoldAsync("tok_visa", 1000);

        Assert.That(await VoidAsync(payment), Is.InstanceOf<ProviderAnswer.Approved>());
        Assert.That(await VoidAsync(payment, "again"), Is.InstanceOf<ProviderAnswer.Approved>());
        Assert.That(await CaptureAsync(payment, "late", 1000), Is.EqualTo(new ProviderAnswer.Declined("voided")));
        Assert.That(await BelievesAsync(payment), Is.EqualTo((1000L, 0L, 0L, 0L, 0L)));
    }

    [Test]
    public async Task The_same_key_is_the_same_call_and_another_content_under_it_is_an_error()
    {
        var payment = await HoldAsync("tok_visa", 1000);
        var first = await CaptureAsync(payment, "key", 400, isFinal: false);

        Assert.That(await CaptureAsync(payment, "key", 400, isFinal: false), Is.EqualTo(first));
        Assert.That(async () => await CaptureAsync(payment, "key", 401, isFinal: false), Throws.TypeOf<ProviderException>());
        Assert.That(async () => await CaptureAsync(payment, "key", 400, isFinal: true), Throws.TypeOf<ProviderException>());
        Assert.That(
            async () => await _simulator.AuthorizeAsync(Authorization(payment, "tok_visa", 999), default),
            Throws.TypeOf<ProviderException>());
        Assert.That(
            async () => await _simulator.AuthorizeAsync(Authorization(payment, "tok_declined", 1000), default),
            Throws.TypeOf<ProviderException>());
        Assert.That(await BelievesAsync(payment), Is.EqualTo((1000L, 600L, 400L, 0L, 0L)));
    }

    [TestCase("capture_timeout", StepKind.Capture)]
    [TestCase("void_timeout", StepKind.Void)]
    [TestCase("refund_timeout", StepKind.Refund)]
    public async Task A_step_that_times_out_is_not_known_until_its_third_call_does_it(string word, StepKind kind)
    {
        var payment = await HoldAsync("tok_visa+" + word, 1000);
        if (kind == StepKind.Refund)
        {
            await CaptureAsync(payment, "all", 1000);
        }

        for (var i = 0; i < 2; i++)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            Assert.That(async () => await StepAsync(payment, kind, limit.Token), Throws.InstanceOf<OperationCanceledException>());
            Assert.That(await FindAsync(payment, kind), Is.Null);
        }

        Assert.That(await StepAsync(payment, kind, default), Is.InstanceOf<ProviderAnswer.Approved>());
        Assert.That(await FindAsync(payment, kind), Is.InstanceOf<ProviderAnswer.Approved>());
    }

    [TestCase("capture_flaky", StepKind.Capture)]
    [TestCase("void_flaky", StepKind.Void)]
    [TestCase("refund_flaky", StepKind.Refund)]
    public async Task A_step_whose_answer_is_lost_was_done_once(string word, StepKind kind)
    {
        var payment = await HoldAsync("tok_" + word, 1000);
        if (kind == StepKind.Refund)
        {
            await CaptureAsync(payment, "all", 1000);
        }

        Assert.That(async () => await StepAsync(payment, kind, default), Throws.TypeOf<ProviderException>());
        var found = await FindAsync(payment, kind);
        Assert.That(found, Is.InstanceOf<ProviderAnswer.Approved>());
        Assert.That(await StepAsync(payment, kind, default), Is.EqualTo(found));
        var (_, held, captured, refunded, _) = await BelievesAsync(payment);
        Assert.That((held, captured, refunded), Is.EqualTo(kind switch
        {
            StepKind.Capture => (0L, 1000L, 0L),
            StepKind.Void => (0L, 0L, 0L),
            _ => (0L, 1000L, 1000L),
        }));
    }

    [Test]
    public async Task A_refund_that_is_pending_is_given_back_later()
    {
        var payment = await HoldAsync("tok_refund_pending", 1000);
        await CaptureAsync(payment, "all", 1000);

        Assert.That(await StepAsync(payment, StepKind.Refund, default), Is.EqualTo(new ProviderAnswer.Pending()));
        Assert.That(await RefundAsync(payment, "more", 1), Is.EqualTo(new ProviderAnswer.Declined("amount_too_large")));
        Assert.That(await FindAsync(payment, StepKind.Refund), Is.EqualTo(new ProviderAnswer.Pending()));
        Assert.That(await BelievesAsync(payment), Is.EqualTo((1000L, 0L, 1000L, 0L, 0L)));
        _clock.Advance(s_options.SimulatorLater);
        Assert.That(await FindAsync(payment, StepKind.Refund), Is.InstanceOf<ProviderAnswer.Approved>());
        Assert.That(await BelievesAsync(payment), Is.EqualTo((1000L, 0L, 1000L, 1000L, 0L)));
    }

    [Test]
    public async Task A_pending_refund_that_is_refused_in_the_end_gave_nothing_back()
    {
        var payment = await HoldAsync("tok_refund_pending+refund_declined", 1000);
        await CaptureAsync(payment, "all", 1000);

        Assert.That(await StepAsync(payment, StepKind.Refund, default), Is.EqualTo(new ProviderAnswer.Pending()));
        _clock.Advance(s_options.SimulatorLater);
        Assert.That(await FindAsync(payment, StepKind.Refund), Is.EqualTo(new ProviderAnswer.Declined("expired_or_canceled_card")));
        Assert.That(await BelievesAsync(payment), Is.EqualTo((1000L, 0L, 1000L, 0L, 0L)));
    }

    [Test]
    public async Task A_hold_that_expires_cannot_be_captured_and_can_be_voided()
    {
        var payment = await HoldAsync("tok_expires", 1000);

        Assert.That((await BelievesAsync(payment)).Held, Is.EqualTo(1000));
        _clock.Advance(s_options.SimulatorLater);
        Assert.That((await BelievesAsync(payment)).Held, Is.Zero);
        Assert.That(await CaptureAsync(payment, "late", 1000), Is.EqualTo(new ProviderAnswer.Declined("expired")));
        Assert.That(await VoidAsync(payment), Is.InstanceOf<ProviderAnswer.Approved>());
    }

    [TestCase("tok_dispute", 1000)]
    [TestCase("tok_dispute_lost", 1000)]
    [TestCase("tok_dispute_won", 0)]
    public async Task A_dispute_takes_what_was_captured_until_it_is_won(string token, long disputed)
    {
        var payment = await HoldAsync(token, 1000);
        await CaptureAsync(payment, "all", 1000);

        _clock.Advance(s_options.SimulatorLater);
        Assert.That((await BelievesAsync(payment)).Disputed, Is.EqualTo(1000));
        Assert.That(await RefundAsync(payment, "meanwhile", 1), Is.EqualTo(new ProviderAnswer.Declined("disputed")));
        _clock.Advance(s_options.SimulatorLater);
        Assert.That((await BelievesAsync(payment)).Disputed, Is.EqualTo(disputed));
    }

    [Test]
    public async Task A_card_whose_holder_has_to_act_is_not_held_before_and_is_given_up_by_a_void()
    {
        var payment = Guid.CreateVersion7().ToString();
        var answer = await _simulator.AuthorizeAsync(Authorization(payment, "tok_requires_action", 1000), default);
        Assert.That(answer, Is.InstanceOf<ProviderAnswer.ActionRequired>());
        _references[payment] = ((ProviderAnswer.ActionRequired)answer).Reference;

        Assert.That(((ProviderAnswer.ActionRequired)answer).RedirectUri, Does.EndWith("/simulator/actions/" + payment));
        Assert.That(await FindAsync(payment, StepKind.Authorize), Is.EqualTo(answer));
        Assert.That(await CaptureAsync(payment, "early", 1000), Is.EqualTo(new ProviderAnswer.Declined("not_authorized")));
        Assert.That((await BelievesAsync(payment)).Authorized, Is.Zero);
        Assert.That(await VoidAsync(payment), Is.InstanceOf<ProviderAnswer.Approved>());
        Assert.That(await FindAsync(payment, StepKind.Authorize), Is.EqualTo(new ProviderAnswer.Declined("canceled")));
    }

    [Test]
    public async Task What_it_was_never_asked_for_it_does_not_know()
    {
        var payment = await HoldAsync("tok_visa", 1000);

        Assert.That(await FindAsync(payment, StepKind.Capture), Is.Null);
        Assert.That(await FindAsync(Guid.NewGuid().ToString(), StepKind.Authorize), Is.Null);
        Assert.That(
            await _simulator.CaptureAsync(
                new ProviderCapture("x", Guid.NewGuid(), "sim_nobody", new MoneyAmount(1, "EUR"), true), default),
            Is.EqualTo(new ProviderAnswer.Declined("no_such_payment")));
    }

    private static ProviderAuthorization Authorization(string payment, string token, long minor) =>
        new(payment, Guid.Parse(payment), Guid.NewGuid(), new MoneyAmount(minor, "EUR"), token);

    private async Task<string> HoldAsync(string token, long minor)
    {
        var payment = Guid.CreateVersion7().ToString();
        var answer = await _simulator.AuthorizeAsync(Authorization(payment, token, minor), default);
        _references[payment] = ((ProviderAnswer.Approved)answer).Reference;
        return payment;
    }

    private Task<ProviderAnswer> StepAsync(string payment, StepKind kind, CancellationToken cancellationToken) => kind switch
    {
        StepKind.Capture => _simulator.CaptureAsync(
            new ProviderCapture(KeyOf(payment, kind), Guid.Parse(payment), _references[payment], new MoneyAmount(1000, "EUR"), true),
            cancellationToken),
        StepKind.Void => _simulator.VoidAsync(
            new ProviderVoid(KeyOf(payment, kind), Guid.Parse(payment), _references[payment]), cancellationToken),
        _ => _simulator.RefundAsync(
            new ProviderRefund(KeyOf(payment, kind), Guid.Parse(payment), _references[payment], new MoneyAmount(1000, "EUR")),
            cancellationToken),
    };

    private static string KeyOf(string payment, StepKind kind) => kind == StepKind.Authorize ? payment : $"{payment}:{kind}";

    private Task<ProviderAnswer?> FindAsync(string payment, StepKind kind) => _simulator.FindAsync(
        new ProviderQuery(KeyOf(payment, kind), kind, Guid.Parse(payment), _references.GetValueOrDefault(payment, string.Empty)), default);

    private Task<ProviderAnswer> CaptureAsync(string payment, string key, long minor, bool isFinal = true) => _simulator.CaptureAsync(
        new ProviderCapture($"{payment}:{key}", Guid.Parse(payment), _references[payment], new MoneyAmount(minor, "EUR"), isFinal),
        default);

    private Task<ProviderAnswer> RefundAsync(string payment, string key, long minor) => _simulator.RefundAsync(
        new ProviderRefund($"{payment}:{key}", Guid.Parse(payment), _references[payment], new MoneyAmount(minor, "EUR")), default);

    private Task<ProviderAnswer> VoidAsync(string payment, string key = "void") =>
        _simulator.VoidAsync(new ProviderVoid($"{payment}:{key}", Guid.Parse(payment), _references[payment]), default);

    private async Task<(long Authorized, long Held, long Captured, long Refunded, long Disputed)> BelievesAsync(string payment)
    {
        await foreach (var p in _simulator.ListPaymentsAsync(_begin, DateTimeOffset.UtcNow.AddMinutes(1), default))
        {
            if (p.PaymentId.ToString() == payment)
            {
                return (p.Authorized.MinorUnits, p.HeldMinor, p.CapturedMinor, p.RefundedMinor, p.DisputedMinor);
            }
        }

        throw new InvalidOperationException("The simulator does not list the payment.");
    }
}
