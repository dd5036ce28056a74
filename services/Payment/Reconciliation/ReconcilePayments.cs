using System.Runtime.CompilerServices;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Providers;
using Suite.Platform.Naming;

namespace Suite.Payments.Reconciliation;

/// <summary>
/// Walks all payments of a time twice, with a page of each record in memory: by id, beside the postings and what the provider lists for
/// the same time; and by order, beside the orders, both from the newest to the oldest. What differs is looked at again
/// (<see cref="Doubts"/>) before it is told.
/// </summary>
internal sealed class ReconcilePayments(
    PaymentFactsStore store, IPaymentProvider provider, IOrderRecord orders, ReconciliationOptions options, TimeProvider time)
{
    private const int MostDoubts = 5000;
    private const int MostPerMessage = 500;

    /// <summary>Compares; tells how far it is, what was found, and at last the sums.</summary>
    /// <param name="from">Only payments made from then on.</param>
    /// <param name="until">Only payments made before then; those that are made meanwhile are left to the next run.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<ReconcilePaymentsResponse> RunAsync(
        DateTimeOffset? from, DateTimeOffset? until, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var period = new Period(from?.ToUniversalTime() ?? DateTimeOffset.UnixEpoch, until?.ToUniversalTime() is { } end && end < now ? end : now);
        var doubts = new Doubts(store, provider, orders, options, time);
        var totals = new ReconciledTotals();
        var progress = new ReconcilePaymentsResponse();
        await foreach (var pageWasLast in WalkPaymentsAsync(period, doubts, totals, progress, cancellationToken))
        {
            foreach (var message in await TellAsync(doubts, progress, isDue: false, cancellationToken))
            {
                yield return message;
            }
        }

        await foreach (var count in WalkOrdersAsync(period, doubts, cancellationToken))
        {
            if (doubts.Count >= MostDoubts)
            {
                foreach (var message in await TellAsync(doubts, progress, isDue: true, cancellationToken))
                {
                    yield return message;
                }
            }
        }

        var last = await TellAsync(doubts, progress, isDue: true, cancellationToken);
        foreach (var message in last.SkipLast(1))
        {
            yield return message;
        }

        last[^1].Done = true;
        last[^1].Sums.Add(totals.ToProto());
        yield return last[^1];
    }

    /// <summary>Payments by id, with their postings, beside the provider's for the same time. One item a page.</summary>
    private async IAsyncEnumerable<bool> WalkPaymentsAsync(
        Period period,
        Doubts doubts,
        ReconciledTotals totals,
        ReconcilePaymentsResponse progress,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (after, begin) = (period.FirstId, period.From);
        while (true)
        {
            var page = await store.PageAsync(period, after, options.PageSize, cancellationToken);
            var isLast = page.Count < options.PageSize;
            // The provider's record is read in the same steps of time, without a gap and without an overlap.
            var end = isLast ? period.Until : Later(begin, page.Max(p => p.CreateTime));
            foreach (var payment in page)
            {
                totals.Add(payment);
                doubts.AddPayment(payment.Id, Comparison.WithLedger(payment));
            }

            progress.ProviderPayments += await CompareWithProviderAsync(page, new Period(begin, end), doubts, cancellationToken);
            progress.Payments += page.Count;
            yield return isLast;
            if (isLast)
            {
                yield break;
            }

            (after, begin) = (page[^1].Id, end);
        }
    }

    private async Task<long> CompareWithProviderAsync(
        IReadOnlyList<PaymentFacts> page, Period period, Doubts doubts, CancellationToken cancellationToken)
    {
        var waiting = page.ToDictionary(payment => payment.Id);
        var strangers = new List<ProviderPayment>();
        var count = 0L;
        if (period.From < period.Until)
        {
            await foreach (var listed in provider.ListPaymentsAsync(period.From, period.Until, cancellationToken))
            {
                count++;
                if (listed.PaymentId is { } id && waiting.Remove(id, out var payment))
                {
                    doubts.AddPayment(id, Comparison.WithProvider(payment, listed));
                    continue;
                }

                strangers.Add(listed);
                if (strangers.Count == options.PageSize)
                {
                    await doubts.MeetAsync(strangers, cancellationToken);
                    strangers.Clear();
                }
            }
        }

        await doubts.MeetAsync(strangers, cancellationToken);
        // The provider may have begun with some of them later, and has them in another step of time: the second look finds out.
        foreach (var payment in waiting.Values)
        {
            doubts.AddPayment(payment.Id, Comparison.WithProvider(payment, null));
        }

        return count;
    }

    /// <summary>Orders and payments side by side, in order of the order's id. One item an order.</summary>
    private async IAsyncEnumerable<long> WalkOrdersAsync(
        Period period, Doubts doubts, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var count = 0L;
        await using var payments = PaymentsByOrderAsync(period, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var payment = await NextAsync(payments);
        await foreach (var order in orders.ListAsync(period.Wider, cancellationToken))
        {
            var id = ResourceName.ParseGuid(Domain.Payment.Orders, order.Name);
            while (payment is not null && payment.OrderId.CompareTo(id) > 0)
            {
                doubts.AddOrder(payment.OrderId, Comparison.OfOrder(null, payment));
                payment = await NextAsync(payments);
            }

            var isPaid = payment?.OrderId == id;
            doubts.AddOrder(id, Comparison.OfOrder(order, isPaid ? payment : null));
            payment = isPaid ? await NextAsync(payments) : payment;
            yield return ++count;
        }

        for (; payment is not null; payment = await NextAsync(payments))
        {
            doubts.AddOrder(payment.OrderId, Comparison.OfOrder(null, payment));
            yield return count;
        }
    }

    private async IAsyncEnumerable<PaymentFacts> PaymentsByOrderAsync(Period period, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var before = Guid.AllBitsSet;
        IReadOnlyList<PaymentFacts> page;
        do
        {
            page = await store.PageByOrderAsync(period, before, options.PageSize, cancellationToken);
            foreach (var payment in page)
            {
                before = payment.OrderId;
                yield return payment;
            }
        }
        while (page.Count == options.PageSize);
    }

    /// <summary>What is to be told now: at least one message, so that whoever waits knows that it goes on.</summary>
    private static async Task<List<ReconcilePaymentsResponse>> TellAsync(
        Doubts doubts, ReconcilePaymentsResponse progress, bool isDue, CancellationToken cancellationToken)
    {
        var differences = isDue || doubts.Count >= MostDoubts ? await doubts.SettleAsync(cancellationToken) : [];
        var messages = new List<ReconcilePaymentsResponse>();
        foreach (var part in differences.Chunk(MostPerMessage).DefaultIfEmpty([]))
        {
            progress.DifferenceCount += part.Length;
            var message = progress.Clone();
            message.Differences.Add(part);
            messages.Add(message);
        }

        return messages;
    }

    private static DateTimeOffset Later(DateTimeOffset begin, DateTimeOffset last) => last.AddMicroseconds(1) is var end && end > begin ? end : begin;

    private static async ValueTask<PaymentFacts?> NextAsync(IAsyncEnumerator<PaymentFacts> payments) =>
        await payments.MoveNextAsync() ? payments.Current : null;
}
