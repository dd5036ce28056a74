using Microsoft.Extensions.Logging;
using Suite.Contracts.Ops.V1;

namespace Suite.Platform.Faults;

/// <summary>What is said about faults in the log.</summary>
internal static partial class FaultLog
{
    [LoggerMessage(1801, LogLevel.Warning, "{Caller} set a fault: {Kind} at {Target}")]
    public static partial void Set(ILogger logger, string caller, Fault.Types.Kind kind, Fault.Types.Target target);

    [LoggerMessage(1802, LogLevel.Warning, "{Caller} cleared {Count} faults")]
    public static partial void Cleared(ILogger logger, string caller, int count);
}
