using Google.Type;
using Grpc.Core;
using Suite.Faults.History;

namespace Suite.Tests.Faults.History;

/// <summary>Only what is a refusal for certain is a failure.</summary>
internal sealed class OutcomesTests
{
    [TestCase(StatusCode.DeadlineExceeded, "")]
    [TestCase(StatusCode.Unavailable, "")]
    [TestCase(StatusCode.Cancelled, "")]
    [TestCase(StatusCode.Internal, "")]
    [TestCase(StatusCode.Unknown, "")]
    [TestCase(StatusCode.DataLoss, "")]
    [TestCase(StatusCode.Aborted, "")]
    [TestCase(StatusCode.Aborted, "REQUEST_IN_PROGRESS")]
    public void What_may_have_been_done_is_unknown(StatusCode status, string reason) =>
        Assert.That(Outcomes.Of(status, reason), Is.EqualTo(Outcome.Unknown));

    [TestCase(StatusCode.InvalidArgument, "")]
    [TestCase(StatusCode.NotFound, "")]
    [TestCase(StatusCode.FailedPrecondition, "ORDER_STATE_CONFLICT")]
    [TestCase(StatusCode.ResourceExhausted, "")]
    [TestCase(StatusCode.Aborted, "ETAG_MISMATCH")]
    [TestCase(StatusCode.Aborted, "STEP_IN_PROGRESS")]
    public void What_was_refused_has_failed(StatusCode status, string reason) =>
        Assert.That(Outcomes.Of(status, reason), Is.EqualTo(Outcome.Failed));

    [TestCase("EUR", 12, 340_000_000, 1234)]
    [TestCase("JPY", 500, 0, 500)]
    [TestCase("KWD", 1, 5_000_000, 1005)]
    [TestCase("EUR", -3, -50_000_000, -305)]
    public void An_amount_is_counted_in_minor_units(string currency, long units, int nanos, long minor) =>
        Assert.That(Amount.Of(new Money { CurrencyCode = currency, Units = units, Nanos = nanos }), Is.EqualTo(new Amount(minor, currency)));

    [TestCase("EUR", 1, 1_000_000)]
    [TestCase("XXX", 1, 0)]
    public void What_is_no_amount_is_refused(string currency, long units, int nanos) =>
        Assert.That(
            () => Amount.Of(new Money { CurrencyCode = currency, Units = units, Nanos = nanos }), Throws.InstanceOf<InvalidDataException>());
}
