using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Suite.Platform.Postgres;

/// <summary>
/// Asks the database for an answer on a connection of the service's own pool. A question that a database which hangs has not answered is
/// not waited for any longer, and not asked again beside it: it would only take another connection.
/// </summary>
internal sealed class PostgresHealthCheck(NpgsqlDataSource dataSource) : IHealthCheck
{
    private const int PatienceSeconds = 2;

    private readonly Lock _gate = new();
    private Task _asking = Task.CompletedTask;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await Ask().WaitAsync(TimeSpan.FromSeconds(PatienceSeconds), cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "PostgreSQL does not answer.");
        }
    }

    private Task Ask()
    {
        lock (_gate)
        {
            return _asking.IsCompleted ? _asking = AskAsync() : _asking;
        }
    }

    private async Task AskAsync()
    {
        await using var command = dataSource.CreateCommand("SELECT 1");
        command.CommandTimeout = PatienceSeconds;
        await command.ExecuteScalarAsync(CancellationToken.None);
    }
}
