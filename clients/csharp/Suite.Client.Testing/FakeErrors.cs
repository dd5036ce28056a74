using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Suite.Contracts.Common.V1;
using RpcStatus = Google.Rpc.Status;

namespace Suite.Client.Testing;

/// <summary>Makes failures in the form services answer them.</summary>
internal static class FakeErrors
{
    private const string Domain = "suite";

    public static RpcException Make(
        StatusCode code, ErrorReason reason, string detail, TimeSpan? retryAfter = null, (string Key, string Value)? metadata = null)
    {
        var status = new RpcStatus { Code = (int)code, Message = detail };
        if (reason != ErrorReason.Unspecified)
        {
            var info = new ErrorInfo { Domain = Domain, Reason = NameOf(reason) };
            if (metadata is { } entry)
            {
                info.Metadata.Add(entry.Key, entry.Value);
            }

            status.Details.Add(Any.Pack(info));
        }

        if (retryAfter is { } delay)
        {
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) }));
        }

        return status.ToRpcException();
    }

    public static RpcException Invalid(string field, string description, ErrorReason reason = ErrorReason.InvalidRequest)
    {
        var violation = new BadRequest.Types.FieldViolation { Field = field, Description = description, Reason = NameOf(reason) };
        return new RpcStatus
        {
            Code = (int)StatusCode.InvalidArgument,
            Message = $"{field}: {description}",
            Details =
            {
                Any.Pack(new ErrorInfo { Domain = Domain, Reason = NameOf(reason) }),
                Any.Pack(new BadRequest { FieldViolations = { violation } }),
            },
        }.ToRpcException();
    }

    public static RpcException About(StatusCode code, ErrorReason reason, string resource, string detail)
    {
        var status = new RpcStatus
        {
            Code = (int)code,
            Message = detail,
            Details = { Any.Pack(new ErrorInfo { Domain = Domain, Reason = NameOf(reason), Metadata = { ["resource"] = resource } }) },
        };
        if (code == StatusCode.FailedPrecondition)
        {
            var violation = new PreconditionFailure.Types.Violation { Type = NameOf(reason), Subject = resource, Description = detail };
            status.Details.Add(Any.Pack(new PreconditionFailure { Violations = { violation } }));
        }

        return status.ToRpcException();
    }

    /// <summary>FAILED_PRECONDITION that names everything in the way.</summary>
    public static RpcException Precondition(ErrorReason reason, string detail, IEnumerable<string> subjects, string description) => new RpcStatus
    {
        Code = (int)StatusCode.FailedPrecondition,
        Message = detail,
        Details =
        {
            Any.Pack(new ErrorInfo { Domain = Domain, Reason = NameOf(reason) }),
            Any.Pack(new PreconditionFailure
            {
                Violations =
                {
                    subjects.Select(subject => new PreconditionFailure.Types.Violation
                    {
                        Type = NameOf(reason),
                        Subject = subject,
                        Description = description,
                    }),
                },
            }),
        },
    }.ToRpcException();

    public static RpcException NotFound(string resource) =>
        About(StatusCode.NotFound, ErrorReason.ResourceNotFound, resource, $"{resource} was not found.");

    private static string NameOf(ErrorReason reason) =>
        ErrorReasonReflection.Descriptor.EnumTypes[0].FindValueByNumber((int)reason)?.Name ?? reason.ToString();
}
