using Suite.Platform.Errors;

namespace Suite.Platform.Security;

/// <summary>What became of the credentials of a call: a caller, or why there is none. One of the two is set.</summary>
internal readonly record struct Verdict(Caller? Caller, DomainException? Refusal)
{
    public static Verdict Of(Caller caller) => new(caller, null);

    public static Verdict No(DomainException refusal) => new(null, refusal);
}
