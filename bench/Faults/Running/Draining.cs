using System.Diagnostics;
using Confluent.Kafka;
using Npgsql;
using Suite.Faults.History;

namespace Suite.Faults.Running;

/// <summary>Waits until everything has come to rest.</summary>
internal static class Draining
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Looks until nothing is open, twice in a row, since what leaves one place may not be in the next one yet; or until the bound.
    /// </summary>
    /// <param name="cluster">The suite.</param>
    /// <param name="bound">How long it may take.</param>
    /// <param name="history">Where the end of it is put down.</param>
    /// <param name="say">Gets what is still open, now and then.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Drained> RunAsync(
        Cluster cluster, TimeSpan bound, RunHistory history, Action<FormattableString> say, CancellationToken cancellationToken)
    {
        var start = history.Now;
        var open = new Dictionary<string, long> { ["what was not asked for"] = 1 };
        var said = Stopwatch.StartNew();
        for (var calm = 0; calm < 2 && history.Now - start < bound;)
        {
            try
            {
                open = await OpenWork.ReadAsync(cluster.Suite.PostgresConnectionString, cluster.Suite.KafkaBootstrapServers, cancellationToken);
                calm = open.Values.All(count => count == 0) ? calm + 1 : 0;
            }
            catch (Exception e) when (e is NpgsqlException or KafkaException)
            {
                (calm, open) = (0, new Dictionary<string, long> { [$"what could not be asked for ({e.Message})"] = 1 });
            }

            if (said.Elapsed > TimeSpan.FromSeconds(5) && calm == 0)
            {
                said.Restart();
                say($"  open: {string.Join(", ", open.Where(part => part.Value > 0).Select(part => $"{part.Value} {part.Key}"))}");
            }

            await Task.Delay(s_look, cancellationToken);
        }

        return history.Add(new Drained { At = history.Now, Start = start, Bound = bound, Open = open });
    }
}
