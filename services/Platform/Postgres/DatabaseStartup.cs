using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Suite.Platform.Postgres;

/// <summary>Migrates before any other hosted service starts, and waits a while for a database that is still coming up.</summary>
internal sealed class DatabaseStartup(Migrator migrator, TimeProvider time, ILogger<Migrator> logger) : IHostedService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                await migrator.RunAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException e) when ((e.IsTransient || e.InnerException is IOException or SocketException or TimeoutException) && time.GetElapsedTime(started) < Patience)
            {
                PostgresLog.WaitingForDatabase(logger, e.SqlState ?? e.GetType().Name);
                await Task.Delay(TimeSpan.FromMilliseconds(300), time, cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
