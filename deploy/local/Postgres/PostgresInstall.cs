using Suite.Local.Packages;

namespace Suite.Local.Postgres;

/// <summary>Gets PostgreSQL from the system's packages when it is missing.</summary>
public static class PostgresInstall
{
    private const string ClusterSettings = "/etc/postgresql-common/createcluster.conf";

    /// <summary>Whether the server's programs are on this machine.</summary>
    public static bool IsInstalled => PostgresBinaries.Find() is not null;

    /// <summary>
    /// Makes sure the programs are here: installs <c>postgresql</c> with apt-get when that is possible, and otherwise throws a
    /// <see cref="SuiteLocalException"/> with the one line to type.
    /// </summary>
    public static async Task EnsureAsync(Action<string> log, CancellationToken cancellationToken)
    {
        if (IsInstalled)
        {
            return;
        }

        if (Environment.GetEnvironmentVariable("SUITE_POSTGRES_BIN") is { Length: > 0 } named)
        {
            throw new SuiteLocalException($"SUITE_POSTGRES_BIN is '{named}', which has no initdb and postgres of version {PostgresBinaries.OldestMajor} or later.");
        }

        if (AptGet.Program is null)
        {
            throw new SuiteLocalException($"PostgreSQL {PostgresBinaries.OldestMajor} or later is missing: install it, or name a server in SUITE_POSTGRES.");
        }

        if (!Environment.IsPrivilegedProcess)
        {
            throw new SuiteLocalException("PostgreSQL is missing. Type:  sudo apt-get install postgresql   (or name a server in SUITE_POSTGRES)");
        }

        log("installing the package postgresql (once)");
        await AptGet.UpdateAsync(log, cancellationToken);
        await AptGet.InstallAsync("postgresql-common", log, cancellationToken);
        var settings = await KeepFromCreatingClusterAsync(cancellationToken);
        try
        {
            await AptGet.InstallAsync("postgresql", log, cancellationToken);
        }
        finally
        {
            if (settings is not null)
            {
                await File.WriteAllTextAsync(ClusterSettings, settings, CancellationToken.None);
            }
        }

        if (!IsInstalled)
        {
            throw new SuiteLocalException($"The package postgresql was installed, but it has no server of version {PostgresBinaries.OldestMajor} or later.");
        }
    }

    /// <summary>
    /// Debian's package makes and starts a server of the system's own when it is installed. Nobody asked for one: that is
    /// switched off while we install, and the setting is put back afterwards.
    /// </summary>
    private static async Task<string?> KeepFromCreatingClusterAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(ClusterSettings))
        {
            return null;
        }

        var before = await File.ReadAllTextAsync(ClusterSettings, cancellationToken);
        await File.WriteAllTextAsync(ClusterSettings, before + "\ncreate_main_cluster = false\n", cancellationToken);
        return before;
    }
}
