using Suite.Local;
using Suite.Local.Packages;

namespace Suite.Tests.EndToEnd.Telemetry;

/// <summary>Programs of the system's packages that a test needs.</summary>
internal static class Programs
{
    private static readonly bool s_isCi = Environment.GetEnvironmentVariable("CI") is not (null or "" or "false");

    /// <summary>A program; the calling test is ignored where it can not be had, and fails in CI.</summary>
    public static async Task<string> EnsureAsync(UnpackedPackage package, string program)
    {
        try
        {
            return await package.EnsureAsync(program, TestContext.Progress.WriteLine, CancellationToken.None);
        }
        catch (SuiteLocalException e) when (!s_isCi)
        {
            Assert.Ignore(e.Message);
            throw;
        }
    }
}
