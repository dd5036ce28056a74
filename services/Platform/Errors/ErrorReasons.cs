using System.Collections.Frozen;
using Google.Protobuf.Reflection;
using Suite.Contracts.Common.V1;

namespace Suite.Platform.Errors;

/// <summary>The names of error reasons as the contract spells them.</summary>
public static class ErrorReasons
{
    private static readonly FrozenDictionary<int, string> Names = ErrorReasonReflection.Descriptor
        .FindTypeByName<EnumDescriptor>(nameof(ErrorReason))
        .Values.ToFrozenDictionary(v => v.Number, v => v.Name);

    private static readonly FrozenDictionary<string, ErrorReason> ByName =
        Names.ToFrozenDictionary(pair => pair.Value, pair => (ErrorReason)pair.Key, StringComparer.Ordinal);

    /// <summary>The reason of a name; unspecified when there is none of that name.</summary>
    public static ErrorReason Parse(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The name, for example <c>REQUEST_ID_REUSED</c>.</summary>
    public static string Name(ErrorReason reason) => Names[(int)reason];
}
