using System.Text.Json;
using Suite.Payments.Domain;
using Suite.Platform.Monetary;

namespace Suite.Payments.Providers;

/// <summary>Reads the simulator's webhooks.</summary>
internal sealed class SimulatorWebhooks(SimulatorRecord record, TimeProvider time) : IProviderWebhooks
{
    public string Name => SimulatedProvider.ProviderName;

    public async Task<WebhookReading> ReadAsync(IHeaderDictionary headers, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var secret = await record.Mail.SecretAsync(cancellationToken);
        return WebhookSignature.Refuse(secret, headers, body.Span, time.GetUtcNow()) is { } refusal
            ? new WebhookReading.NotAuthentic(refusal)
            : Read(headers[WebhookSignature.IdHeader].ToString(), body.Span);
    }

    /// <summary>What a body says that is known to be the simulator's.</summary>
    internal static WebhookReading Read(string eventId, ReadOnlySpan<byte> body)
    {
        SimulatorMessage? message;
        try
        {
            message = JsonSerializer.Deserialize(body, SimulatorJson.Default.SimulatorMessage);
        }
        catch (JsonException)
        {
            return new WebhookReading.Malformed("it is not the JSON of a webhook");
        }

        if (message is not { Type: { Length: > 0 } type, Timestamp: { } occurTime, Data: { Reference: { Length: > 0 } reference } data })
        {
            return new WebhookReading.Malformed("it lacks its type, its timestamp or a reference");
        }

        var time = occurTime.ToUniversalTime();
        if (type == SimulatorWebhook.HoldExpired)
        {
            return new WebhookReading.Event(
                new ProviderEvent.HoldExpired(SimulatedProvider.ProviderName, eventId, data.Payment, reference, time));
        }

        return type.StartsWith(SimulatorWebhook.DisputePrefix, StringComparison.Ordinal)
            ? ReadDispute(eventId, type[SimulatorWebhook.DisputePrefix.Length..], data, reference, time)
            : ReadStep(eventId, type, data, reference, time);
    }

    private static WebhookReading ReadStep(string eventId, string type, SimulatorMessageData data, string reference, DateTimeOffset time)
    {
        var words = type.Split('.');
        // 0 when there is no such kind.
        var kind = Array.Find(Enum.GetValues<StepKind>(), k => SimulatorWebhook.WordOf(k) == words[0]);
        if (words.Length != 2 || kind == 0 || words[1] is not (SimulatorWebhook.Approved or SimulatorWebhook.Declined))
        {
            return new WebhookReading.Ignored();
        }

        ProviderAnswer? answer = words[1] == SimulatorWebhook.Approved
            ? data.Step is { Length: > 0 } step ? new ProviderAnswer.Approved(step) : null
            : data.Reason is { Length: > 0 } reason ? new ProviderAnswer.Declined(reason) : null;
        return answer is null || data.Key is not { Length: > 0 } key
            ? new WebhookReading.Malformed("it lacks the key, the reference or the reason of a step")
            : new WebhookReading.Event(new ProviderEvent.StepAnswered(
                SimulatedProvider.ProviderName, eventId, data.Payment, reference, time, key, kind, answer));
    }

    private static WebhookReading ReadDispute(string eventId, string word, SimulatorMessageData data, string reference, DateTimeOffset time)
    {
        DisputeState? state = word switch
        {
            "opened" => DisputeState.Open,
            "won" => DisputeState.Won,
            "lost" => DisputeState.Lost,
            _ => null,
        };
        if (state is null)
        {
            return new WebhookReading.Ignored();
        }

        return data is { Dispute: { Length: > 0 } dispute, Currency: { } currency, AmountMinor: > 0 and var minor, Reason: { } reason }
            && Currency.TryGetExponent(currency, out _)
            ? new WebhookReading.Event(new ProviderEvent.DisputeChanged(
                SimulatedProvider.ProviderName,
                eventId,
                data.Payment,
                reference,
                time,
                dispute,
                new MoneyAmount(minor, currency),
                reason,
                state.Value))
            : new WebhookReading.Malformed("it lacks the amount or the reason of a dispute");
    }
}
