using System.Reflection;
using Google.Protobuf.Reflection;
using NUnit.Framework;
using Suite.Contracts.Common.V1;

namespace Suite.Tests.Contract;

/// <summary>The contracts, as descriptors and as text.</summary>
internal static class Contracts
{
    public static IReadOnlyList<FileDescriptor> Files { get; } =
    [
        .. typeof(AuthPolicy).Assembly.GetExportedTypes()
            .Where(t => t.Name.EndsWith("Reflection", StringComparison.Ordinal))
            .Select(t => t.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
            .OfType<FileDescriptor>(),
    ];

    public static IEnumerable<ServiceDescriptor> Services => Files.SelectMany(f => f.Services);

    public static IEnumerable<MessageDescriptor> Messages => Files.SelectMany(f => f.MessageTypes).SelectMany(WithNested);

    public static IEnumerable<EnumDescriptor> Enums => Files.SelectMany(f => f.EnumTypes).Concat(Messages.SelectMany(m => m.EnumTypes));

    public static string Folder { get; } = FindFolder();

    private static IEnumerable<MessageDescriptor> WithNested(MessageDescriptor message) =>
        [message, .. message.NestedTypes.SelectMany(WithNested)];

    private static string FindFolder()
    {
        var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Suite.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("The tests run outside the repository."), "protos");
    }
}
