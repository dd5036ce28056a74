using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;

namespace Suite.Client.Testing;

/// <summary>Streams of every service.</summary>
internal static class FakeStreams
{
    public static async Task WatchAsync(
        FakeState state,
        FakeCaller caller,
        ScriptStep step,
        WatchOrderRequest request,
        Action<IMessage> send,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        await BeginAsync(step, time, cancellationToken).ConfigureAwait(false);
        var seen = request.AfterVersion;
        var sent = 0;
        while (true)
        {
            var change = state.NextChange();
            var (orders, isFinal) = state.Read(caller, s => After(FakeOrders.Find(s, request.Name), seen))[0];
            foreach (var order in orders)
            {
                ThrowWhenDue(step, sent++);
                send(new WatchOrderResponse { Order = order });
                seen = order.Version;
            }

            ThrowWhenDue(step, sent);
            if (isFinal)
            {
                return;
            }

            await change.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A stream that ends by itself, or that was scripted to be one message.</summary>
    public static async Task WalkAsync(
        FakeState state,
        FakeCaller caller,
        ScriptStep step,
        string method,
        IMessage request,
        Action<IMessage> send,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        await BeginAsync(step, time, cancellationToken).ConfigureAwait(false);
        var messages = step.Reply is { } reply ? [reply(request)] : state.Read(caller, s => FakeWalks.Messages(s, method, request));
        for (var sent = 0; sent < messages.Count; sent++)
        {
            ThrowWhenDue(step, sent);
            send(messages[sent]);
        }

        ThrowWhenDue(step, messages.Count);
    }

    public static async Task ImportAsync(
        FakeState state,
        FakeCaller caller,
        CallScript script,
        IAsyncEnumerable<ImportOrdersRequest> requests,
        Action<IMessage> send,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var step = script.Next("ImportOrders");
        await BeginAsync(step, time, cancellationToken).ConfigureAwait(false);
        var sent = 0;
        await foreach (var request in requests.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (script.ImportBreaker?.Invoke(request.Order) is { } code)
            {
                throw FakeErrors.Make(code, ErrorReason.Unspecified, "The stream was broken by its script.");
            }

            var answer = await AnswerAsync(state, caller, script.Next("CreateOrder"), request.Order, time, cancellationToken).ConfigureAwait(false);
            ThrowWhenDue(step, sent++);
            send(answer);
        }
    }

    private static async Task<ImportOrdersResponse> AnswerAsync(
        FakeState state, FakeCaller caller, ScriptStep step, CreateOrderRequest request, TimeProvider time, CancellationToken cancellationToken)
    {
        var answer = new ImportOrdersResponse { RequestId = request.RequestId };
        try
        {
            await BeginAsync(step, time, cancellationToken).ConfigureAwait(false);
            answer.Order = step.Reply is { } reply ? (Order)reply(request) : state.Write(caller, s => FakeOrders.Create(s, request));
            if (step.Failure is { } failure)
            {
                throw failure();
            }
        }
        catch (RpcException e)
        {
            answer.Error = e.GetRpcStatus() ?? new Google.Rpc.Status { Code = (int)e.StatusCode, Message = e.Status.Detail };
        }

        return answer;
    }

    private static IEnumerable<(IReadOnlyList<Order> Orders, bool IsFinal)> After(FakeOrder order, long version) =>
        [(order.After(version), order.IsFinal)];

    private static async Task BeginAsync(ScriptStep step, TimeProvider time, CancellationToken cancellationToken)
    {
        if (step.Delay > TimeSpan.Zero)
        {
            await Task.Delay(step.Delay, time, cancellationToken).ConfigureAwait(false);
        }

        if (step.Failure is { } failure && !step.AfterEffect)
        {
            throw failure();
        }
    }

    private static void ThrowWhenDue(ScriptStep step, int sent)
    {
        if (step.Failure is { } failure && step.AfterEffect && sent >= step.AfterMessages)
        {
            throw failure();
        }
    }
}
