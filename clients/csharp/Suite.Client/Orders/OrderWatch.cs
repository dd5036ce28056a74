using System.Runtime.CompilerServices;
using Grpc.Core;
using Suite.Contracts.Orders.V1;

namespace Suite.Client;

/// <summary>Watches one order over as many streams as it takes.</summary>
internal static class OrderWatch
{
    // A stream that held this long was a connection; that it broke is news, not one more failure in a row.
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(10);

    private static readonly RpcName Name = new(OrdersClient.Name, "WatchOrder");

    public static async IAsyncEnumerable<Order> RunAsync(
        CallEnvironment environment,
        ServiceEndpoint endpoint,
        string name,
        long afterVersion,
        SuiteCallOptions? options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var session = new CallSession(environment, endpoint, Name, null, options, isStream: true, cancellationToken);
        var seen = afterVersion;
        while (true)
        {
            AsyncServerStreamingCall<WatchOrderResponse>? call = null;
            var started = environment.Time.GetTimestamp();
            try
            {
                Exception? failure = null;
                try
                {
                    call = await StartAsync(session, endpoint, new WatchOrderRequest { Name = name, AfterVersion = seen }).ConfigureAwait(false);
                }
                catch (Exception e) when (e is RpcException or OperationCanceledException)
                {
                    failure = e;
                }

                while (failure is null)
                {
                    Order order;
                    try
                    {
                        if (!await call!.ResponseStream.MoveNext(session.Ending).ConfigureAwait(false))
                        {
                            session.Succeed();
                            yield break;
                        }

                        order = call.ResponseStream.Current.Order;
                    }
                    catch (Exception e) when (e is RpcException or OperationCanceledException)
                    {
                        failure = e;
                        break;
                    }

                    session.Progressed();
                    if (order.Version > seen)
                    {
                        seen = order.Version;
                        yield return order;
                    }
                }

                if (environment.Time.GetElapsedTime(started) >= Held)
                {
                    session.Progressed();
                }

                await session.RecoverAsync(failure!).ConfigureAwait(false);
            }
            finally
            {
                call?.Dispose();
            }
        }
    }

    private static async Task<AsyncServerStreamingCall<WatchOrderResponse>> StartAsync(
        CallSession session, ServiceEndpoint endpoint, WatchOrderRequest request)
    {
        session.StartAttempt();
        var options = await session.PrepareAsync().ConfigureAwait(false);
        return new OrderService.OrderServiceClient(endpoint.Invoker).WatchOrder(request, options);
    }
}
