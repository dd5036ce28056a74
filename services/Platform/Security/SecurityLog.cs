using Microsoft.Extensions.Logging;

namespace Suite.Platform.Security;

/// <summary>What is said of credentials. Never a token, a key or a part of one.</summary>
internal static partial class SecurityLog
{
    [LoggerMessage(1601, LogLevel.Warning, "User does not say whom to believe ({Reason}); what it said last is used")]
    public static partial void TrustIsAway(ILogger logger, string reason);

    [LoggerMessage(1602, LogLevel.Information, "User says again whom to believe")]
    public static partial void TrustIsBack(ILogger logger);
}
