using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Suite.Contracts.Orders.V1;
using Suite.Platform.Naming;

namespace Suite.Payments.Reconciliation;

/// <summary>Asks the Order service, page by page. The client is made at the first call: a service that never reconciles needs no address.</summary>
internal sealed class OrderRecord(IServiceProvider services, TimeProvider time) : IOrderRecord
{
    private const int PageSize = 1000;
    private const int Parallel = 8;
    private const int MostAttempts = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private OrderService.OrderServiceClient Client => services.GetRequiredService<OrderService.OrderServiceClient>();

    public async IAsyncEnumerable<Order> ListAsync(Period period, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListOrdersRequest
        {
            PageSize = PageSize,
            Filter = $"create_time >= \"{Text(period.From)}\" AND create_time < \"{Text(period.Until)}\"",
        };
        do
        {
            var page = await AskAsync(deadline => Client.ListOrdersAsync(request, null, deadline, cancellationToken), cancellationToken);
            foreach (var order in page.Orders)
            {
                yield return order;
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    public async Task<IReadOnlyDictionary<Guid, Order>> FindAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<Guid, Order>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken };
        await System.Threading.Tasks.Parallel.ForEachAsync(ids, options, async (id, token) =>
        {
            try
            {
                var request = new GetOrderRequest { Name = ResourceName.Format(Domain.Payment.Orders, id) };
                found[id] = await AskAsync(deadline => Client.GetOrderAsync(request, null, deadline, token), token);
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
            {
            }
        });
        return found;
    }

    // A replica that stops, or has too much to do: a walk over everything is not given up for that.
    private async Task<T> AskAsync<T>(Func<DateTime, AsyncUnaryCall<T>> ask, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var call = ask(time.GetUtcNow().UtcDateTime + Patience);
                return await call.ResponseAsync;
            }
            catch (RpcException e) when (attempt < MostAttempts
                && e.StatusCode is StatusCode.Unavailable or StatusCode.ResourceExhausted or StatusCode.DeadlineExceeded
                && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(Pause * attempt, time, cancellationToken);
            }
        }
    }

    private static string Text(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
