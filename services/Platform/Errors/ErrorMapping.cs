using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Npgsql;

namespace Suite.Platform.Errors;

/// <summary>What becomes of an exception on its way to the caller. The one place that decides it.</summary>
internal static class ErrorMapping
{
    /// <summary>Maps an exception that left a handler.</summary>
    public static DomainException Map(Exception exception, bool cancelled, bool deadlinePassed) => exception switch
    {
        DomainException known => known,
        _ when cancelled && deadlinePassed => DomainError.DeadlinePassed(exception),
        // A call to another service has the caller's deadline, and may notice it a moment before our clock does.
        RpcException { StatusCode: StatusCode.DeadlineExceeded } when cancelled => DomainError.DeadlinePassed(exception),
        InvalidProtocolBufferException => DomainError.MalformedMessage(exception),
        RpcException { StatusCode: StatusCode.ResourceExhausted } => DomainError.MessageTooLarge(exception),
        PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable } => DomainError.RequestInProgress(exception),
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => DomainError.DependencyUnavailable("postgres", exception),
        NpgsqlException { IsTransient: true } => DomainError.DependencyUnavailable("postgres", exception),
        NpgsqlException { InnerException: IOException or TimeoutException or System.Net.Sockets.SocketException } =>
            DomainError.DependencyUnavailable("postgres", exception),
        _ => DomainError.Internal(Activity.Current?.TraceId.ToString(), exception),
    };

    /// <summary>Whether the caller went away, which is nobody's fault and no line in the log.</summary>
    public static bool IsCallersCancellation(Exception exception, bool cancelled, bool deadlinePassed) =>
        cancelled && !deadlinePassed && exception is OperationCanceledException or IOException or InvalidOperationException { Source: "Grpc.AspNetCore.Server" };
}
