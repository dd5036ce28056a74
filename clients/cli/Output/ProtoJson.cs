using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;

namespace Suite.Cli.Output;

/// <summary>Messages of the contract as protobuf JSON: camelCase names, int64 as text, enums by name, every field present.</summary>
internal static class ProtoJson
{
    private static readonly JsonFormatter CompactFormatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));
    private static readonly JsonFormatter IndentedFormatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true).WithIndentation());

    private static readonly JsonSerializerOptions CompactOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions IndentedOptions = new(CompactOptions) { WriteIndented = true };

    /// <summary>One line without spaces.</summary>
    public static string Compact(IMessage message) => Compact(Node(message));

    public static string Indented(IMessage message) => IndentedFormatter.Format(message);

    public static string Compact(JsonNode node) => node.ToJsonString(CompactOptions);

    public static string Indented(JsonNode node) => node.ToJsonString(IndentedOptions);

    /// <summary>A message as a part of a larger document.</summary>
    public static JsonNode Node(IMessage message) => JsonNode.Parse(CompactFormatter.Format(message))!;
}
