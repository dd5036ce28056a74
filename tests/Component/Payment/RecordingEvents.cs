using System.Collections.Concurrent;
using Suite.Payments.Providers;

namespace Suite.Tests.Component.Payments;

/// <summary>Takes provider events in as Payment does: each once, and none of payments it does not know.</summary>
internal sealed class RecordingEvents : IProviderEvents
{
    private readonly ConcurrentDictionary<(string, string), bool> _known = new();
    private int _failures;

    /// <summary>What was taken in, in order.</summary>
    public ConcurrentQueue<ProviderEvent> Taken { get; } = new();

    /// <summary>Every verdict that was given.</summary>
    public ConcurrentQueue<ProviderEventVerdict> Verdicts { get; } = new();

    /// <summary>Which payments are unknown.</summary>
    public Func<Guid?, bool> IsUnknown { get; set; } = _ => false;

    /// <summary>How many events fail before one is taken in.</summary>
    public int Failures
    {
        get => Volatile.Read(ref _failures);
        set => Volatile.Write(ref _failures, value);
    }

    public Task<ProviderEventVerdict> TakeAsync(ProviderEvent providerEvent, CancellationToken cancellationToken)
    {
        if (Interlocked.Decrement(ref _failures) >= 0)
        {
            throw new TimeoutException("The database is away.");
        }

        var verdict = IsUnknown(providerEvent.PaymentId) ? ProviderEventVerdict.UnknownPayment
            : _known.TryAdd((providerEvent.Provider, providerEvent.EventId), true) ? ProviderEventVerdict.Accepted
            : ProviderEventVerdict.Repeated;
        if (verdict == ProviderEventVerdict.Accepted)
        {
            Taken.Enqueue(providerEvent);
        }

        Verdicts.Enqueue(verdict);
        return Task.FromResult(verdict);
    }

    /// <summary>What was told of a payment: the step's kind and answer, or the state of a dispute.</summary>
    public IReadOnlyList<string> Of(Guid payment) => [.. Taken.Where(e => e.PaymentId == payment).Select(e => e switch
    {
        ProviderEvent.StepAnswered step => $"{step.Kind} {step.Answer.GetType().Name}",
        ProviderEvent.DisputeChanged dispute => $"dispute {dispute.State} {dispute.Amount.MinorUnits} {dispute.Amount.CurrencyCode}",
        _ => e.GetType().Name,
    })];
}
