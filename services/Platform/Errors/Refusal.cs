using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Suite.Platform.Errors;

/// <summary>
/// Answers a call before its body is read, in the form its handler would have answered in: trailers alone for gRPC, a
/// <c>google.rpc.Status</c> as JSON for HTTP/JSON.
/// </summary>
internal static class Refusal
{
    /// <summary>The messages that errors carry as details.</summary>
    public static TypeRegistry Details { get; } = TypeRegistry.FromMessages(
        ErrorInfo.Descriptor, BadRequest.Descriptor, RetryInfo.Descriptor, PreconditionFailure.Descriptor);

    private static readonly JsonFormatter s_json = new(new JsonFormatter.Settings(formatDefaultValues: true, Details));

    public static Task WriteAsync(HttpContext context, DomainException error)
    {
        var response = context.Response;
        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) != true)
        {
            response.StatusCode = HttpStatusOf(error.Code);
            response.ContentType = "application/json";
            return response.WriteAsync(s_json.Format(error.ToStatus()), context.RequestAborted);
        }

        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = context.Request.ContentType;
        response.Headers["grpc-status"] = ((int)error.Code).ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = Uri.EscapeDataString(error.Message);
        response.Headers["grpc-status-details-bin"] = Convert.ToBase64String(error.ToDetailsHeader());
        return Task.CompletedTask;
    }

    /// <summary>As <c>google/rpc/code.proto</c> has it, and JSON transcoding.</summary>
    private static int HttpStatusOf(StatusCode code) => code switch
    {
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => StatusCodes.Status400BadRequest,
        StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.AlreadyExists or StatusCode.Aborted => StatusCodes.Status409Conflict,
        StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        StatusCode.Unimplemented => StatusCodes.Status501NotImplemented,
        StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        StatusCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };
}
