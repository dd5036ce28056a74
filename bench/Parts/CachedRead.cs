using System.Globalization;
using Suite.Bench.Echo;
using Suite.Bench.Load;
using Suite.Bench.Measuring;
using Suite.Bench.Report;
using Suite.Contracts.Users.V1;
using Suite.Local;

namespace Suite.Bench.Parts;

/// <summary>GetUser out of the cache, against the same server with nothing in it.</summary>
internal static class CachedRead
{
    private const int Callers = 32;
    private const int ConnectionCount = 4;

    /// <summary>Few: what is read here shall come from the service's memory.</summary>
    private const int Users = 10;

    public static async Task<PartResult> RunAsync(LocalSuite suite, Shop shop, BenchOptions options, CancellationToken cancellationToken)
    {
        using var user = new Side(suite.User.GrpcAddress, suite.AdminKeyFile, suite.User.Process!.ProcessId, [.. shop.Customers.Take(Users)]);
        var first = await user.FirstAsync(cancellationToken);
        await using var echo = await EchoProcess.StartAsync(first, cancellationToken);
        // The very same calls, the key included: what it costs to look at it is the service's own.
        using var bare = new Side(echo.Address, suite.AdminKeyFile, echo.ProcessId, [.. shop.Customers.Take(Users)]);

        Progress.Say($"GetUser: warming up");
        await user.RunAsync(options.WarmUp, cancellationToken);
        await bare.RunAsync(options.WarmUp, cancellationToken);

        var pairs = new PairedRatio();
        for (var round = 0; round < options.Rounds; round++)
        {
            // Whoever goes first in one round goes last in the next.
            var (ours, theirs) = round % 2 == 0
                ? (await user.MeasureAsync(options.Window, cancellationToken), await bare.MeasureAsync(options.Window, cancellationToken))
                : Swap(await bare.MeasureAsync(options.Window, cancellationToken), await user.MeasureAsync(options.Window, cancellationToken));
            pairs.Add(ours, theirs);
            Progress.Say($"GetUser, round {round + 1} of {options.Rounds}: {ours:0}/s, bare echo {theirs:0}/s, ratio {ours / theirs:0.00}");
        }

        var measurement = Measurement.PerSecond(Text($"GetUser, cached, {Callers} callers"), "bare gRPC echo", pairs) with
        {
            Target = Target.RatioAtLeast(0.85),
            Details = new Dictionary<string, double>
            {
                ["p50 ms"] = user.P50,
                ["p99 ms"] = user.P99,
                ["echo p50 ms"] = bare.P50,
                ["echo p99 ms"] = bare.P99,
                ["server CPU us a call"] = user.CpuPerCall,
                ["echo CPU us a call"] = bare.CpuPerCall,
            },
        };
        return new PartResult(
            BenchOptions.GetUser,
            Text($"Cached GetUser against a bare ASP.NET Core gRPC echo of the same message ({ConnectionCount} connections, separate processes)"),
            ["./build.sh bench --only get-user"],
            [measurement]);
    }

    private static (double Ours, double Theirs) Swap(double theirs, double ours) => (ours, theirs);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>One of the two servers, and what was measured of it.</summary>
    private sealed class Side : IDisposable
    {
        private readonly Connections _connections;
        private readonly UserService.UserServiceClient[] _clients;
        private readonly ProcessorTime _processor;
        private readonly GetUserRequest[] _requests;
        private readonly List<double> _p50 = [];
        private readonly List<double> _p99 = [];
        private readonly List<double> _cpu = [];

        public Side(string address, string keyFile, int processId, IReadOnlyList<string> users)
        {
            _connections = new Connections(address, keyFile, ConnectionCount);
            _clients = _connections.Clients(channel => new UserService.UserServiceClient(channel));
            _processor = new ProcessorTime(processId);
            _requests = [.. users.Select(name => new GetUserRequest { Name = name })];
        }

        public double P50 => PairedRatio.Median(_p50);

        public double P99 => PairedRatio.Median(_p99);

        /// <summary>Microseconds.</summary>
        public double CpuPerCall => PairedRatio.Median(_cpu);

        public async Task<User> FirstAsync(CancellationToken cancellationToken) =>
            await _clients[0].GetUserAsync(_requests[0], cancellationToken: cancellationToken);

        public Task<LoadResult> RunAsync(TimeSpan duration, CancellationToken cancellationToken)
        {
            var next = new int[Callers * 32];
            return ClosedLoop.RunAsync(
                Callers,
                duration,
                caller =>
                {
                    // Far enough apart that callers do not share a cache line.
                    ref var n = ref next[caller * 32];
                    n = (n + 1) % _requests.Length;
                    return _clients[caller % ConnectionCount].GetUserAsync(_requests[n], cancellationToken: cancellationToken).ResponseAsync;
                },
                cancellationToken);
        }

        /// <returns>Calls a second.</returns>
        public async Task<double> MeasureAsync(TimeSpan duration, CancellationToken cancellationToken)
        {
            var before = _processor.Total;
            var result = await RunAsync(duration, cancellationToken);
            _cpu.Add((_processor.Total - before).TotalMicroseconds / result.Latencies.Count);
            _p50.Add(result.Latencies.P50);
            _p99.Add(result.Latencies.P99);
            return result.PerSecond;
        }

        public void Dispose()
        {
            _connections.Dispose();
            _processor.Dispose();
        }
    }
}
