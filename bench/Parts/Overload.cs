using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Google.Rpc;
using Grpc.Core;
using Suite.Bench.Load;
using Suite.Bench.Measuring;
using Suite.Bench.Report;
using Suite.Contracts.Orders.V1;
using Suite.Local;

namespace Suite.Bench.Parts;

/// <summary>
/// CreateOrder by as many callers as it does best with, and by three times as many, by turns: how much useful work is left, how soon who
/// is too many hears of it, and whether the latency is back ten seconds later. Callers that are refused come back when they are told to.
/// </summary>
internal sealed class Overload(LocalSuite suite, Shop shop, BenchOptions options) : IDisposable
{
    private const int TopCallers = 128;
    private const int TooMany = 3 * TopCallers;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(10);

    private readonly Connections _connections = new(suite.Order.GrpcAddress, suite.AdminKeyFile);
    private readonly ConcurrentBag<long> _refusals = [];
    private OrderService.OrderServiceClient[] _clients = [];
    private long _placed;

    public void Dispose() => _connections.Dispose();

    public async Task<PartResult> RunAsync(CancellationToken cancellationToken)
    {
        _clients = _connections.Clients(channel => new OrderService.OrderServiceClient(channel));
        Progress.Say($"Overload: warming up");
        await PlaceAsync(TopCallers, options.WarmUp, cancellationToken);

        var (work, latency) = (new PairedRatio(), new PairedRatio());
        _refusals.Clear();
        for (var round = 0; round < options.Rounds; round++)
        {
            var top = await PlaceAsync(TopCallers, options.Window, cancellationToken);
            var refused = _refusals.Count;
            var over = await PlaceAsync(TooMany, 2 * options.Window, cancellationToken);
            refused = _refusals.Count - refused;
            await Task.Delay(s_pause, cancellationToken);
            var after = await PlaceAsync(TopCallers, options.Window, cancellationToken);
            work.Add(over.PerSecond, top.PerSecond);
            latency.Add(after.P50, top.P50);
            Progress.Say($"Overload, round {round + 1}: {top.PerSecond:0}/s by {TopCallers} callers, {over.PerSecond:0}/s by {TooMany}, {refused} refused; p50 {top.P50:0.0} ms before, {after.P50:0.0} ms after");
        }

        return new PartResult(
            BenchOptions.Overload, "CreateOrder under three times the callers it does best with", ["./build.sh bench --only overload"], Measurements(work, latency));
    }

    private List<Measurement> Measurements(PairedRatio work, PairedRatio latency)
    {
        List<Measurement> measurements =
        [
            Measurement.PerSecond(Text($"orders placed, {TooMany} callers"), Text($"{TopCallers} callers"), work) with { Target = Target.RatioAtLeast(0.8) },
            new Measurement("p50 ten seconds later", latency.Ours, "ms")
            {
                Against = new Comparison("before", latency.Theirs, latency.Ratio, latency.Lowest, latency.Highest),
            },
        ];
        if (!_refusals.IsEmpty)
        {
            var refusals = Latencies.OfTimestamps(_refusals);
            measurements.Add(new Measurement("refusal, p99", refusals.P99, "ms")
            {
                Target = Target.AtMost(10),
                Details = new Dictionary<string, double> { ["p50 ms"] = refusals.P50, ["refusals"] = refusals.Count },
            });
        }

        return measurements;
    }

    private async Task<(double PerSecond, double P50)> PlaceAsync(int callers, TimeSpan duration, CancellationToken cancellationToken)
    {
        var (placed, began) = (Volatile.Read(ref _placed), Stopwatch.GetTimestamp());
        var load = await ClosedLoop.RunAsync(callers, duration, caller => PlaceAsync(caller, cancellationToken), cancellationToken);
        return ((Volatile.Read(ref _placed) - placed) / Stopwatch.GetElapsedTime(began).TotalSeconds, load.Latencies.P50);
    }

    private async Task PlaceAsync(int caller, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            await _clients[caller % _clients.Length].CreateOrderAsync(shop.NextOrder(), cancellationToken: cancellationToken);
            Interlocked.Increment(ref _placed);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.ResourceExhausted && e.GetRpcStatus()?.GetDetail<RetryInfo>() is { } retry)
        {
            _refusals.Add(Stopwatch.GetTimestamp() - began);
            await Task.Delay(retry.RetryDelay.ToTimeSpan(), cancellationToken);
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
