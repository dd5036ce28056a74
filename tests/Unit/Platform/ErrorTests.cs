using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Npgsql;
using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Platform.Errors;

namespace Suite.Tests.Unit.Platform;

internal sealed class ErrorTests
{
    [Test]
    public void A_violation_names_its_field_and_its_reason()
    {
        var status = DomainError.InvalidArgument("order.lines", "must be set.").ToStatus();

        Assert.That(status.Code, Is.EqualTo((int)Code.InvalidArgument));
        Assert.That(Info(status), Is.EqualTo(new ErrorInfo { Domain = "suite", Reason = "INVALID_REQUEST" }));
        var violation = Detail<BadRequest>(status).FieldViolations.Single();
        Assert.That((violation.Field, violation.Description, violation.Reason), Is.EqualTo(("order.lines", "must be set.", "INVALID_REQUEST")));
    }

    [Test]
    public void Several_violations_travel_together()
    {
        var status = DomainError.InvalidArgument([new() { Field = "a", Description = "x" }, new() { Field = "b", Description = "y" }]).ToStatus();

        Assert.That(status.Message, Is.EqualTo("a: x (and 1 more)"));
        Assert.That(Detail<BadRequest>(status).FieldViolations.Select(v => v.Field), Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public void A_precondition_names_its_subject()
    {
        var status = DomainError.FailedPrecondition(ErrorReason.OrderStateConflict, "orders/1", "is REJECTED").ToStatus();

        Assert.That(status.Code, Is.EqualTo((int)Code.FailedPrecondition));
        Assert.That(Info(status).Metadata["resource"], Is.EqualTo("orders/1"));
        var violation = Detail<PreconditionFailure>(status).Violations.Single();
        Assert.That((violation.Type, violation.Subject), Is.EqualTo(("ORDER_STATE_CONFLICT", "orders/1")));
    }

    [Test]
    public void What_may_be_tried_again_says_when()
    {
        DomainException[] passing =
            [DomainError.RequestInProgress(), DomainError.DependencyUnavailable("postgres"), DomainError.Overloaded(), DomainError.Stopping()];
        foreach (var error in passing)
        {
            Assert.That(Detail<RetryInfo>(error.ToStatus()).RetryDelay.ToTimeSpan(), Is.GreaterThan(TimeSpan.Zero), error.Message);
        }

        Assert.That(DomainError.EtagMismatch("orders/1").ToStatus().Details.Any(d => d.Is(RetryInfo.Descriptor)), Is.False, "a blind retry can not help");
    }

    [Test]
    public void The_rich_status_travels_in_the_trailers()
    {
        var error = DomainError.NotFound("orders/1").ToRpcException();

        Assert.That(error.StatusCode, Is.EqualTo(StatusCode.NotFound));
        Assert.That(error.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason, Is.EqualTo("RESOURCE_NOT_FOUND"));
    }

    [Test]
    public void Every_reason_has_the_name_of_the_contract()
    {
        foreach (var reason in System.Enum.GetValues<ErrorReason>())
        {
            Assert.That(ErrorReasons.Name(reason).Replace("_", string.Empty, StringComparison.Ordinal), Does.EndWith(reason.ToString()).IgnoreCase);
        }
    }

    [Test]
    public void What_nobody_foresaw_is_internal_with_a_fixed_text()
    {
        var error = ErrorMapping.Map(new InvalidOperationException("password=hunter2"), cancelled: false, deadlinePassed: false);

        Assert.That(error.Code, Is.EqualTo(StatusCode.Internal));
        Assert.That(error.ToStatus().ToString(), Does.Not.Contain("hunter2"));
        Assert.That(error.Details, Does.ContainKey("trace_id"));
    }

    [TestCase(PostgresErrorCodes.LockNotAvailable, StatusCode.Aborted)]
    [TestCase(PostgresErrorCodes.QueryCanceled, StatusCode.Unavailable)]
    [TestCase(PostgresErrorCodes.AdminShutdown, StatusCode.Unavailable)]
    [TestCase(PostgresErrorCodes.TooManyConnections, StatusCode.Unavailable)]
    [TestCase(PostgresErrorCodes.UniqueViolation, StatusCode.Internal)]
    public void An_answer_of_the_database_becomes_a_status(string sqlState, StatusCode code)
    {
        var exception = new PostgresException("details of the table", "ERROR", "ERROR", sqlState);
        var error = ErrorMapping.Map(exception, cancelled: false, deadlinePassed: false);

        Assert.That(error.Code, Is.EqualTo(code));
        Assert.That(error.ToStatus().ToString(), Does.Not.Contain("details of the table"));
    }

    [Test]
    public void A_database_that_does_not_answer_is_unavailable()
    {
        foreach (var inner in (Exception[])[new IOException(), new TimeoutException(), new System.Net.Sockets.SocketException()])
        {
            var error = ErrorMapping.Map(new NpgsqlException("x", inner), cancelled: false, deadlinePassed: false);
            Assert.That(error.Reason, Is.EqualTo(ErrorReason.DependencyUnavailable));
        }
    }

    [Test]
    public void A_passed_deadline_is_told_apart_from_a_caller_who_left()
    {
        var cancelled = new OperationCanceledException();

        Assert.That(ErrorMapping.Map(cancelled, cancelled: true, deadlinePassed: true).Code, Is.EqualTo(StatusCode.DeadlineExceeded));
        Assert.That(ErrorMapping.IsCallersCancellation(cancelled, cancelled: true, deadlinePassed: true), Is.False);
        Assert.That(ErrorMapping.IsCallersCancellation(cancelled, cancelled: true, deadlinePassed: false), Is.True);
        Assert.That(ErrorMapping.IsCallersCancellation(cancelled, cancelled: false, deadlinePassed: false), Is.False);
        Assert.That(ErrorMapping.IsCallersCancellation(new ArgumentException("a bug"), cancelled: true, deadlinePassed: false), Is.False);
    }

    [Test]
    public void What_is_foreseen_stays_what_it_is() =>
        Assert.That(ErrorMapping.Map(DomainError.NotFound("x"), cancelled: true, deadlinePassed: true).Code, Is.EqualTo(StatusCode.NotFound));

    [Test]
    public void Bytes_that_are_no_message_are_the_callers_fault() => Assert.That(
        ErrorMapping.Map(Assert.Throws<InvalidProtocolBufferException>(() => Empty.Parser.ParseFrom([0xff]))!, false, false).Code,
        Is.EqualTo(StatusCode.InvalidArgument));

    private static ErrorInfo Info(Google.Rpc.Status status) => Detail<ErrorInfo>(status);

    private static T Detail<T>(Google.Rpc.Status status)
        where T : IMessage<T>, new() => status.Details.Single(d => d.Is(new T().Descriptor)).Unpack<T>();
}
