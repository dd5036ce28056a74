using System.Net;
using Stripe;

namespace Suite.Payments.Providers;

/// <summary>What Stripe's objects and errors mean for a step.</summary>
internal static class StripeAnswers
{
    /// <summary>What a payment intent was made for, for its webhooks and for looking it up.</summary>
    public const string PaymentKey = "suite_payment";
    public const string OrderKey = "suite_order";

    /// <summary>The idempotency key of an authorization or a refund.</summary>
    public const string StepKey = "suite_step";

    /// <summary>The idempotency key of the last capture.</summary>
    public const string CaptureKey = "suite_capture";

    /// <summary>Why a payment intent is cancelled that Suite voids; any other reason is not Suite's.</summary>
    public const string VoidReason = "requested_by_customer";

    public const string UnexpectedState = "payment_intent_unexpected_state";

    private const int LongestReason = 64;

    /// <summary>What became of an authorization.</summary>
    public static ProviderAnswer OfAuthorization(PaymentIntent intent, TimeSpan actionLifetime) => intent.Status switch
    {
        "requires_capture" or "succeeded" => new ProviderAnswer.Approved(intent.Id, CaptureBefore(intent)),
        "requires_action" when intent.NextAction?.RedirectToUrl?.Url is { } url => new ProviderAnswer.ActionRequired(
            intent.Id, url, new DateTimeOffset(DateTime.SpecifyKind(intent.Created, DateTimeKind.Utc)) + actionLifetime),
        // Nobody is told how to act, so nobody can, and nothing will be held.
        "requires_action" => new ProviderAnswer.Declined("action_not_supported"),
        "requires_payment_method" => new ProviderAnswer.Declined(ReasonOf(intent.LastPaymentError)),
        // Cancelled after it was held is an authorization that was made.
        "canceled" => intent.LatestCharge is { Status: "succeeded" }
            ? new ProviderAnswer.Approved(intent.Id)
            : new ProviderAnswer.Declined(CancelReasonOf(intent)),
        _ => new ProviderAnswer.Pending(),
    };

    /// <summary>What became of the capture with a key; null when the intent knows nothing of it.</summary>
    public static ProviderAnswer? OfCapture(PaymentIntent intent, string key) => intent switch
    {
        { AmountReceived: > 0 } when intent.Metadata?.GetValueOrDefault(CaptureKey) == key => Captured(intent),
        { Status: "canceled" } => new ProviderAnswer.Declined(CancelReasonOf(intent)),
        _ => null,
    };

    /// <summary>A capture that was made.</summary>
    public static ProviderAnswer.Approved Captured(PaymentIntent intent) => new(intent.LatestChargeId ?? intent.Id);

    /// <summary>What became of a refund.</summary>
    public static ProviderAnswer OfRefund(Refund refund) => refund.Status switch
    {
        "succeeded" => new ProviderAnswer.Approved(refund.Id),
        "failed" or "canceled" => new ProviderAnswer.Declined(Word(refund.FailureReason ?? refund.Status)),
        _ => new ProviderAnswer.Pending(),
    };

    /// <summary>Why an intent is cancelled; <c>expired</c> when nobody captured it in time.</summary>
    public static string CancelReasonOf(PaymentIntent intent) =>
        intent.CancellationReason is "automatic" or "expired" ? "expired" : "canceled";

    /// <summary>
    /// What an error means: a card that is declined and a request that is refused are answers for good; of everything else (rate
    /// limits, Stripe's own trouble, keys that are in use or were used for something else) the outcome is unknown.
    /// </summary>
    /// <exception cref="ProviderException">The outcome is unknown. Its text has nothing of Stripe's, which may speak of keys.</exception>
    public static ProviderAnswer.Declined Refusal(StripeException e)
    {
        var error = e.StripeError;
        return (error?.Type, e.HttpStatusCode) switch
        {
            ("card_error", _) => new ProviderAnswer.Declined(ReasonOf(error)),
            ("invalid_request_error", HttpStatusCode.BadRequest or HttpStatusCode.PaymentRequired or HttpStatusCode.NotFound) =>
                new ProviderAnswer.Declined(IsNoSuchCard(error!) ? "invalid_payment_method" : Word(error!.Code)),
            _ => throw Unknown(e),
        };
    }

    /// <summary>An error after which nothing is known.</summary>
    public static ProviderException Unknown(StripeException e) =>
        new($"Stripe answered {(int)e.HttpStatusCode} {Word(e.StripeError?.Type)} {Word(e.StripeError?.Code)}.");

    private static bool IsNoSuchCard(StripeError error) => error is { Code: "resource_missing", Param: "payment_method" };

    private static string ReasonOf(StripeError? error) => Word(error?.DeclineCode ?? error?.Code ?? "card_declined");

    // Stripe's own words, as long as they are words.
    private static string Word(string? text) =>
        text is { Length: > 0 and <= LongestReason } && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_')
            ? text
            : "refused";

    private static DateTimeOffset? CaptureBefore(PaymentIntent intent) =>
        intent.LatestCharge?.PaymentMethodDetails?.Card?.CaptureBefore is { Ticks: > 0 } before && before > DateTime.UnixEpoch
            ? new DateTimeOffset(DateTime.SpecifyKind(before, DateTimeKind.Utc))
            : null;
}
