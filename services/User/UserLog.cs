namespace Suite.Users;

/// <summary>What the User service says in its log. Never personal data, never a credential.</summary>
internal static partial class UserLog
{
    [LoggerMessage(
        3001,
        LogLevel.Warning,
        "The refresh token of session {SessionId} came a second time, so it is in two hands; the session was ended")]
    public static partial void RefreshTokenReused(ILogger logger, Guid sessionId);

    [LoggerMessage(3002, LogLevel.Information, "Made the signing key {Kid}, which signs from {SignTime:O}")]
    public static partial void SigningKeyMade(ILogger logger, string kid, DateTimeOffset signTime);

    [LoggerMessage(3003, LogLevel.Information, "Dropped the signing key {Kid}: the last token it signed has expired")]
    public static partial void SigningKeyDropped(ILogger logger, string kid);

    [LoggerMessage(3004, LogLevel.Warning, "The signing keys could not be looked at; trying again later")]
    public static partial void SigningKeysNeglected(ILogger logger, Exception exception);

    [LoggerMessage(3005, LogLevel.Information, "Made the administrator's API key {KeyId}")]
    public static partial void AdministratorKeyMade(ILogger logger, Guid keyId);

    [LoggerMessage(3006, LogLevel.Warning, "Revoked the administrator's API key {KeyId}: the file holds another secret now")]
    public static partial void AdministratorKeyRevoked(ILogger logger, Guid keyId);

    [LoggerMessage(3007, LogLevel.Warning, "The secret in the file of {Variable} is one of a key that was revoked; put another one there")]
    public static partial void AdministratorKeyIsOver(ILogger logger, string variable);

    [LoggerMessage(3008, LogLevel.Warning, "The last use of API keys could not be written down; trying again later")]
    public static partial void ApiKeyUsesNotWritten(ILogger logger, Exception exception);

    [LoggerMessage(3009, LogLevel.Warning, "What is over could not be forgotten; trying again later")]
    public static partial void CleanupFailed(ILogger logger, Exception exception);
}
