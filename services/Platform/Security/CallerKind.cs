namespace Suite.Platform.Security;

/// <summary>What kind of credentials a call came with.</summary>
public enum CallerKind
{
    /// <summary>None; only methods that the contract calls public can be called.</summary>
    Anonymous = 0,

    /// <summary>The access token of a user, who sees and changes only what is theirs.</summary>
    User,

    /// <summary>The API key of a backend, for the resources of all users.</summary>
    ApiKey,

    /// <summary>Another service of the suite, perhaps on somebody's behalf.</summary>
    Service,
}
