using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Suite.Contracts.Common.V1;
using Suite.Platform.Errors;
using Suite.Platform.Naming;
using Suite.Platform.Validation;

namespace Suite.Platform.Security;

/// <summary>What a caller may set in a request beside calling its method, as the contract says it with <c>(suite.common.v1.rules).scope</c>.</summary>
public static class FieldScopes
{
    /// <summary>The fields that need a scope, by their full names.</summary>
    public static FrozenDictionary<string, string> All { get; } = ContractDescriptors.Files
        .SelectMany(file => file.MessageTypes)
        .SelectMany(WithNested)
        .SelectMany(message => message.Fields.InDeclarationOrder())
        .Where(field => ScopeOf(field) is not null)
        .ToFrozenDictionary(field => field.FullName, field => ScopeOf(field)!);

    private static readonly ConcurrentDictionary<MessageDescriptor, FieldDescriptor[]> Paths = new();

    /// <summary>Makes sure that the caller holds the scope of every field that the request sets.</summary>
    /// <exception cref="DomainException">PERMISSION_DENIED (SCOPE_MISSING).</exception>
    public static void Check(IMessage request, Caller caller)
    {
        // Most messages have no such field, neither themselves nor below.
        foreach (var field in Paths.GetOrAdd(request.Descriptor, static message => Guarded(message, [])))
        {
            if (!UpdateMask.IsSet(field, request))
            {
                continue;
            }

            if (ScopeOf(field) is { } scope && !caller.Has(scope))
            {
                throw DomainError.ScopeMissing(scope);
            }

            if (field.FieldType == FieldType.Message)
            {
                CheckBelow(field.Accessor.GetValue(request), caller);
            }
        }
    }

    private static void CheckBelow(object value, Caller caller)
    {
        if (value is IMessage message)
        {
            Check(message, caller);
            return;
        }

        foreach (var item in (value as IEnumerable)?.OfType<IMessage>() ?? [])
        {
            Check(item, caller);
        }
    }

    /// <summary>The fields of a message that need a scope, or that lead to one that does.</summary>
    private static FieldDescriptor[] Guarded(MessageDescriptor message, HashSet<MessageDescriptor> above) => above.Add(message)
        ? [.. message.Fields.InDeclarationOrder().Where(field =>
            ScopeOf(field) is not null
            || (field is { FieldType: FieldType.Message, IsMap: false } && Guarded(field.MessageType, [.. above]).Length > 0))]
        : [];

    private static string? ScopeOf(FieldDescriptor field) =>
        field.GetOptions()?.GetExtension(RulesExtensions.Rules)?.Scope is { Length: > 0 } scope ? scope : null;

    private static IEnumerable<MessageDescriptor> WithNested(MessageDescriptor message) =>
        message.NestedTypes.SelectMany(WithNested).Prepend(message);
}
