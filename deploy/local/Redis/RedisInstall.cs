using Suite.Local.Packages;

namespace Suite.Local.Redis;

/// <summary>Gets Redis from the system's packages when it is missing.</summary>
public static class RedisInstall
{
    // The package redis-server would start a server of the system's own, now and at every boot. All it adds to redis-tools is that
    // service and a link: the program itself is in redis-tools, which starts nothing.
    private const string Package = "redis-tools";

    /// <summary>Whether the server's program is on this machine.</summary>
    public static bool IsInstalled => RedisBinaries.Find() is not null;

    /// <summary>
    /// Makes sure the program is here: installs it with apt-get when that is possible, and otherwise throws a
    /// <see cref="SuiteLocalException"/> with the one line to type.
    /// </summary>
    public static async Task EnsureAsync(Action<string> log, CancellationToken cancellationToken)
    {
        if (IsInstalled)
        {
            return;
        }

        if (Environment.GetEnvironmentVariable("SUITE_REDIS_BIN") is { Length: > 0 } named)
        {
            throw new SuiteLocalException($"SUITE_REDIS_BIN is '{named}', which has no redis-server.");
        }

        if (AptGet.Program is null)
        {
            throw new SuiteLocalException("Redis 6 or later is missing: install it, or name a server in SUITE_REDIS.");
        }

        if (!Environment.IsPrivilegedProcess)
        {
            throw new SuiteLocalException($"Redis is missing. Type:  sudo apt-get install {Package}   (or name a server in SUITE_REDIS)");
        }

        log($"installing the package {Package} (once)");
        await AptGet.UpdateAsync(log, cancellationToken);
        await AptGet.InstallAsync(Package, log, cancellationToken);
        if (!IsInstalled)
        {
            throw new SuiteLocalException($"The package {Package} was installed, but it has no server. Name one in SUITE_REDIS.");
        }
    }
}
