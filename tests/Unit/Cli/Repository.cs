using NUnit.Framework;

namespace Suite.Tests.Unit.Cli;

/// <summary>Files of this repository.</summary>
internal static class Repository
{
    public static string Path(params string[] parts)
    {
        var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "Suite.sln")))
        {
            folder = folder.Parent;
        }

        Assert.That(folder, Is.Not.Null, "The tests run inside a checkout.");
        return System.IO.Path.Combine([folder!.FullName, .. parts]);
    }
}
