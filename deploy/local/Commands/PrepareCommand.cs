using Suite.Local.Postgres;
using Suite.Local.Redis;

namespace Suite.Local.Commands;

/// <summary><c>prepare</c>: what tests need from the system. In CI a missing server is an error, elsewhere tests are skipped.</summary>
internal static class PrepareCommand
{
    public static async Task<int> RunAsync()
    {
        var stopping = StopSignals.Listen();
        try
        {
            await PostgresInstall.EnsureAsync(Console.WriteLine, stopping);
            await RedisInstall.EnsureAsync(Console.WriteLine, stopping);
            return 0;
        }
        catch (SuiteLocalException e) when (Environment.GetEnvironmentVariable("CI") is null or "" or "false")
        {
            Console.WriteLine(e.Message);
            Console.WriteLine("Tests that need it will be skipped.");
            return 0;
        }
    }
}
