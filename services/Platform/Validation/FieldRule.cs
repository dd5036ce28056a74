using System.Text.RegularExpressions;
using Google.Api;
using Google.Protobuf.Reflection;
using Suite.Contracts.Common.V1;
using Suite.Platform.Naming;

namespace Suite.Platform.Validation;

/// <summary>What the contract says of one field, read from its descriptor once.</summary>
internal sealed class FieldRule
{
    public FieldRule(FieldDescriptor field)
    {
        Field = field;
        var options = field.GetOptions();
        var behaviors = options?.GetExtension(FieldBehaviorExtensions.FieldBehavior);
        Required = behaviors?.Contains(FieldBehavior.Required) == true;
        OutputOnly = behaviors?.Contains(FieldBehavior.OutputOnly) == true;
        IsUuid = options?.GetExtension(FieldInfoExtensions.FieldInfo)?.Format == FieldInfo.Types.Format.Uuid4;
        if (options?.GetExtension(ResourceExtensions.ResourceReference)?.Type is { Length: > 0 } type)
        {
            Resource = ResourceType.Find(type);
        }

        Rules = options?.GetExtension(RulesExtensions.Rules);
        if (Rules?.Pattern is { Length: > 0 } pattern)
        {
            Pattern = new Regex($"^(?:{pattern})\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
    }

    public FieldDescriptor Field { get; }

    public bool Required { get; }

    public bool OutputOnly { get; }

    public bool IsUuid { get; }

    public ResourceType? Resource { get; }

    public FieldRules? Rules { get; }

    public Regex? Pattern { get; }
}
