using Microsoft.Extensions.Hosting;

namespace Suite.Platform.Security;

/// <summary>Asks for the trust every second: the longest that ended credentials are still taken, plus the way of the answer.</summary>
internal sealed class TrustPoller(TrustStore trust, OpenStreams streams, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Before the first answer no call can be served, so it is asked for more often.</summary>
    private static readonly TimeSpan FirstInterval = TimeSpan.FromMilliseconds(200);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await trust.PollAsync(stoppingToken);
                streams.Check();
                await Task.Delay(trust.Current is null ? FirstInterval : Interval, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }
}
