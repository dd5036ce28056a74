using System.Net.Sockets;
using Grpc.Core;
using Npgsql;
using Suite.Platform.Errors;

namespace Suite.Platform.Messaging.Inbox;

/// <summary>Tells faults that pass (a store that is away, a deadlock) from those that would come again with the same message.</summary>
internal static class PassingFault
{
    public static bool Is(Exception exception) => exception switch
    {
        PoisonMessageException => false,
        PostgresException e => e.IsTransient || e.SqlState is PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable
            or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.ReadOnlySqlTransaction
            || e.SqlState.StartsWith("53", StringComparison.Ordinal) || e.SqlState.StartsWith("57P", StringComparison.Ordinal)
            || e.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException or TimeoutException or IOException or SocketException or OperationCanceledException => true,
        DomainException { Code: StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted } => true,
        RpcException { StatusCode: StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted } => true,
        _ => false,
    };

    /// <summary>A short fixed text for what went wrong; never the text of an exception, which may hold data.</summary>
    public static string Reason(Exception exception) => exception switch
    {
        PoisonMessageException poison => poison.Reason,
        PostgresException postgres => $"postgres_{postgres.SqlState}",
        DomainException domain => ErrorReasons.Name(domain.Reason).ToLowerInvariant(),
        _ => exception.GetType().Name,
    };
}
