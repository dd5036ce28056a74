using Suite.Platform.Errors;

namespace Suite.Platform.Security;

/// <summary>What became of the credentials of a call: they are good, or why not. One of the two is set.</summary>
internal readonly record struct Verdict(Credential? Credential, DomainException? Refusal)
{
    /// <summary>Whose credentials they are, when they are good.</summary>
    public Caller? Caller => Credential?.Caller;

    public static Verdict Of(Credential credential) => new(credential, null);

    public static Verdict No(DomainException refusal) => new(null, refusal);
}
