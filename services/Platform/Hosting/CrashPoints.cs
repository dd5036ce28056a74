using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Suite.Platform.Hosting;

/// <summary>
/// Named places where a test can have the process killed, as by <c>kill -9</c>: <c>SUITE_TEST_CRASH=order.after-commit</c>.
/// Refused in Production.
/// </summary>
public static class CrashPoints
{
    private static string? s_armed;

    /// <summary>Kills this process when it was told to die here; does nothing otherwise.</summary>
    public static void Hit(string name)
    {
        if (s_armed is not null && s_armed == name)
        {
            using var self = Process.GetCurrentProcess();
            self.Kill();
            Thread.Sleep(Timeout.Infinite);
        }
    }

    internal static void Use(IConfiguration configuration, IHostEnvironment environment)
    {
        s_armed = configuration["SUITE_TEST_CRASH"];
        if (s_armed is not null && environment.IsProduction())
        {
            throw new InvalidOperationException("SUITE_TEST_CRASH is for tests and is refused in Production.");
        }
    }
}
