using Google.Type;
using Grpc.Core;
using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Providers;
using Suite.Platform.Errors;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.Component.Payments.Steps;

/// <summary>What is refused: each with its exact status, and nothing changes.</summary>
public sealed class RefusalTests : StepFixture
{
    private PaymentReplica _replica = null!;

    [SetUp]
    public void Start() => _replica = Replica(new ScriptedProvider()).StartWorking();

    [Test]
    public async Task More_than_is_authorized_is_not_captured()
    {
        var name = await AuthorizedAsync(_replica);

        var refused = await RefusedAsync(
            () => CaptureAsync(_replica, name, Eur(100.01m)), StatusCode.FailedPrecondition, ErrorReason.AmountNotAvailable);

        Assert.That((refused.Details["available"], refused.Details["currency_code"]), Is.EqualTo(("10000", "EUR")));
    }

    [Test]
    public async Task More_than_was_captured_is_not_given_back()
    {
        var name = await AuthorizedAsync(_replica);
        await CaptureAsync(_replica, name, Eur(60));
        await RefundAsync(_replica, name, Eur(25));

        var refused = await RefusedAsync(
            () => RefundAsync(_replica, name, Eur(35.01m)), StatusCode.FailedPrecondition, ErrorReason.AmountNotAvailable);
        Assert.That(refused.Details["available"], Is.EqualTo("3500"));
        await RefundAsync(_replica, name);
        await RefusedAsync(() => RefundAsync(_replica, name), StatusCode.FailedPrecondition, ErrorReason.AmountNotAvailable);
    }

    [Test]
    public async Task Another_currency_is_refused()
    {
        var name = await AuthorizedAsync(_replica);
        var usd = new Money { CurrencyCode = "USD", Units = 1 };

        await RefusedAsync(() => CaptureAsync(_replica, name, usd), StatusCode.InvalidArgument, ErrorReason.CurrencyMismatch);
        await CaptureAsync(_replica, name);
        await RefusedAsync(() => RefundAsync(_replica, name, usd), StatusCode.InvalidArgument, ErrorReason.CurrencyMismatch);
    }

    [Test]
    public async Task Nothing_follows_a_void()
    {
        var name = await AuthorizedAsync(_replica);
        var voided = await VoidAsync(_replica, name, "the shop is closed");

        Assert.That((voided.State, voided.VoidReason), Is.EqualTo((State.Voided, "payment_voided")));
        await RefusedAsync(() => CaptureAsync(_replica, name), StatusCode.FailedPrecondition, ErrorReason.PaymentStateConflict);
        await RefusedAsync(() => VoidAsync(_replica, name), StatusCode.FailedPrecondition, ErrorReason.PaymentStateConflict);
        await RefusedAsync(() => RefundAsync(_replica, name), StatusCode.FailedPrecondition, ErrorReason.PaymentStateConflict);
        Assert.That(await BooksAsync(name), Is.Empty);
    }

    [Test]
    public async Task What_was_captured_is_captured_and_voided_no_more()
    {
        var name = await CapturedAsync(_replica);

        await RefusedAsync(() => CaptureAsync(_replica, name), StatusCode.FailedPrecondition, ErrorReason.PaymentStateConflict);
        await RefusedAsync(() => VoidAsync(_replica, name), StatusCode.FailedPrecondition, ErrorReason.PaymentStateConflict);
    }

    [Test]
    public async Task A_stale_etag_is_refused_and_a_fresh_one_is_not()
    {
        var name = await AuthorizedAsync(_replica);
        var stale = (await GetAsync(_replica, name)).Etag;
        var fresh = (await CaptureAsync(_replica, name, Eur(10), moreToFollow: true, etag: stale)).Etag;

        await RefusedAsync(() => CaptureAsync(_replica, name, etag: stale), StatusCode.Aborted, ErrorReason.EtagMismatch);
        await RefusedAsync(() => VoidAsync(_replica, name, etag: stale), StatusCode.Aborted, ErrorReason.EtagMismatch);
        await RefusedAsync(() => RefundAsync(_replica, name, etag: stale), StatusCode.Aborted, ErrorReason.EtagMismatch);
        Assert.That((await CaptureAsync(_replica, name, etag: fresh)).State, Is.EqualTo(State.Captured));
    }

