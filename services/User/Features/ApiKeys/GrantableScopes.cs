using System.Collections.Frozen;
using Google.Protobuf.Reflection;
using Suite.Contracts.Common.V1;

namespace Suite.Users.Features.ApiKeys;

/// <summary>The scopes an API key can hold: all that methods of the contracts name, but the one that is for services alone.</summary>
internal static class GrantableScopes
{
    private const string ServicesOnly = "trust.read";

    public static FrozenSet<string> All { get; } = typeof(AuthPolicy).Assembly.GetExportedTypes()
        .Where(type => type.IsAbstract && type.IsSealed && type.Name.EndsWith("Reflection", StringComparison.Ordinal))
        .Select(type => type.GetProperty("Descriptor")?.GetValue(null))
        .OfType<FileDescriptor>()
        .SelectMany(file => file.Services)
        .SelectMany(service => service.Methods)
        .Select(method => method.GetOptions()?.GetExtension(AuthExtensions.Auth)?.Scope)
        .Where(scope => !string.IsNullOrEmpty(scope) && scope != ServicesOnly)
        .OfType<string>()
        .ToFrozenSet(StringComparer.Ordinal);
}
