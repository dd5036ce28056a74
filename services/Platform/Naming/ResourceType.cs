using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Google.Api;
using Suite.Contracts.Common.V1;

namespace Suite.Platform.Naming;

/// <summary>A kind of resource as the contract declares it with <c>google.api.resource</c>: its collection and the form of its ids.</summary>
internal sealed class ResourceType
{
    private static readonly FrozenDictionary<string, ResourceType> ByType = ContractDescriptors.Files
        .SelectMany(file => file.MessageTypes)
        .Select(message => (Resource: message.GetOptions()?.GetExtension(ResourceExtensions.Resource), Message: message))
        .Where(x => x.Resource is not null)
        .ToFrozenDictionary(
            x => x.Resource!.Type,
            x => new ResourceType(x.Resource!, x.Message.GetOptions()?.GetExtension(RulesExtensions.IdPattern)));

    private readonly string _prefix;
    private readonly Regex? _idPattern;

    private ResourceType(ResourceDescriptor resource, string? idPattern)
    {
        var pattern = resource.Pattern[0];
        _prefix = pattern[..pattern.IndexOf('{', StringComparison.Ordinal)];
        _idPattern = string.IsNullOrEmpty(idPattern)
            ? null
            : new Regex($"^(?:{idPattern})\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        Form = _prefix + (_idPattern is null ? "{uuid}" : $"{{{resource.Singular}}}");
    }

    /// <summary>How a name looks, for messages: <c>users/{uuid}</c>.</summary>
    public string Form { get; }

    public static ResourceType Find(string type) =>
        ByType.TryGetValue(type, out var found) ? found : throw new InvalidOperationException($"The contracts declare no resource type '{type}'.");

    public bool IsName(string name)
    {
        if (!name.StartsWith(_prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var id = name.AsSpan(_prefix.Length);
        return _idPattern?.IsMatch(id) ?? ResourceName.IsUuid(id);
    }
}
