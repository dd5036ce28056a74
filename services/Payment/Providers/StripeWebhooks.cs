using System.Text;
using Stripe;
using Suite.Payments.Domain;
using Suite.Platform.Monetary;
using Dispute = Stripe.Dispute;

namespace Suite.Payments.Providers;

/// <summary>Reads Stripe's webhooks. Events about payment intents and refunds that Suite did not make are of no concern.</summary>
internal sealed class StripeWebhooks(StripeSettings settings, TimeProvider time) : IProviderWebhooks
{
    private const string SignatureHeader = "Stripe-Signature";

    public string Name => StripeProvider.ProviderName;

    public Task<WebhookReading> ReadAsync(IHeaderDictionary headers, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        Task.FromResult(Read(headers[SignatureHeader].ToString(), Encoding.UTF8.GetString(body.Span)));

    /// <summary>Where in its life a dispute is; null for an inquiry, which moves no money.</summary>
    public static DisputeState? StateOf(Dispute dispute) => dispute.Status switch
    {
        "won" => DisputeState.Won,
        "lost" => DisputeState.Lost,
        "needs_response" or "under_review" or "appeal_needs_response" or "appeal_under_review" => DisputeState.Open,
        _ => null,
    };

    internal WebhookReading Read(string signature, string body)
    {
        try
        {
            EventUtility.ValidateSignature(
                body, signature, settings.WebhookSecret, (long)WebhookReading.Tolerance.TotalSeconds, time.GetUtcNow().ToUnixTimeSeconds());
        }
#pragma warning disable CA1031 // A header that cannot even be read proves nothing either.
        catch (Exception)
#pragma warning restore CA1031
        {
            return new WebhookReading.NotAuthentic("its signature is wrong or too old");
        }

        try
        {
            // Stripe sends what the endpoint was set up with, which may be older than what this library asks for.
            var told = EventUtility.ParseEvent(body, throwOnApiVersionMismatch: false);
            return told is { Id.Length: > 0, Type.Length: > 0 } ? Read(told) : new WebhookReading.Malformed("it lacks its id or its type");
        }
#pragma warning disable CA1031 // Whatever is wrong with it, it is no event.
        catch (Exception)
#pragma warning restore CA1031
        {
            return new WebhookReading.Malformed("it is not the JSON of an event");
        }
    }

    private static WebhookReading Read(Event told) => (told.Type, told.Data?.Object) switch
    {
        (EventTypes.PaymentIntentAmountCapturableUpdated, PaymentIntent intent) =>
            Step(told, intent, StepKind.Authorize, StripeAnswers.StepKey, new ProviderAnswer.Approved(intent.Id)),
        (EventTypes.PaymentIntentPaymentFailed, PaymentIntent intent) =>
            Step(told, intent, StepKind.Authorize, StripeAnswers.StepKey, StripeAnswers.OfAuthorization(intent, TimeSpan.Zero)),
        (EventTypes.PaymentIntentSucceeded, PaymentIntent intent) =>
            Step(told, intent, StepKind.Capture, StripeAnswers.CaptureKey, StripeAnswers.Captured(intent)),
        // What Suite cancels it knows by the answer; Stripe does not say for which step it was.
        (EventTypes.PaymentIntentCanceled, PaymentIntent { CancellationReason: not StripeAnswers.VoidReason } intent)
            when intent.Metadata?.ContainsKey(StripeAnswers.PaymentKey) == true =>
            new WebhookReading.Event(
                new ProviderEvent.HoldExpired(StripeProvider.ProviderName, told.Id, PaymentOf(intent.Metadata), intent.Id, TimeOf(told))),
        (EventTypes.RefundCreated or EventTypes.RefundUpdated or EventTypes.RefundFailed, Refund refund) => OfRefund(told, refund),
        (EventTypes.ChargeDisputeCreated or EventTypes.ChargeDisputeUpdated or EventTypes.ChargeDisputeFundsWithdrawn
            or EventTypes.ChargeDisputeClosed, Dispute dispute) => OfDispute(told, dispute),
        _ => new WebhookReading.Ignored(),
    };

    private static WebhookReading Step(Event told, PaymentIntent intent, StepKind kind, string keyName, ProviderAnswer answer) =>
        intent.Metadata?.GetValueOrDefault(keyName) is { Length: > 0 } key
        && answer is ProviderAnswer.Approved or ProviderAnswer.Declined
            ? new WebhookReading.Event(new ProviderEvent.StepAnswered(
                StripeProvider.ProviderName, told.Id, PaymentOf(intent.Metadata), intent.Id, TimeOf(told), key, kind, answer))
            : new WebhookReading.Ignored();

    private static WebhookReading OfRefund(Event told, Refund refund) =>
        refund.Metadata?.GetValueOrDefault(StripeAnswers.StepKey) is { Length: > 0 } key
        && StripeAnswers.OfRefund(refund) is var answer and not ProviderAnswer.Pending
            ? new WebhookReading.Event(new ProviderEvent.StepAnswered(
                StripeProvider.ProviderName,
                told.Id,
                PaymentOf(refund.Metadata),
                refund.PaymentIntentId ?? string.Empty,
                TimeOf(told),
                key,
                StepKind.Refund,
                answer))
            : new WebhookReading.Ignored();

    private static WebhookReading OfDispute(Event told, Dispute dispute)
    {
        if (StateOf(dispute) is not { } state || string.IsNullOrEmpty(dispute.PaymentIntentId))
        {
            return new WebhookReading.Ignored();
        }

        var amount = StripeAmounts.Read(dispute.Amount, dispute.Currency ?? string.Empty);
        return dispute.Id is { Length: > 0 } && amount.MinorUnits > 0 && Currency.TryGetExponent(amount.CurrencyCode, out _)
            ? new WebhookReading.Event(new ProviderEvent.DisputeChanged(
                StripeProvider.ProviderName,
                told.Id,
                null,
                dispute.PaymentIntentId,
                TimeOf(told),
                dispute.Id,
                amount,
                dispute.Reason ?? "general",
                state))
            : new WebhookReading.Malformed("it lacks the amount of a dispute");
    }

    private static Guid? PaymentOf(Dictionary<string, string> metadata) =>
        Guid.TryParse(metadata.GetValueOrDefault(StripeAnswers.PaymentKey), out var payment) ? payment : null;

    private static DateTimeOffset TimeOf(Event told) => new(DateTime.SpecifyKind(told.Created, DateTimeKind.Utc));
}
