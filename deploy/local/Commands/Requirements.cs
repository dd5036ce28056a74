using Suite.Local.Kafka;
using Suite.Local.Postgres;
using Suite.Local.Processes;
using Suite.Local.Redis;
using Suite.Local.Services;

namespace Suite.Local.Commands;

/// <summary>What must be there before anything is started; everything that is missing is told at once.</summary>
internal static class Requirements
{
    /// <summary>Checks in milliseconds; only an installation of PostgreSQL or Redis, where one is possible, takes longer.</summary>
    /// <exception cref="SuiteLocalException">The message says what is missing and how to mend it.</exception>
    public static async Task<string> CheckAsync(LocalSuiteOptions options, Action<string> log, CancellationToken cancellationToken)
    {
        List<string> missing = [];
        await TryAsync(() =>
        {
            foreach (var name in options.Services)
            {
                ServiceProcess.Find(name);
            }

            return Task.CompletedTask;
        });
        await TryAsync(() =>
        {
            if (options.Kafka is null && options.KafkaHome is { } home)
            {
                RealKafkaBroker.Check(home);
            }

            return Task.CompletedTask;
        });
        await TryAsync(() => options.Postgres is null ? PostgresInstall.EnsureAsync(log, cancellationToken) : Task.CompletedTask);
        await TryAsync(() => options.Redis is null ? RedisInstall.EnsureAsync(log, cancellationToken) : Task.CompletedTask);
        if (options.Postgres is null && Environment.IsPrivilegedProcess && ChildProcess.OnPath("setpriv") is null)
        {
            missing.Add("setpriv is missing: PostgreSQL refuses to run as root, and only it can start it as another user. Install util-linux.");
        }

        return missing.Count == 0
            ? "everything needed is here"
            : throw new SuiteLocalException(string.Join('\n', missing));

        async Task TryAsync(Func<Task> check)
        {
            try
            {
                await check();
            }
            catch (SuiteLocalException e)
            {
                missing.Add(e.Message);
            }
        }
    }
}
