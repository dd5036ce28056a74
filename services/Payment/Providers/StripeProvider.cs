using System.Runtime.CompilerServices;
using Stripe;
using Suite.Payments.Domain;
using Suite.Payments.Features;

namespace Suite.Payments.Providers;

/// <summary>
/// Stripe: a payment is a payment intent that is captured by hand; our idempotency keys are Stripe's, and lie in its metadata, so
/// that a step can be looked up when Stripe has long forgotten the key (it keeps them for a day).
/// </summary>
internal sealed class StripeProvider : IPaymentProvider, IDisposable
{
    /// <summary>What Stripe is called.</summary>
    public const string ProviderName = "stripe";

    private const int PageSize = 100;

    private readonly HttpClient _http;
    private readonly StripeSettings _settings;
    private readonly PaymentOptions _options;
    private readonly PaymentIntentService _intents;
    private readonly RefundService _refunds;
    private readonly DisputeService _disputes;

    public StripeProvider(StripeSettings settings, PaymentOptions options)
    {
        _settings = settings;
        _options = options;
        _http = new HttpClient { Timeout = options.ProviderTimeout };
        // No retries of the library's own: a step that failed goes back to the queue, where its attempts are counted.
        var client = new StripeClient(
            settings.ApiKey,
            httpClient: new SystemNetHttpClient(_http, maxNetworkRetries: 0, enableTelemetry: false),
            apiBase: settings.Address);
        _intents = new PaymentIntentService(client);
        _refunds = new RefundService(client);
        _disputes = new DisputeService(client);
    }

    public string Name => ProviderName;

    public bool CanCaptureSeveralTimes => _settings.Multicapture;

    public void Dispose() => _http.Dispose();

    public async Task<ProviderAnswer> AuthorizeAsync(ProviderAuthorization call, CancellationToken cancellationToken)
    {
        if (!StripeAmounts.TryWrite(call.Amount, out var amount))
        {
            return NotRepresentable();
        }

        var request = new PaymentIntentCreateOptions
        {
            Amount = amount,
            Currency = call.Amount.CurrencyCode.ToLowerInvariant(),
            PaymentMethod = call.PaymentMethod,
            CaptureMethod = "manual",
            Confirm = true,
            // Without an address to come back to nobody can be sent to their bank.
            ErrorOnRequiresAction = _settings.ReturnAddress is null ? true : null,
            ReturnUrl = _settings.ReturnAddress,
            AutomaticPaymentMethods = new PaymentIntentAutomaticPaymentMethodsOptions
            {
                Enabled = true,
                AllowRedirects = _settings.ReturnAddress is null ? "never" : "always",
            },
            PaymentMethodOptions = !_settings.Multicapture ? null : new PaymentIntentPaymentMethodOptionsOptions
            {
                Card = new PaymentIntentPaymentMethodOptionsCardOptions { RequestMulticapture = "if_available" },
            },
            Metadata = new Dictionary<string, string>
            {
                [StripeAnswers.PaymentKey] = call.PaymentId.ToString(),
                [StripeAnswers.OrderKey] = call.OrderId.ToString(),
                [StripeAnswers.StepKey] = call.Key,
            },
            Expand = ["latest_charge"],
        };
        try
        {
            var intent = await _intents.CreateAsync(request, Options(call.Key), cancellationToken);
            return StripeAnswers.OfAuthorization(intent, _options.ActionLifetime);
        }
        catch (StripeException e)
        {
            return StripeAnswers.Refusal(e);
        }
    }

    public async Task<ProviderAnswer> CaptureAsync(ProviderCapture call, CancellationToken cancellationToken)
    {
        if (!StripeAmounts.TryWrite(call.Amount, out var amount))
        {
            return NotRepresentable();
        }

        var request = new PaymentIntentCaptureOptions
        {
            AmountToCapture = amount,
            FinalCapture = _settings.Multicapture ? call.IsFinal : null,
            Metadata = new Dictionary<string, string> { [StripeAnswers.CaptureKey] = call.Key },
        };
        try
        {
            return StripeAnswers.Captured(await _intents.CaptureAsync(call.Reference, request, Options(call.Key), cancellationToken));
        }
        catch (StripeException e) when (e.StripeError?.Code == StripeAnswers.UnexpectedState)
        {
            // It may be captured by this very step, long ago.
            return StripeAnswers.OfCapture(await GetAsync(call.Reference, cancellationToken), call.Key) ?? StripeAnswers.Refusal(e);
        }
        catch (StripeException e)
        {
            return StripeAnswers.Refusal(e);
        }
    }

    public async Task<ProviderAnswer> VoidAsync(ProviderVoid call, CancellationToken cancellationToken)
    {
        try
        {
            var request = new PaymentIntentCancelOptions { CancellationReason = StripeAnswers.VoidReason };
            var intent = await _intents.CancelAsync(call.Reference, request, Options(call.Key), cancellationToken);
            return new ProviderAnswer.Approved(intent.Id);
        }
        catch (StripeException e) when (e.StripeError?.Code == StripeAnswers.UnexpectedState)
        {
            // Nothing is held under a payment intent that is over, whichever way.
            return (await GetAsync(call.Reference, cancellationToken)).Status is "canceled" or "succeeded"
                ? new ProviderAnswer.Approved(call.Reference)
                : StripeAnswers.Refusal(e);
        }
        catch (StripeException e)
        {
            return StripeAnswers.Refusal(e);
        }
    }