    [TestCase("EUR", 0, 0, ErrorReason.InvalidRequest)]
    [TestCase("EUR", -1, 0, ErrorReason.InvalidRequest)]
    [TestCase("EUR", 0, -10_000_000, ErrorReason.InvalidRequest)]
    [TestCase("EUR", 1, 1, ErrorReason.AmountOutOfRange)]
    [TestCase("JPY", 1, 100_000_000, ErrorReason.AmountOutOfRange)]
    [TestCase("KWD", 0, 1_100_000, ErrorReason.AmountOutOfRange)]
    [TestCase("EUR", long.MaxValue / 100, 80_000_000, ErrorReason.AmountOutOfRange)]
    [TestCase("EUR", long.MaxValue, 0, ErrorReason.AmountOutOfRange)]
    [TestCase("EUR", 1, 1_000_000_000, ErrorReason.InvalidRequest)]
    [TestCase("EUR", 1, -1, ErrorReason.InvalidRequest)]
    [TestCase("XXX", 1, 0, ErrorReason.InvalidRequest)]
    public async Task An_amount_that_is_none_is_refused(string currency, long units, int nanos, ErrorReason reason)
    {
        var name = await CapturedAsync(_replica);
        var money = new Money { CurrencyCode = currency, Units = units, Nanos = nanos };

        await RefusedAsync(() => CaptureAsync(_replica, name, money), StatusCode.InvalidArgument, reason);
        await RefusedAsync(() => RefundAsync(_replica, name, money), StatusCode.InvalidArgument, reason);
        await RefusedAsync(() => AuthorizeAsync(Guid.CreateVersion7(), money), StatusCode.InvalidArgument, reason);
    }

    [Test]
    public async Task More_to_follow_needs_an_amount_and_a_provider_that_can()
    {
        var name = await AuthorizedAsync(_replica);
        var once = Replica(new ScriptedProvider { CanCaptureSeveralTimes = false }).StartWorking();

        await RefusedAsync(() => CaptureAsync(_replica, name, moreToFollow: true), StatusCode.InvalidArgument, ErrorReason.InvalidRequest);
        await RefusedAsync(() => CaptureAsync(once, name, Eur(1), moreToFollow: true), StatusCode.InvalidArgument, ErrorReason.InvalidRequest);
    }

    [Test]
    public async Task A_payment_that_is_not_there_is_not_found()
    {
        var name = $"payments/{Guid.CreateVersion7()}";

        await RefusedAsync(() => CaptureAsync(_replica, name), StatusCode.NotFound, ErrorReason.ResourceNotFound);
        await RefusedAsync(() => VoidAsync(_replica, name), StatusCode.NotFound, ErrorReason.ResourceNotFound);
        await RefusedAsync(() => RefundAsync(_replica, name), StatusCode.NotFound, ErrorReason.ResourceNotFound);
    }

    [Test]
    public async Task An_id_that_was_used_with_another_request_is_refused()
    {
        var (name, other) = (await AuthorizedAsync(_replica), await AuthorizedAsync(_replica));
        var id = NewId();
        await CaptureAsync(_replica, name, Eur(10), id: id);

        await RefusedAsync(() => CaptureAsync(_replica, name, Eur(11), id: id), StatusCode.InvalidArgument, ErrorReason.RequestIdReused);
        await RefusedAsync(() => CaptureAsync(_replica, other, Eur(10), id: id), StatusCode.InvalidArgument, ErrorReason.RequestIdReused);
        await RefusedAsync(() => RefundAsync(_replica, name, Eur(10), id: id), StatusCode.InvalidArgument, ErrorReason.RequestIdReused);
        await RefusedAsync(
            () => AuthorizeAsync(Guid.CreateVersion7(), Eur(10), id), StatusCode.InvalidArgument, ErrorReason.RequestIdReused);
    }

