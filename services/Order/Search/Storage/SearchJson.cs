using System.Text.Json;
using System.Text.Json.Serialization;

namespace Suite.Orders.Search.Storage;

/// <summary>Texts and SKUs as JSON, written without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OrderTexts))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class SearchJson : JsonSerializerContext
{
    public static string Write(IReadOnlyList<string> texts) => JsonSerializer.Serialize(texts, Default.IReadOnlyListString);

    public static string Write(OrderTexts texts) => JsonSerializer.Serialize(texts, Default.OrderTexts);

    public static OrderTexts ReadTexts(string json) => JsonSerializer.Deserialize(json, Default.OrderTexts)!;
}
