using Google.Protobuf.Collections;
using Grpc.Core;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Contracts.Users.V1;
using Suite.Faults.History;
using Suite.Faults.Load;
using Suite.Local;

namespace Suite.Faults.Running;

/// <summary>Reads everything by the public API when nothing moves.</summary>
internal sealed class FinalReading(Lines lines, CancellationToken cancellationToken)
{
    private const int PageSize = 500;
    private const int AtOnce = 8;

    /// <summary>Reads until two readings of the balances, before and after the rest, agree.</summary>
    /// <exception cref="SuiteLocalException">They never do.</exception>
    public async Task<FinalState> RunAsync(RunHistory history)
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var before = await BalanceAsync();
            var state = await ReadAsync(history.Now);
            var after = await BalanceAsync();
            if (before.Equals(after))
            {
                return history.Add(state with { At = history.Now, TrialBalance = LedgerSeen.Of(after).Currencies });
            }
        }

        throw new SuiteLocalException("The balances do not come to rest.");
    }

    private async Task<GetTrialBalanceResponse> BalanceAsync()
    {
        var balance = await lines.Ledger(0).GetTrialBalanceAsync(new GetTrialBalanceRequest(), cancellationToken: cancellationToken);
        balance.AsOf = null;
        return balance;
    }

    private async Task<FinalState> ReadAsync(TimeSpan at)
    {
        var orders = await PagesAsync(async token =>
        {
            var page = await lines.Orders(0).ListOrdersAsync(
                new ListOrdersRequest { PageSize = PageSize, PageToken = token }, cancellationToken: cancellationToken);
            return (page.Orders, page.NextPageToken);
        });
        var payments = await PagesAsync(async token =>
        {
            var page = await lines.Payments(0).ListPaymentsAsync(
                new ListPaymentsRequest { PageSize = PageSize, PageToken = token }, cancellationToken: cancellationToken);
            return (page.Payments, page.NextPageToken);
        });
        var users = await PagesAsync(async token =>
        {
            var page = await lines.Users(0).ListUsersAsync(
                new ListUsersRequest { PageSize = PageSize, PageToken = token }, cancellationToken: cancellationToken);
            return (page.Users, page.NextPageToken);
        });
        var products = await PagesAsync(async token =>
        {
            var page = await lines.Products(0).ListProductsAsync(
                new ListProductsRequest { PageSize = PageSize, PageToken = token }, cancellationToken: cancellationToken);
            return (page.Products, page.NextPageToken);
        });
        var accounts = await PagesAsync(async token =>
        {
            var page = await lines.Ledger(0).ListAccountsAsync(
                new ListAccountsRequest { PageSize = PageSize, PageToken = token }, cancellationToken: cancellationToken);
            return (page.Accounts, page.NextPageToken);
        });
        return new FinalState
        {
            At = at,
            Users = [.. users.Select(UserFacts.Of)],
            Products = [.. products.Select(product => product.Name)],
            Orders = [.. orders.Select(OrderFacts.Of)],
            Payments = await EachAsync(payments, PaymentAsync),
            Events = [.. (await EachAsync(orders, EventsAsync)).SelectMany(events => events)],
            Postings = await PostingsAsync(),
            Accounts = [.. accounts.SelectMany(AccountFacts.Of)],
            TrialBalance = [],
        };
    }

    private async Task<PaymentFacts> PaymentAsync(Payment payment) => PaymentFacts.Of(
        await lines.Payments(1).GetPaymentAsync(new GetPaymentRequest { Name = payment.Name }, cancellationToken: cancellationToken));

    private async Task<List<OrderEventFacts>> EventsAsync(Order order) =>
    [
        .. (await PagesAsync(async token =>
        {
            var page = await lines.Orders(1).ListOrderEventsAsync(
                new ListOrderEventsRequest { Parent = order.Name, PageSize = PageSize, PageToken = token }, cancellationToken: cancellationToken);
            return (page.Events, page.NextPageToken);
        })).Select(change => OrderEventFacts.Of(order.Name, change)),
    ];

    private async Task<List<PostingFacts>> PostingsAsync()
    {
        List<PostingFacts> postings = [];
        using var export = lines.Ledger(1).ExportTransactions(new ExportTransactionsRequest(), cancellationToken: cancellationToken);
        await foreach (var exported in export.ResponseStream.ReadAllAsync(cancellationToken))
        {
            postings.AddRange(exported.Transaction.Postings.Select(PostingFacts.Of));
        }

        return postings;
    }

    private static async Task<List<T>> PagesAsync<T>(Func<string, Task<(RepeatedField<T> Items, string Next)>> readAsync)
    {
        List<T> all = [];
        for (var token = string.Empty; ;)
        {
            var (items, next) = await readAsync(token);
            all.AddRange(items);
            if (next.Length == 0)
            {
                return all;
            }

            token = next;
        }
    }

    private async Task<TOut[]> EachAsync<TIn, TOut>(List<TIn> items, Func<TIn, Task<TOut>> readAsync)
    {
        var read = new TOut[items.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, items.Count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (i, _) => read[i] = await readAsync(items[i]));
        return read;
    }
}
