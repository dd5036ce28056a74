namespace Suite.Users.Features.Limits;

/// <summary>What somebody tries with a credential; each is counted by itself.</summary>
internal enum CredentialUse
{
    /// <summary>CreateSession. Every attempt counts for the address, failed ones for the account.</summary>
    SignIn,

    /// <summary>RefreshSession. Failed attempts count.</summary>
    Refresh,

    /// <summary>ChangePassword. Every attempt counts for the address, failed ones for the account.</summary>
    PasswordChange,
}
