using System.Diagnostics;
using System.Globalization;
using Suite.Local.Observe;
using Suite.Local.Packages;

namespace Suite.Local.Commands;

/// <summary><c>run</c>: everything on this machine, until it is told to stop.</summary>
internal static class RunCommand
{
    /// <summary>Where data is kept: <c>.suite</c> in the checkout, unless <c>SUITE_DATA</c> names another folder.</summary>
    public static string DataDirectory { get; } = Environment.GetEnvironmentVariable("SUITE_DATA") is { Length: > 0 } named
        ? Path.GetFullPath(named)
        : Path.Combine(Checkout.Root, ".suite");

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var stopping = StopSignals.Listen();
        var took = Stopwatch.StartNew();
        var options = Options(arguments);
        CheckFree(arguments);
        var endpoints = Path.Combine(DataDirectory, "endpoints.env");
        try
        {
            await options.Stages.RunAsync("checks", () => Requirements.CheckAsync(options, Say, stopping));
            // Found before anything is started: it may have to be fetched.
            var prometheus = arguments.Observe ? await UnpackedPackage.Prometheus.EnsureAsync("prometheus", Say, stopping) : null;
            await using var observation = prometheus is null ? null : await BeginObservationAsync(options, stopping);
            await using var suite = await LocalSuite.StartAsync(Observed(options, observation), stopping);
            if (observation is not null)
            {
                await options.Stages.RunAsync("Prometheus", async () =>
                {
                    await observation.WatchAsync(suite, prometheus!, seconds: 5, stopping);
                    return observation.PrometheusAddress!;
                });
            }

            Endpoints.Write(endpoints, suite);
            Console.WriteLine();
            Console.WriteLine(Endpoints.Table(suite, observation));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Ready in {took.Elapsed.TotalSeconds:0.0} s. Data is in {Shown(DataDirectory)}, what they print in {Shown(DataDirectory)}/logs, addresses in {Shown(endpoints)}."));
            Console.WriteLine($"The administrator's key is in {Shown(suite.AdminKeyFile)}; with it:  set -a; . {Shown(endpoints)}; set +a");
            Console.WriteLine($"Try:  grpcurl -plaintext {suite.Order.GrpcAddress["http://".Length..]} list      Ctrl-C stops everything.");
            await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Console.WriteLine("Stopping.");
            took.Restart();
            await suite.StopAsync();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Stopped in {took.Elapsed.TotalSeconds:0.0} s."));
            return 0;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Console.WriteLine("Stopped before everything had started.");
            return 130;
        }
        finally
        {
            File.Delete(endpoints);
        }
    }

    /// <summary>What makes a run impossible and is known in milliseconds: another launcher in this checkout, or a taken port.</summary>
    public static void CheckFree(Arguments arguments)
    {
        using (DataLock.Take(DataDirectory))
        {
            LocalSuite.CheckPorts(Options(arguments));
        }
    }

    private static async Task<Observation> BeginObservationAsync(LocalSuiteOptions options, CancellationToken cancellationToken)
    {
        Observation? observation = null;
        await options.Stages.RunAsync("Jaeger", async () =>
        {
            observation = await Observation.StartAsync(
                Path.Combine(DataDirectory, "observe"), options.PortOffset, static (_, _) => { }, cancellationToken);
            return observation.JaegerAddress ?? "not here; put jaeger-all-in-one on the path, or name it in SUITE_JAEGER";
        });
        return observation!;
    }

    private static LocalSuiteOptions Observed(LocalSuiteOptions options, Observation? observation) => observation is null
        ? options
        : options with { Environment = new Dictionary<string, string>(options.Environment.Concat(observation.Environment)) };

    private static string Shown(string path) => Path.GetRelativePath(Directory.GetCurrentDirectory(), path) is var relative
        && relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;

    private static LocalSuiteOptions Options(Arguments arguments) => LocalSuiteOptions.FromEnvironment(DataDirectory) with
    {
        PortOffset = arguments.PortOffset,
        Supervise = true,
        Say = Say,
        Stages = new ConsoleStages(),
    };

    private static void Say(string sentence) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.Now:HH:mm:ss} {sentence}"));
}
