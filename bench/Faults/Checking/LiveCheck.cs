using Suite.Faults.History;

namespace Suite.Faults.Checking;

/// <summary>Judges each call while a run goes on, with what can be judged so early. Any thread may show it a call.</summary>
internal sealed class LiveCheck
{
    private readonly Lock _gate = new();
    private readonly List<Func<ClientCall, IEnumerable<Violation>>> _watches =
        [.. Checker.Properties.OfType<LiveProperty>().Select(property => property.Watch())];

    private readonly List<Violation> _found = [];

    /// <summary>What was found until now.</summary>
    public IReadOnlyList<Violation> Found
    {
        get
        {
            lock (_gate)
            {
                return [.. _found];
            }
        }
    }

    /// <summary>Shows it a call that is over: soon after that, as the client recorded it.</summary>
    /// <returns>What is wrong with it.</returns>
    public IReadOnlyList<Violation> See(ClientCall call)
    {
        lock (_gate)
        {
            List<Violation> violations = [.. _watches.SelectMany(see => see(call))];
            _found.AddRange(violations);
            return violations;
        }
    }
}
