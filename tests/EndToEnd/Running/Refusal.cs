using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace Suite.Tests.EndToEnd.Running;

/// <summary>How a call was refused, with everything the status carries.</summary>
internal sealed record Refusal(
    StatusCode Code,
    string Message,
    ErrorInfo? Info,
    IReadOnlyList<BadRequest.Types.FieldViolation> Fields,
    RetryInfo? Retry,
    PreconditionFailure? Precondition)
{
    public string? Reason => Info?.Reason;

    /// <summary>Makes the call, which must be refused.</summary>
    public static async Task<Refusal> OfAsync<T>(AsyncUnaryCall<T> call)
    {
        try
        {
            var answer = await call;
            Assert.Fail($"The call was not refused: {answer}");
            throw new InvalidOperationException();
        }
        catch (RpcException e)
        {
            return Of(e);
        }
    }

    public static Refusal Of(RpcException exception) => Of(exception.StatusCode, exception.Status.Detail, exception.GetRpcStatus());

    /// <summary>Reads a status that came any other way, for example as bytes.</summary>
    public static Refusal Of(StatusCode code, string message, Google.Rpc.Status? status)
    {
        Assert.That(status is null || status.Code == (int)code, "The details speak of another code.");
        return new Refusal(
            code,
            message,
            Detail<ErrorInfo>(status),
            [.. Detail<BadRequest>(status)?.FieldViolations ?? []],
            Detail<RetryInfo>(status),
            Detail<PreconditionFailure>(status));
    }

    /// <summary>The code, the reason in the domain of Suite, and the fields it names.</summary>
    public void MustBe(StatusCode code, string reason, params string[] fields)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Code, Is.EqualTo(code), Message);
            Assert.That(Reason, Is.EqualTo(reason), Message);
            Assert.That(Info?.Domain, Is.EqualTo("suite"));
            Assert.That(Fields.Select(f => f.Field), Is.EqualTo(fields), Message);
            Assert.That(Fields.Select(f => f.Reason), Is.All.EqualTo(reason));
        }
    }

    private static T? Detail<T>(Google.Rpc.Status? status)
        where T : class, Google.Protobuf.IMessage<T>, new() =>
        status?.Details.FirstOrDefault(d => d.Is(new T().Descriptor)) is { } any ? any.Unpack<T>() : null;
}