    [Test]
    public async Task A_call_that_was_refused_is_refused_again_whatever_has_changed_since()
    {
        var name = await AuthorizedAsync(_replica);
        var id = NewId();
        var first = await RefusedAsync(
            () => RefundAsync(_replica, name, Eur(10), id: id), StatusCode.FailedPrecondition, ErrorReason.PaymentStateConflict);
        await CaptureAsync(_replica, name);

        var second = await RefusedAsync(
            () => RefundAsync(_replica, name, Eur(10), id: id), StatusCode.FailedPrecondition, ErrorReason.PaymentStateConflict);

        Assert.That(second.ToStatus(), Is.EqualTo(first.ToStatus()));
        Assert.That((await RefundAsync(_replica, name, Eur(10))).RefundedAmount, Is.EqualTo(Eur(10)));
    }

    [Test]
    public async Task What_the_provider_refuses_is_refused_again_and_what_was_reserved_is_free()
    {
        var provider = new ScriptedProvider { OnStep = (_, _, _) => Task.FromResult<ProviderAnswer>(new ProviderAnswer.Declined("expired")) };
        var replica = Replica(provider).StartWorking();
        var name = await AuthorizedAsync(replica);
        var id = NewId();

        var first = await FailureAsync(() => CaptureAsync(replica, name, Eur(70), id: id));
        var second = await FailureAsync(() => CaptureAsync(replica, name, Eur(70), id: id));

        Assert.That(
            (first.Code, first.Reason, first.Details["decline_reason"]),
            Is.EqualTo((StatusCode.FailedPrecondition, ErrorReason.ProviderRefused, "expired")));
        Assert.That(second.ToStatus(), Is.EqualTo(first.ToStatus()));
        Assert.That(provider.Captures, Has.Count.EqualTo(1));
        Assert.That(await EventsOfAsync(name), Is.EqualTo(new[] { "PaymentAuthorized", "PaymentStepRefused" }));
        var payment = await GetAsync(replica, name);
        Assert.That((payment.State, payment.ReservedAmount, payment.Steps[1].DeclineReason), Is.EqualTo((State.Authorized, (Money?)null, "expired")));
        provider.OnStep = null;
        Assert.That((await CaptureAsync(replica, name)).State, Is.EqualTo(State.Captured));
    }

    // What the rules of the program would let through, the database does not.
    [Test]
    public async Task The_database_itself_refuses_to_take_or_give_back_more_than_there_is()
    {
        var name = await CapturedAsync(_replica);
        foreach (var change in (string[])
            ["captured_minor = captured_minor + 1", "capturing_minor = 1", "released_minor = 1", "refunding_minor = 10001", "refunded_minor = 10001"])
        {
            await Assert.ThatAsync(
                () => Database.ExecuteAsync($"UPDATE payments SET {change} WHERE id = '{IdOf(name)}'"),
                Throws.InstanceOf<Npgsql.PostgresException>().With.Property("SqlState").EqualTo("23514"),
                change);
        }
    }

    private Task<Payment> AuthorizeAsync(Guid order, Money amount, string? id = null) => CallAsync(
        new AuthorizePaymentRequest { Order = $"orders/{order}", Amount = amount, PaymentMethod = "tok_visa", RequestId = id ?? NewId() },
        _replica.Service.AuthorizePayment);

    private async Task<DomainException> RefusedAsync(Func<Task<Payment>> call, StatusCode code, ErrorReason reason)
    {
        var before = await EverythingAsync();
        var refused = await FailureAsync(call);
        Assert.That((refused.Code, refused.Reason), Is.EqualTo((code, reason)));
        Assert.That(await EverythingAsync(), Is.EqualTo(before));
        return refused;
    }
}
