using System.Diagnostics;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using NUnit.Framework;
using Suite.Client;
using Suite.Contracts.Common.V1;
using RpcStatus = Google.Rpc.Status;

namespace Suite.Tests.Unit.Client;

internal sealed class ExceptionTests
{
    [Test]
    public async Task Field_violations_are_told_one_by_one()
    {
        using var shop = new Shop();

        var error = (await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Orders.CreateAsync(shop.Order(quantity: -1))))!;

        Assert.That((error.Code, error.Reason, error.ReasonName), Is.EqualTo((StatusCode.InvalidArgument, ErrorReason.InvalidRequest, "INVALID_REQUEST")));
        Assert.That(error.Violations, Is.EqualTo(new[]
        {
            new SuiteViolation("order.lines[0].quantity", "must be between 1 and 1000000.", "INVALID_REQUEST"),
        }));
        Assert.That(error.InnerException, Is.InstanceOf<RpcException>());
    }

    [Test]
    public async Task What_stands_in_the_way_is_named()
    {
        using var shop = new Shop();
        shop.Fake.SetUserState(shop.Customer, Contracts.Users.V1.User.Types.State.Suspended);

        var error = (await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Orders.CreateAsync(shop.Order())))!;

        Assert.That((error.Code, error.Reason), Is.EqualTo((StatusCode.FailedPrecondition, ErrorReason.CustomerNotFound)));
        Assert.That(error.Metadata["resource"], Is.EqualTo(shop.Customer));
        Assert.That(error.Violations[0].Field, Is.EqualTo(shop.Customer));
    }

    [Test]
    public void A_reason_this_version_does_not_know_is_kept_by_name()
    {
        var failure = CallFailure.Read(Status(new ErrorInfo { Domain = "suite", Reason = "FROM_THE_FUTURE" }).ToRpcException());

        Assert.That((failure.Reason, failure.ReasonName), Is.EqualTo((ErrorReason.Unspecified, "FROM_THE_FUTURE")));
    }

    [Test]
    public async Task The_trace_id_is_the_services_where_it_tells_one_and_else_the_callers()
    {
        using var shop = new Shop();
        shop.Fake.ReplyNext("GetOrder", _ => throw Status(
            new ErrorInfo { Domain = "suite", Reason = "INTERNAL_ERROR", Metadata = { ["trace_id"] = "0af7651916cd43dd8448eb211c80319c" } }).ToRpcException());
        var told = (await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Orders.GetAsync("orders/it")))!;

        using var activity = new Activity("test").Start();
        var own = (await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Orders.GetAsync("orders/none")))!;

        Assert.That(told.TraceId, Is.EqualTo("0af7651916cd43dd8448eb211c80319c"));
        Assert.That(own.TraceId, Is.EqualTo(activity.TraceId.ToString()));
    }

    [Test]
    public void Details_that_are_none_do_not_hide_the_status()
    {
        var exception = new RpcException(
            new Grpc.Core.Status(StatusCode.NotFound, "gone"), new Metadata { { "grpc-status-details-bin", [0xff, 0xff, 0xff] } });

        var failure = CallFailure.Read(exception);

        Assert.That((failure.Code, failure.Detail), Is.EqualTo((StatusCode.NotFound, "gone")));
    }

    [Test]
    public async Task The_message_says_what_failed_why_and_how_often_it_was_tried()
    {
        using var shop = new Shop();

        var error = (await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Orders.GetAsync("orders/none")))!;

        Assert.That(
            error.Message,
            Is.EqualTo("suite.order.v1.OrderService/GetOrder: NotFound (RESOURCE_NOT_FOUND): orders/none was not found. [1 attempt]"));
    }

    private static RpcStatus Status(ErrorInfo info) => new() { Code = (int)StatusCode.Internal, Message = "it broke", Details = { Any.Pack(info) } };
}
