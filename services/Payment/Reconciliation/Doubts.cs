using Suite.Contracts.Payments.V1;
using Suite.Payments.Providers;

namespace Suite.Payments.Reconciliation;

/// <summary>
/// What differed at the first look. Records are not read at one moment, and what is in flight differs for a while: only what is the
/// same difference again, some seconds later and read anew, is one.
/// </summary>
internal sealed class Doubts(PaymentFactsStore store, IPaymentProvider provider, IOrderRecord orders, ReconciliationOptions options, TimeProvider time)
{
    private const int MostLooks = 3;

    private readonly Dictionary<Guid, string> _payments = [];
    private readonly Dictionary<Guid, string> _orders = [];
    private readonly Dictionary<string, ProviderPayment> _strangers = new(StringComparer.Ordinal);
    private DateTimeOffset _latest;

    public int Count => _payments.Count + _orders.Count + _strangers.Count;

    /// <summary>A payment that differs from the ledger or the provider.</summary>
    public void AddPayment(Guid id, IEnumerable<Difference> differences) => Add(_payments, id, differences);

    /// <summary>An order that differs from its payment.</summary>
    public void AddOrder(Guid id, IEnumerable<Difference> differences) => Add(_orders, id, differences);

    /// <summary>Takes what the provider listed and no page of payments had: compares what is known here after all.</summary>
    public async Task MeetAsync(IReadOnlyList<ProviderPayment> strangers, CancellationToken cancellationToken)
    {
        foreach (var (listed, payment) in await RecognizeAsync(strangers, cancellationToken))
        {
            if (payment is null)
            {
                _latest = time.GetUtcNow();
                _strangers[listed.Reference] = listed;
            }
            else
            {
                AddPayment(payment.Id, Comparison.WithProvider(payment, listed));
            }
        }
    }

    /// <summary>Looks again at all there is, and returns what still differs in the same way.</summary>
    public async Task<IReadOnlyList<Difference>> SettleAsync(CancellationToken cancellationToken)
    {
        var differences = new List<Difference>();
        for (var look = 1; Count > 0 && look <= MostLooks; look++)
        {
            if (_latest + options.Pause - time.GetUtcNow() is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, cancellationToken);
            }

            _latest = time.GetUtcNow();
            var isLast = look == MostLooks;
            Judge(_payments, await LookAtPaymentsAsync(cancellationToken), isLast, differences);
            Judge(_orders, await LookAtOrdersAsync(cancellationToken), isLast, differences);
            differences.AddRange((await RecognizeAsync([.. _strangers.Values], cancellationToken))
                .Where(pair => pair.Payment is null)
                .Select(pair => Comparison.OfProviderAlone(pair.Listed)));
            _strangers.Clear();
        }

        return differences;
    }

    private void Add(Dictionary<Guid, string> doubts, Guid id, IEnumerable<Difference> differences)
    {
        var all = differences.ToList();
        if (all.Count > 0)
        {
            _latest = time.GetUtcNow();
            // One that was found twice in one walk is a doubt about all of it.
            doubts[id] = doubts.ContainsKey(id) ? string.Empty : Text(all);
        }
    }

    // What differs in another way than before is in motion: it gets another look, and at last is told as it is.
    private static void Judge(
        Dictionary<Guid, string> doubts, IReadOnlyDictionary<Guid, List<Difference>> found, bool isLast, List<Difference> differences)
    {
        foreach (var (id, before) in doubts.ToList())
        {
            var now = found.GetValueOrDefault(id) ?? [];
            if (now.Count == 0)
            {
                doubts.Remove(id);
            }
            else if (isLast || before == Text(now))
            {
                doubts.Remove(id);
                differences.AddRange(now);
            }
            else
            {
                doubts[id] = Text(now);
            }
        }
    }

    private async Task<IReadOnlyDictionary<Guid, List<Difference>>> LookAtPaymentsAsync(CancellationToken cancellationToken)
    {
        if (_payments.Count == 0)
        {
            return new Dictionary<Guid, List<Difference>>();
        }

        var payments = (await store.FindAsync(_payments.Keys, cancellationToken)).ToDictionary(p => p.Id);
        var listed = payments.Keys.ToDictionary(id => id, _ => new List<ProviderPayment>());
        // The provider was asked between the payment's making and its answer.
        var periods = Period.Join(payments.Values.Select(p => new Period(p.CreateTime, p.OutcomeTime ?? time.GetUtcNow()).Wider));
        foreach (var period in periods)
        {
            await foreach (var one in provider.ListPaymentsAsync(period.From, period.Until, cancellationToken))
            {
                if (one.PaymentId is { } id && listed.TryGetValue(id, out var ofPayment))
                {
                    ofPayment.Add(one);
                }
            }
        }

        // Read again behind what the provider said, so that a step that ended meanwhile is seen to have ended.
        payments = (await store.FindAsync(_payments.Keys, cancellationToken)).ToDictionary(p => p.Id);
        return payments.Values.ToDictionary(
            p => p.Id,
            p => (List<Difference>)[.. Comparison.WithLedger(p), .. listed.GetValueOrDefault(p.Id) is { Count: > 0 } ones
                ? ones.SelectMany(one => Comparison.WithProvider(p, one))
                : Comparison.WithProvider(p, null)]);
    }

    private async Task<IReadOnlyDictionary<Guid, List<Difference>>> LookAtOrdersAsync(CancellationToken cancellationToken)
    {
        if (_orders.Count == 0)
        {
            return new Dictionary<Guid, List<Difference>>();
        }

        // Orders first: what they know of payments has happened there before.
        var known = await orders.FindAsync(_orders.Keys, cancellationToken);
        var payments = (await store.FindByOrdersAsync(_orders.Keys, cancellationToken)).ToDictionary(p => p.OrderId);
        return _orders.Keys.ToDictionary(id => id, id => Comparison.OfOrder(known.GetValueOrDefault(id), payments.GetValueOrDefault(id)).ToList());
    }

    private async Task<IReadOnlyList<(ProviderPayment Listed, PaymentFacts? Payment)>> RecognizeAsync(
        IReadOnlyList<ProviderPayment> strangers, CancellationToken cancellationToken)
    {
        if (strangers.Count == 0)
        {
            return [];
        }

        var references = await store.FindReferencesAsync(
            [.. strangers.Where(s => s.PaymentId is null).Select(s => s.Reference)], cancellationToken);
        var ids = strangers.Select(s => s.PaymentId ?? (references.TryGetValue(s.Reference, out var id) ? id : (Guid?)null)).ToList();
        var payments = (await store.FindAsync([.. ids.OfType<Guid>().Distinct()], cancellationToken)).ToDictionary(p => p.Id);
        return [.. strangers.Zip(ids, (listed, id) => (listed, id is { } known ? payments.GetValueOrDefault(known) : null))];
    }

    private static string Text(IEnumerable<Difference> differences) =>
        string.Join('\n', differences.Select(d => $"{d.Kind} {d.Resource} {d.Field} {d.Expected} {d.Found}").Order(StringComparer.Ordinal));
}