    public async Task<ProviderAnswer> RefundAsync(ProviderRefund call, CancellationToken cancellationToken)
    {
        if (!StripeAmounts.TryWrite(call.Amount, out var amount))
        {
            return NotRepresentable();
        }

        var request = new RefundCreateOptions
        {
            PaymentIntent = call.Reference,
            Amount = amount,
            Metadata = new Dictionary<string, string>
            {
                [StripeAnswers.PaymentKey] = call.PaymentId.ToString(),
                [StripeAnswers.StepKey] = call.Key,
            },
        };
        try
        {
            return StripeAnswers.OfRefund(await _refunds.CreateAsync(request, Options(call.Key), cancellationToken));
        }
        catch (StripeException e)
        {
            return StripeAnswers.Refusal(e);
        }
    }

    public async Task<ProviderAnswer?> FindAsync(ProviderQuery query, CancellationToken cancellationToken)
    {
        try
        {
            if (query.Kind == StepKind.Refund)
            {
                return await FindRefundAsync(query, cancellationToken);
            }

            return await FindIntentAsync(query, cancellationToken) is not { } intent ? null : query.Kind switch
            {
                StepKind.Authorize => StripeAnswers.OfAuthorization(intent, _options.ActionLifetime),
                StepKind.Capture => StripeAnswers.OfCapture(intent, query.Key),
                _ => intent.Status == "canceled" ? new ProviderAnswer.Approved(intent.Id) : null,
            };
        }
        catch (StripeException e)
        {
            throw StripeAnswers.Unknown(e);
        }
    }

    public async IAsyncEnumerable<ProviderPayment> ListPaymentsAsync(
        DateTimeOffset from, DateTimeOffset until, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new PaymentIntentListOptions
        {
            Created = new DateRangeOptions { GreaterThanOrEqual = from.UtcDateTime, LessThan = until.UtcDateTime },
            Limit = PageSize,
            Expand = ["data.latest_charge"],
        };
        await foreach (var intent in _intents.ListAutoPagingAsync(request, null, cancellationToken))
        {
            var disputed = intent.LatestCharge is { Disputed: true } ? await DisputedAsync(intent.Id, cancellationToken) : 0;
            yield return PaymentOf(intent, disputed);
        }
    }

    private static ProviderPayment PaymentOf(PaymentIntent intent, long disputed)
    {
        var wasHeld = intent.Status is "requires_capture" or "succeeded" || intent.LatestCharge is { Status: "succeeded" };
        return new ProviderPayment(
            Guid.TryParse(intent.Metadata?.GetValueOrDefault(StripeAnswers.PaymentKey), out var payment) ? payment : null,
            intent.Id,
            StripeAmounts.Read(wasHeld ? intent.Amount : 0, intent.Currency),
            Minor(intent.Status == "requires_capture" ? intent.AmountCapturable : 0),
            Minor(intent.AmountReceived),
            // Since API version 2025-03-31 what a capture leaves and a cancel releases is no refund.
            Minor(intent.LatestCharge?.AmountRefunded ?? 0),
            Minor(disputed));

        long Minor(long amount) => StripeAmounts.Read(amount, intent.Currency).MinorUnits;
    }

    private async Task<long> DisputedAsync(string intent, CancellationToken cancellationToken)
    {
        var sum = 0L;
        var request = new DisputeListOptions { PaymentIntent = intent, Limit = PageSize };
        await foreach (var dispute in _disputes.ListAutoPagingAsync(request, null, cancellationToken))
        {
            sum += StripeWebhooks.StateOf(dispute) is DisputeState.Open or DisputeState.Lost ? dispute.Amount : 0;
        }

        return sum;
    }

    private async Task<ProviderAnswer?> FindRefundAsync(ProviderQuery query, CancellationToken cancellationToken)
    {
        var request = new RefundListOptions { PaymentIntent = query.Reference, Limit = PageSize };
        await foreach (var refund in _refunds.ListAutoPagingAsync(request, null, cancellationToken))
        {
            if (refund.Metadata?.GetValueOrDefault(StripeAnswers.StepKey) == query.Key)
            {
                return StripeAnswers.OfRefund(refund);
            }
        }

        return null;
    }

    private async Task<PaymentIntent?> FindIntentAsync(ProviderQuery query, CancellationToken cancellationToken)
    {
        if (query.Reference.Length > 0)
        {
            return await GetAsync(query.Reference, cancellationToken);
        }

        // The search lags by up to a minute. Until then an intent that exists is not found, and asking for it again with the same key,
        // which Stripe keeps for a day, answers the same intent.
        var found = await _intents.SearchAsync(
            new PaymentIntentSearchOptions
            {
                Query = $"metadata['{StripeAnswers.PaymentKey}']:'{query.PaymentId}' AND metadata['{StripeAnswers.StepKey}']:'{query.Key}'",
                Expand = ["data.latest_charge"],
            },
            null,
            cancellationToken);
        return found.Data.FirstOrDefault();
    }

    private async Task<PaymentIntent> GetAsync(string reference, CancellationToken cancellationToken)
    {
        try
        {
            return await _intents.GetAsync(reference, new PaymentIntentGetOptions { Expand = ["latest_charge"] }, null, cancellationToken);
        }
        catch (StripeException e)
        {
            throw StripeAnswers.Unknown(e);
        }
    }

    private static RequestOptions Options(string key) => new() { IdempotencyKey = key };

    private static ProviderAnswer.Declined NotRepresentable() => new("amount_not_representable");
}
