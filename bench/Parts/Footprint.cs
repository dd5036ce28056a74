using System.Diagnostics;
using System.Globalization;
using Suite.Bench.Load;
using Suite.Bench.Measuring;
using Suite.Bench.Report;
using Suite.Contracts.Orders.V1;
using Suite.Local;
using Suite.Local.Services;

namespace Suite.Bench.Parts;

/// <summary>How much memory each service has while orders are placed as fast as they go, and how long it takes from nothing to ready.</summary>
internal sealed class Footprint(LocalSuite suite, Shop shop, BenchOptions options)
{
    private const int Callers = 128;
    private const double MebiByte = 1024 * 1024;

    private static readonly TimeSpan s_sample = TimeSpan.FromMilliseconds(200);

    public async Task<PartResult> RunAsync(CancellationToken cancellationToken)
    {
        var measurements = new List<Measurement>();
        measurements.AddRange(await MemoryAsync(cancellationToken));
        foreach (var service in suite.Services)
        {
            measurements.Add(await StartAsync(service, cancellationToken));
        }

        return new PartResult(
            BenchOptions.Footprint,
            Text($"Memory at the top load (CreateOrder, {Callers} callers), and cold starts"),
            ["./build.sh bench --only footprint"],
            measurements);
    }

    private async Task<List<Measurement>> MemoryAsync(CancellationToken cancellationToken)
    {
        Progress.Say($"Footprint: {Callers} callers");
        var most = suite.Services.ToDictionary(s => s.Title, _ => 0L);
        var before = suite.Services.ToDictionary(s => s.Title, ResidentBytes);
        using var connections = new Connections(suite.Order.GrpcAddress, suite.AdminKeyFile);
        var clients = connections.Clients(channel => new OrderService.OrderServiceClient(channel));
        var load = ClosedLoop.RunAsync(
            Callers,
            options.WarmUp + options.HalfLoad,
            caller => clients[caller % clients.Length].CreateOrderAsync(shop.NextOrder(), cancellationToken: cancellationToken).ResponseAsync,
            cancellationToken);
        while (!load.IsCompleted)
        {
            await Task.WhenAny(load, Task.Delay(s_sample, cancellationToken));
            foreach (var service in suite.Services)
            {
                most[service.Title] = Math.Max(most[service.Title], ResidentBytes(service));
            }
        }

        var result = await load;
        Progress.Say($"Footprint: {result.PerSecond:0} orders a second, {string.Join(", ", most.Select(m => Text($"{m.Key} {m.Value / MebiByte:0} MiB")))}");
        return [.. most.Select(m => new Measurement(Text($"{m.Key}, resident at {result.PerSecond:#,##0} orders/s"), m.Value / MebiByte, "MiB")
        {
            Target = Target.AtMost(300),
            Details = new Dictionary<string, double> { ["MiB before the load"] = before[m.Key] / MebiByte },
        })];
    }

    /// <summary>Stops the service and starts it again, the others running: from the start of its process until it says that it is ready.</summary>
    private async Task<Measurement> StartAsync(LocalService service, CancellationToken cancellationToken)
    {
        var seconds = new List<double>();
        for (var round = 0; round < options.Rounds; round++)
        {
            await service.StopAsync();
            var took = Stopwatch.StartNew();
            await service.StartAsync(cancellationToken: cancellationToken);
            seconds.Add(took.Elapsed.TotalSeconds);
        }

        Progress.Say($"Footprint: {service.Title} was ready after {string.Join(", ", seconds.Select(s => Text($"{s:0.00}")))} s");
        return new Measurement(Text($"{service.Title}, cold start to ready"), PairedRatio.Median(seconds), "s")
        {
            Target = Target.AtMost(2),
            Details = new Dictionary<string, double> { ["fastest s"] = seconds.Min(), ["slowest s"] = seconds.Max() },
        };
    }

    private static long ResidentBytes(LocalService service)
    {
        using var process = Process.GetProcessById(service.Process!.ProcessId);
        return process.WorkingSet64;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
