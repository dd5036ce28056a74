using Suite.Local.Processes;

namespace Suite.Local.Redis;

/// <summary>Where the system's packages keep Redis's programs.</summary>
/// <param name="Server">The server's program.</param>
/// <param name="Cli">redis-cli, which tests make a cluster with; null when it is missing.</param>
internal sealed record RedisBinaries(string Server, string? Cli)
{
    /// <summary>
    /// The programs, or null. <c>SUITE_REDIS_BIN</c> names a folder to use instead of those on the path. Debian has one program with two
    /// names: <c>redis-check-rdb</c> of redis-tools, and <c>redis-server</c>, a link to it that redis-server adds. It does what it is called.
    /// </summary>
    public static RedisBinaries? Find() =>
        (Locate("redis-server") ?? Locate("redis-check-rdb")) is { } server ? new RedisBinaries(server, Locate("redis-cli")) : null;

    private static string? Locate(string program)
    {
        if (Environment.GetEnvironmentVariable("SUITE_REDIS_BIN") is not { Length: > 0 } folder)
        {
            return ChildProcess.OnPath(program);
        }

        var path = Path.Combine(folder, program);
        return File.Exists(path) ? path : null;
    }
}
