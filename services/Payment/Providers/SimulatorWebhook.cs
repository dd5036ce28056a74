using System.Text.Json;
using System.Text.Json.Serialization;
using Suite.Payments.Domain;
using Suite.Platform.Monetary;

namespace Suite.Payments.Providers;

/// <summary>What the simulator says in a webhook, in the form of Standard Webhooks.</summary>
/// <param name="Type">For example <c>capture.approved</c>, <c>hold.expired</c>, <c>dispute.won</c>.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Data">To what.</param>
internal sealed record SimulatorMessage(string? Type, DateTimeOffset? Timestamp, SimulatorMessageData? Data);

/// <summary>To what it happened.</summary>
/// <param name="Payment">Our payment, as the simulator was told of it.</param>
/// <param name="Reference">What the simulator calls it.</param>
/// <param name="Key">Of a step: its idempotency key.</param>
/// <param name="Step">Of a step that is done: what the simulator calls it.</param>
/// <param name="Reason">Of a step that is refused, and of a dispute: why.</param>
/// <param name="Dispute">Of a dispute: what the simulator calls it.</param>
/// <param name="Currency">Of a dispute: the currency.</param>
/// <param name="AmountMinor">Of a dispute: how much.</param>
internal sealed record SimulatorMessageData(
    Guid? Payment,
    string? Reference,
    string? Key = null,
    string? Step = null,
    string? Reason = null,
    string? Dispute = null,
    string? Currency = null,
    long? AmountMinor = null);

/// <summary>The JSON of <see cref="SimulatorMessage"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SimulatorMessage))]
internal sealed partial class SimulatorJson : JsonSerializerContext;

/// <summary>A webhook to be delivered.</summary>
/// <param name="Id">Of the event, and the same however often it is delivered.</param>
/// <param name="AuthorizationKey">The key of the authorization it is about.</param>
/// <param name="Body">The JSON.</param>
/// <param name="Copies">How often it is delivered at once; 0 when it gets lost.</param>
/// <param name="DueTime">Not before.</param>
internal sealed record SimulatorWebhook(string Id, string AuthorizationKey, string Body, short Copies, DateTimeOffset DueTime)
{
    public const string Approved = "approved";
    public const string Declined = "declined";
    public const string HoldExpired = "hold.expired";
    public const string DisputePrefix = "dispute.";

    public static string StepEventId(string key) => "evt_" + key;

    public static string ExpiryEventId(string authorizationKey) => "evt_" + authorizationKey + "_expired";

    /// <summary>Tells the outcome of a step: approved when there is a <paramref name="step"/>.</summary>
    public static SimulatorWebhook OfStep(
        SimulatorScript script,
        StepKind kind,
        string key,
        string authorizationKey,
        Guid? payment,
        string? step,
        string? reason,
        DateTimeOffset time,
        TimeSpan later)
    {
        var data = new SimulatorMessageData(payment, SimulatedProvider.ReferencePrefix + authorizationKey, key, step, reason);
        // Of an authorization, a capture and a refund that follow each other closely the last is told first.
        var held = !script.WebhookReordered ? TimeSpan.Zero : kind switch
        {
            StepKind.Authorize => 2 * later,
            StepKind.Capture => later,
            _ => TimeSpan.Zero,
        };
        return Make(script, StepEventId(key), authorizationKey, $"{WordOf(kind)}.{(step is null ? Declined : Approved)}", time, data, held);
    }

    /// <summary>Tells that a hold ended by itself.</summary>
    public static SimulatorWebhook OfExpiry(SimulatorScript script, string authorizationKey, Guid? payment, DateTimeOffset time) => Make(
        script,
        ExpiryEventId(authorizationKey),
        authorizationKey,
        HoldExpired,
        time,
        new SimulatorMessageData(payment, SimulatedProvider.ReferencePrefix + authorizationKey),
        TimeSpan.Zero);

    /// <summary>Tells that a dispute came to a state.</summary>
    public static SimulatorWebhook OfDispute(
        SimulatorScript script,
        string authorizationKey,
        Guid? payment,
        string dispute,
        MoneyAmount amount,
        DisputeState state,
        DateTimeOffset time)
    {
        var word = state switch { DisputeState.Open => "opened", DisputeState.Won => "won", _ => "lost" };
        var data = new SimulatorMessageData(
            payment,
            SimulatedProvider.ReferencePrefix + authorizationKey,
            Reason: "fraudulent",
            Dispute: dispute,
            Currency: amount.CurrencyCode,
            AmountMinor: amount.MinorUnits);
        return Make(script, $"evt_{dispute}_{word}", authorizationKey, DisputePrefix + word, time, data, TimeSpan.Zero);
    }

    /// <summary>The word for a kind of step that types of events begin with.</summary>
    public static string WordOf(StepKind kind) => kind switch
    {
        StepKind.Authorize => "authorization",
        StepKind.Capture => "capture",
        StepKind.Void => "void",
        _ => "refund",
    };

    private static SimulatorWebhook Make(
        SimulatorScript script,
        string id,
        string authorizationKey,
        string type,
        DateTimeOffset time,
        SimulatorMessageData data,
        TimeSpan held)
    {
        var body = JsonSerializer.Serialize(new SimulatorMessage(type, time, data), SimulatorJson.Default.SimulatorMessage);
        var copies = script.WebhookLost ? 0 : script.WebhookDoubled ? 2 : 1;
        return new SimulatorWebhook(id, authorizationKey, body, (short)copies, time + held);
    }
}
