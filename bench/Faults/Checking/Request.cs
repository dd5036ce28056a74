using Suite.Faults.History;

namespace Suite.Faults.Checking;

/// <summary>All attempts with one request id.</summary>
/// <param name="Attempts">The attempts, at least one.</param>
internal sealed record Request(IReadOnlyList<ClientCall> Attempts)
{
    public string Id => Attempts[0].RequestId;

    public Operation Operation => Attempts[0].Operation;

    /// <summary>What it is about, as it was given or answered; empty where nobody knows.</summary>
    public string Name => Attempts.Select(attempt => attempt.Name).FirstOrDefault(name => name.Length > 0) ?? string.Empty;

    /// <summary>What the effect is known by: as the client said, or as the answer did.</summary>
    public string Mark => Attempts.Select(attempt => attempt.Mark)
        .Concat(Attempts.SelectMany(attempt => attempt.Orders.Select(order => order.Mark).Concat(attempt.Users.Select(user => user.Mark))))
        .FirstOrDefault(mark => mark.Length > 0) ?? string.Empty;

    public Amount? Amount => Attempts[0].Amount;

    /// <summary>Ok when any attempt was; Failed when all were, since an attempt that is unknown may still be carried out after another one was refused.</summary>
    public Outcome Outcome => Attempts.Any(attempt => attempt.Outcome == Outcome.Ok) ? Outcome.Ok
        : Attempts.All(attempt => attempt.Outcome == Outcome.Failed) ? Outcome.Failed
        : Outcome.Unknown;

    /// <summary>The attempts that were answered.</summary>
    public IEnumerable<ClientCall> Answers => Attempts.Where(attempt => attempt.Outcome == Outcome.Ok);
}
