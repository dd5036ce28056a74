using MongoDB.Bson;
using Suite.Platform.Monetary;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders.Timelines.Storage;

/// <summary>An entry as it stands in a document of MongoDB, by the names of <see cref="EntryJson"/>.</summary>
internal static class EntryBson
{
    public static BsonDocument Of(TimelineEntry entry)
    {
        var json = EntryJson.Of(entry);
        var document = new BsonDocument { { "c", json.Chain }, { "v", json.Version } };
        Add("p", json.Place);
        document.Add("t", json.Type).Add("at", json.Time);
        Add("by", json.Actor);
        Add("why", json.Reason);
        Add("minor", json.AmountMinor);
        Add("currency", json.Currency);
        Add("step", json.Step?.ToString());
        Add("trace", json.TraceId?.ToString("N"));
        Add("state", json.State);
        return document;

        void Add<T>(string name, T value)
        {
            if (value is not null)
            {
                document.Add(name, BsonValue.Create(value));
            }
        }
    }

    public static TimelineEntry Read(BsonDocument document) => Json(document, name => document.TryGetValue(name, out var value) ? value : null).ToEntry();

    private static EntryJson Json(BsonDocument document, Func<string, BsonValue?> optional) => new()
    {
        Chain = document["c"].ToInt32(),
        Version = document["v"].ToInt64(),
        Place = optional("p")?.ToInt32(),
        Type = document["t"].ToInt32(),
        Time = document["at"].ToInt64(),
        Actor = optional("by")?.AsString,
        Reason = optional("why")?.AsString,
        AmountMinor = optional("minor")?.ToInt64(),
        Currency = optional("currency")?.AsString,
        Step = optional("step") is { } step ? Guid.Parse(step.AsString) : null,
        TraceId = optional("trace") is { } trace ? Guid.ParseExact(trace.AsString, "N") : null,
        State = optional("state")?.ToInt32(),
    };
}
