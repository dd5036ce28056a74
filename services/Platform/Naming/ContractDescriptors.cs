using System.Reflection;
using Google.Protobuf.Reflection;
using Suite.Contracts.Common.V1;

namespace Suite.Platform.Naming;

/// <summary>Every file of the contracts, found once.</summary>
internal static class ContractDescriptors
{
    public static IReadOnlyList<FileDescriptor> Files { get; } =
        [.. typeof(AuthPolicy).Assembly.GetExportedTypes()
            .Where(t => t.IsAbstract && t.IsSealed && t.Name.EndsWith("Reflection", StringComparison.Ordinal))
            .Select(t => t.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
            .OfType<FileDescriptor>()];
}
