using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Suite.Payments.Domain;
using Suite.Payments.Features;

namespace Suite.Payments.Providers;

/// <summary>
/// Delivers the simulator's webhooks over HTTP, signed, again and again until they are taken in. Few at once: they are told beside
/// the work, not before it. Any replica delivers what is due; what one that died had taken is due again after its lease.
/// </summary>
internal sealed class SimulatorDelivery(
    SimulatorRecord record, SimulatorAddress address, PaymentOptions options, TimeProvider time, ILogger<SimulatorDelivery> logger)
    : BackgroundService
{
    private const int MostAtOnce = 32;
    private const int MostInFlight = 4;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(15);

    private readonly HttpClient _http = new() { Timeout = s_timeout };

    public override void Dispose()
    {
        base.Dispose();
        _http.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Nothing to do before the process listens itself.
                if (address.Base is not { } target || !await DeliverAsync(target, stoppingToken))
                {
                    await record.Mail.WaitAsync(options.PollInterval, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // It outlives every failure of the database; what was not told waits in the table.
            catch (Exception e)
#pragma warning restore CA1031
            {
                PaymentLog.DeliveryFailed(logger, e);
                await Task.Delay(options.PollInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Delivers what is due.</summary>
    /// <returns>Whether there may be more.</returns>
    private async Task<bool> DeliverAsync(Uri target, CancellationToken cancellationToken)
    {
        var letters = await record.Mail.TakeAsync(MostAtOnce, s_lease, time.GetUtcNow(), cancellationToken);
        if (letters.Count == 0)
        {
            return false;
        }

        var secret = await record.Mail.SecretAsync(cancellationToken);
        var endpoint = new Uri(target, $"/webhooks/{SimulatedProvider.ProviderName}");
        var taken = new ConcurrentDictionary<string, bool>();
        // What is told of one payment is told in its order, as far as it is taken in.
        await Parallel.ForEachAsync(
            letters.GroupBy(l => l.AuthorizationKey),
            new ParallelOptions { MaxDegreeOfParallelism = MostInFlight, CancellationToken = cancellationToken },
            async (ofPayment, token) =>
            {
                foreach (var letter in ofPayment)
                {
                    taken[letter.Id] = await SendCopiesAsync(endpoint, secret, letter, token);
                }
            });

        var failed = letters.Where(l => !taken[l.Id])
            .Select(l => (l.Id, time.GetUtcNow() + RetryDelay.After(l.Attempts, Random.Shared.NextDouble())))
            .ToList();
        var delivered = letters.Where(l => taken[l.Id]).Select(l => l.Id).ToList();
        // Not given up half way: what was delivered would be delivered again.
        await record.Mail.KeepAsync(delivered, failed, time.GetUtcNow(), CancellationToken.None);
        return letters.Count == MostAtOnce;
    }

    private async Task<bool> SendCopiesAsync(Uri endpoint, byte[] secret, SimulatorLetter letter, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(
            Enumerable.Range(0, letter.Copies).Select(_ => SendAsync(endpoint, secret, letter, cancellationToken)));
        return Array.TrueForAll(answers, taken => taken);
    }

    private async Task<bool> SendAsync(Uri endpoint, byte[] secret, SimulatorLetter letter, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(letter.Body);
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add(WebhookSignature.IdHeader, letter.Id);
        request.Headers.Add(WebhookSignature.TimestampHeader, timestamp);
        request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Sign(secret, letter.Id, timestamp, body));
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                PaymentLog.NotDelivered(logger, letter.Id, letter.Attempts, (int)response.StatusCode);
            }

            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            PaymentLog.NotDelivered(logger, letter.Id, letter.Attempts, 0);
            return false;
        }
    }
}
