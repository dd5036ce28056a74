using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Http;
using Suite.Platform.Errors;
using Suite.Platform.Telemetry;

namespace Suite.Platform.Security;

/// <summary>Answers a call that does not reach its method, in its caller's language: as gRPC would, or as JSON transcoding would.</summary>
internal static class Refusals
{
    /// <summary>The messages that errors carry as details.</summary>
    public static TypeRegistry Details { get; } =
        TypeRegistry.FromMessages(ErrorInfo.Descriptor, BadRequest.Descriptor, RetryInfo.Descriptor, PreconditionFailure.Descriptor);

    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true).WithTypeRegistry(Details));

    /// <summary>Ends the call with a failure.</summary>
    public static Task WriteAsync(HttpContext context, DomainException error)
    {
        CallReason.Set(context, error);
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is not null
            || context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) != true)
        {
            return WriteJsonAsync(context, error);
        }

        context.Response.ContentType = "application/grpc";
        error.WriteTo(context.Response.Headers);
        return Task.CompletedTask;
    }

    private static Task WriteJsonAsync(HttpContext context, DomainException error)
    {
        context.Response.StatusCode = HttpStatusOf(error.Code);
        context.Response.ContentType = "application/json";
        if (Challenge(error) is { } challenge)
        {
            context.Response.Headers.WWWAuthenticate = challenge;
        }

        return context.Response.WriteAsync(Json.Format(error.ToStatus()), context.RequestAborted);
    }

    // RFC 6750, section 3.
    private static string? Challenge(DomainException error) => error.Code switch
    {
        StatusCode.Unauthenticated when error.Reason == Contracts.Common.V1.ErrorReason.CredentialsMissing => "Bearer",
        StatusCode.Unauthenticated => "Bearer error=\"invalid_token\"",
        StatusCode.PermissionDenied when error.Details.TryGetValue("scope", out var scope) =>
            $"Bearer error=\"insufficient_scope\", scope=\"{scope}\"",
        _ => null,
    };

    /// <summary>As <c>google/rpc/code.proto</c> has it.</summary>
    private static int HttpStatusOf(StatusCode code) => code switch
    {
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => StatusCodes.Status400BadRequest,
        StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.AlreadyExists or StatusCode.Aborted => StatusCodes.Status409Conflict,
        StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };
}
