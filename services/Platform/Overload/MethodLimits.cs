using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Suite.Platform.Security;

namespace Suite.Platform.Overload;

/// <summary>
/// The limits of all methods, a method each: one that hangs holds its own places and nobody else's. The meter <c>Suite.Overload</c>
/// tells of them.
/// </summary>
internal sealed class MethodLimits : IDisposable
{
    public const string MeterName = "Suite.Overload";

    private static readonly TimeSpan s_logEvery = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, AdaptiveLimit> _limits = new(StringComparer.Ordinal);
    private readonly OverloadOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<MethodLimits> _logger;
    private readonly Meter _meter;
    private readonly Counter<long> _refusals;
    private long _loggedAt;

    public MethodLimits(OverloadOptions options, TimeProvider time, IMeterFactory meters, ILogger<MethodLimits> logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _meter = meters.Create(MeterName);
        _refusals = _meter.CreateCounter<long>("suite.overload.refusals", "{call}", "Calls that were refused before any work.");
        _meter.CreateObservableGauge("suite.overload.limit", () => Measure(limit => limit.Most), "{call}", "Calls of a method that may run at once now.");
        _meter.CreateObservableGauge("suite.overload.running", () => Measure(limit => limit.Running), "{call}", "Calls of a method that run now.");
    }

    /// <summary>
    /// The limit of an endpoint's method; null where there is none: no gRPC method, health and reflection, what finishes work, and
    /// streams, which last as long as their caller likes.
    /// </summary>
    public AdaptiveLimit? Of(Endpoint? endpoint) =>
        _options.Most is not null
        && endpoint?.Metadata.GetMetadata<GrpcMethodMetadata>() is { Method: { Type: MethodType.Unary } method }
        && !MethodPolicies.IsOpen(method)
        && endpoint.Metadata.GetMetadata<FinishesWorkAttribute>() is null
            ? _limits.GetOrAdd(method.FullName, static (_, self) => new AdaptiveLimit(self._options, self._time), this)
            : null;

    /// <summary>Notes that a call was refused.</summary>
    public void Refused(string method, AdaptiveLimit limit)
    {
        _refusals.Add(1, new KeyValuePair<string, object?>("rpc.method", method));
        var now = _time.GetTimestamp();
        var logged = Interlocked.Read(ref _loggedAt);
        if ((logged == 0 || _time.GetElapsedTime(logged, now) > s_logEvery) && Interlocked.CompareExchange(ref _loggedAt, now, logged) == logged)
        {
            OverloadLog.Refusing(_logger, method, limit.Most);
        }
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<int>> Measure(Func<AdaptiveLimit, int> value)
    {
        foreach (var (method, limit) in _limits)
        {
            yield return new Measurement<int>(value(limit), new KeyValuePair<string, object?>("rpc.method", method));
        }
    }
}
