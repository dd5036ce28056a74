using Grpc.Core;
using Suite.Contracts.Orders.V1;

namespace Suite.Client.Testing;

/// <summary>The steps that wait for the next calls of each method.</summary>
internal sealed class CallScript
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<ScriptStep>> _steps = new(StringComparer.Ordinal);

    /// <summary>Ends the stream of an import when it meets a request.</summary>
    public Func<CreateOrderRequest, StatusCode?>? ImportBreaker { get; set; }

    /// <summary>Adds a step for the next call of a method, behind those that wait already.</summary>
    public void Add(string method, ScriptStep step, int times)
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        lock (_lock)
        {
            var name = ShortName(method);
            if (!_steps.TryGetValue(name, out var steps))
            {
                _steps[name] = steps = new Queue<ScriptStep>();
            }

            for (var i = 0; i < times; i++)
            {
                steps.Enqueue(step);
            }
        }
    }

    public ScriptStep Next(string method)
    {
        lock (_lock)
        {
            return _steps.TryGetValue(ShortName(method), out var steps) && steps.TryDequeue(out var step) ? step : ScriptStep.Nothing;
        }
    }

    private static string ShortName(string method) => method[(method.LastIndexOf('/') + 1)..];
}
