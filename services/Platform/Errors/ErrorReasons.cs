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

    /// <summary>The name, for example <c>REQUEST_ID_REUSED</c>.</summary>
    public static string Name(ErrorReason reason) => Names[(int)reason];
}
