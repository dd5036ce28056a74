using Suite.Contracts.Ops.V1;
using Suite.Faults.History;
using Suite.Faults.Load;
using Suite.Local;

namespace Suite.Faults.Running;

/// <summary>Has every projection compared with the record.</summary>
internal static class Comparing
{
    private static readonly TimeSpan s_bound = TimeSpan.FromMinutes(3);

    /// <exception cref="SuiteLocalException">A comparison does not end.</exception>
    public static async Task RunAsync(Lines lines, RunHistory history, CancellationToken cancellationToken)
    {
        var list = await lines.Projections(0).ListProjectionsAsync(new ListProjectionsRequest(), cancellationToken: cancellationToken);
        foreach (var projection in list.Projections)
        {
            var begun = await lines.Projections(0).VerifyProjectionAsync(
                new VerifyProjectionRequest { Name = projection.Name, RequestId = Guid.NewGuid().ToString() }, cancellationToken: cancellationToken);
            var found = await EndAsync(lines, begun, history, cancellationToken);
            history.Add(new Compared
            {
                At = history.Now,
                Projection = projection.Name,
                DocumentCount = found.DocumentCount,
                DifferenceCount = found.DifferenceCount,
                Differences = [.. found.Differences],
            });
        }
    }

    private static async Task<Verification> EndAsync(Lines lines, Projection begun, RunHistory history, CancellationToken cancellationToken)
    {
        for (var start = history.Now; history.Now - start < s_bound; await Task.Delay(200, cancellationToken))
        {
            var now = await lines.Projections(0).GetProjectionAsync(new GetProjectionRequest { Name = begun.Name }, cancellationToken: cancellationToken);
            if (now.LastVerification is { } found && found.EndTime.ToDateTimeOffset() > begun.BeginTime.ToDateTimeOffset())
            {
                return found;
            }
        }

        throw new SuiteLocalException($"The comparison of {begun.Name} did not end within {s_bound.TotalMinutes:0} minutes.");
    }
}
