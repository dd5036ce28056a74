using System.Text.Json.Serialization;
using Suite.Platform.Monetary;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders.Timelines.Storage;

/// <summary>An entry as it stands in a document; names are short, since there are many. What is not said is left out.</summary>
internal sealed record EntryJson
{
    /// <summary>The chain.</summary>
    [JsonPropertyName("c")]
    public required int Chain { get; init; }

    [JsonPropertyName("v")]
    public required long Version { get; init; }

    /// <summary>The place in the version, unless it is 0.</summary>
    [JsonPropertyName("p")]
    public int? Place { get; init; }

    /// <summary>What happened, a number of suite.order.v1.OrderEvent.Type.</summary>
    [JsonPropertyName("t")]
    public required int Type { get; init; }

    /// <summary>Microseconds since 1970, UTC.</summary>
    [JsonPropertyName("at")]
    public required long Time { get; init; }

    [JsonPropertyName("by")]
    public string? Actor { get; init; }

    [JsonPropertyName("why")]
    public string? Reason { get; init; }

    [JsonPropertyName("minor")]
    public long? AmountMinor { get; init; }

    [JsonPropertyName("currency")]
    public string? Currency { get; init; }

    [JsonPropertyName("step")]
    public Guid? Step { get; init; }

    [JsonPropertyName("trace")]
    public Guid? TraceId { get; init; }

    /// <summary>The state of the order after it.</summary>
    [JsonPropertyName("state")]
    public int? State { get; init; }

    public static EntryJson Of(TimelineEntry entry) => new()
    {
        Chain = (int)entry.Chain,
        Version = entry.Version,
        Place = entry.Place == 0 ? null : entry.Place,
        Type = (int)entry.Type,
        Time = (entry.Time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond,
        Actor = entry.Actor.Length > 0 ? entry.Actor : null,
        Reason = entry.Reason.Length > 0 ? entry.Reason : null,
        AmountMinor = entry.Amount?.MinorUnits,
        Currency = entry.Amount?.CurrencyCode,
        Step = entry.Step,
        TraceId = entry.TraceId,
        State = (int?)entry.State,
    };

    public TimelineEntry ToEntry() => new((TimelineChain)Chain, Version, (EventType)Type, DateTimeOffset.UnixEpoch.AddTicks(Time * TimeSpan.TicksPerMicrosecond))
    {
        Place = Place ?? 0,
        Actor = Actor ?? string.Empty,
        Reason = Reason ?? string.Empty,
        Amount = AmountMinor is { } minor && Currency is { } currency ? new MoneyAmount(minor, currency) : null,
        Step = Step,
        TraceId = TraceId,
        State = (State?)State,
    };
}

/// <summary>Written without reflection.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Dictionary<string, EntryJson>))]
internal sealed partial class TimelineJson : JsonSerializerContext;
