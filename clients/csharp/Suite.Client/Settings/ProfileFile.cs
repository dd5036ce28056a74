using System.Text.Json.Serialization;

namespace Suite.Client;

/// <summary>The form of the profile file.</summary>
internal sealed record ProfileFile
{
    public string? Current { get; init; }

    public Dictionary<string, SuiteProfile>? Profiles { get; init; }
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    ReadCommentHandling = System.Text.Json.JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(ProfileFile))]
internal sealed partial class ProfileFileJson : JsonSerializerContext;
