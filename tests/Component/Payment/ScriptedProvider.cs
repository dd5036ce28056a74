using System.Collections.Concurrent;
using Suite.Payments.Domain;
using Suite.Payments.Providers;

namespace Suite.Tests.Component.Payments;

/// <summary>
/// A provider whose answers the test decides on while the call runs. It remembers what it did under which key, as a real one does: a key
/// that comes again gets the same answer, and what is asked for is found.
/// </summary>
internal sealed class ScriptedProvider(Func<string, string, CancellationToken, Task<ProviderAnswer>>? authorize = null) : IPaymentProvider
{
    private readonly ConcurrentDictionary<string, ProviderAnswer> _done = new();

    /// <summary>Every authorization asked for: key and payment method.</summary>
    public ConcurrentQueue<(string Key, string PaymentMethod)> Authorizations { get; } = new();

    /// <summary>Every void asked for: key and reference.</summary>
    public ConcurrentQueue<(string Key, string Reference)> Voids { get; } = new();

    public ConcurrentQueue<ProviderCapture> Captures { get; } = new();

    public ConcurrentQueue<ProviderRefund> Refunds { get; } = new();

    /// <summary>Every question for an outcome.</summary>
    public ConcurrentQueue<ProviderQuery> Finds { get; } = new();

    /// <summary>How often a void fails before it works.</summary>
    public int VoidFailures { get; set; }

    /// <summary>What a capture, void or refund is answered with, by its key; approved when not set.</summary>
    public Func<StepKind, string, CancellationToken, Task<ProviderAnswer>>? OnStep { get; set; }

    /// <summary>What a question for an outcome is answered with; what was done when not set.</summary>
    public Func<ProviderQuery, ProviderAnswer?>? OnFind { get; set; }

    /// <summary>It plays the simulator: accounts are named after it.</summary>
    public string Name { get; init; } = "simulator";

    public bool CanCaptureSeveralTimes { get; init; } = true;

    /// <summary>An answer that never comes.</summary>
    public static async Task<ProviderAnswer> NeverAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        throw new InvalidOperationException("Never is over.");
    }

    /// <summary>Has the provider do something without anybody hearing of it.</summary>
    public void Know(string key, ProviderAnswer answer) => _done[key] = answer;

    public async Task<ProviderAnswer> AuthorizeAsync(ProviderAuthorization call, CancellationToken cancellationToken)
    {
        Authorizations.Enqueue((call.Key, call.PaymentMethod));
        return authorize is null
            ? _done.GetOrAdd(call.Key, key => new ProviderAnswer.Approved($"ref_{key}"))
            : _done[call.Key] = await authorize(call.Key, call.PaymentMethod, cancellationToken);
    }

    public Task<ProviderAnswer> VoidAsync(ProviderVoid call, CancellationToken cancellationToken)
    {
        Voids.Enqueue((call.Key, call.Reference));
        return Voids.Count <= VoidFailures ? throw new ProviderException("Not now.") : StepAsync(StepKind.Void, call.Key, cancellationToken);
    }

    public Task<ProviderAnswer> CaptureAsync(ProviderCapture call, CancellationToken cancellationToken)
    {
        Captures.Enqueue(call);
        return StepAsync(StepKind.Capture, call.Key, cancellationToken);
    }

    public Task<ProviderAnswer> RefundAsync(ProviderRefund call, CancellationToken cancellationToken)
    {
        Refunds.Enqueue(call);
        return StepAsync(StepKind.Refund, call.Key, cancellationToken);
    }

    public Task<ProviderAnswer?> FindAsync(ProviderQuery query, CancellationToken cancellationToken)
    {
        Finds.Enqueue(query);
        return Task.FromResult(OnFind is null ? _done.GetValueOrDefault(query.Key) : OnFind(query));
    }

    public IAsyncEnumerable<ProviderPayment> ListPaymentsAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{from} {until}");

    private async Task<ProviderAnswer> StepAsync(StepKind kind, string key, CancellationToken cancellationToken)
    {
        if (_done.TryGetValue(key, out var known))
        {
            return known;
        }

        var answer = OnStep is null ? new ProviderAnswer.Approved($"step_{key}") : await OnStep(kind, key, cancellationToken);
        return answer is ProviderAnswer.Pending ? answer : _done.GetOrAdd(key, answer);
    }
}
