namespace Suite.Platform.Security;

/// <summary>Credentials that were verified once.</summary>
/// <param name="caller">Whose they are.</param>
/// <param name="issueTime">When they were made; what is revoked later than this ends them.</param>
/// <param name="goodUntil">When they expire, or have to be verified anew.</param>
internal sealed class Credential(Caller caller, DateTimeOffset issueTime, DateTimeOffset goodUntil)
{
    private TrustSnapshot? _acceptedBy;

    public Caller Caller => caller;

    public DateTimeOffset IssueTime => issueTime;

    public DateTimeOffset GoodUntil => goodUntil;

    /// <summary>Whether nothing of it is revoked. What a snapshot said once it says for as long as it is the last one.</summary>
    public bool IsAcceptedBy(TrustSnapshot trust)
    {
        if (ReferenceEquals(Volatile.Read(ref _acceptedBy), trust))
        {
            return true;
        }

        if (trust.IsRevoked(this))
        {
            return false;
        }

        Volatile.Write(ref _acceptedBy, trust);
        return true;
    }
}
