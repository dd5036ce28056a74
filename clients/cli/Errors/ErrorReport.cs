using System.Text.Json.Nodes;
using Grpc.Core;
using Suite.Cli.Import;
using Suite.Client;

namespace Suite.Cli.Errors;

/// <summary>A failure as it is shown: what happened, what the exit code is, and what may help.</summary>
internal sealed record ErrorReport
{
    public required ExitCode Exit { get; init; }

    /// <summary>The gRPC code in the spelling of the protocol (<c>NOT_FOUND</c>), or a word of this command's own (<c>USAGE</c>).</summary>
    public required string Code { get; init; }

    /// <summary>For people.</summary>
    public required string Message { get; init; }

    /// <summary>Why, for programs; empty when no reason was given.</summary>
    public string Reason { get; init; } = string.Empty;

    public IReadOnlyList<SuiteViolation> Violations { get; init; } = [];

    public string? RequestId { get; init; }

    public string? TraceId { get; init; }

    public int? Attempts { get; init; }

    /// <summary>What the reader could do about it.</summary>
    public string? Hint { get; init; }

    public static ErrorReport Of(Exception exception) => exception switch
    {
        SuiteException e => Of(e),
        UsageException e => new() { Exit = ExitCode.Usage, Code = "USAGE", Message = e.Message },
        InputFileException e => new() { Exit = ExitCode.InputFile, Code = "INPUT_FILE", Message = e.Message },
        OperationCanceledException => new() { Exit = ExitCode.Interrupted, Code = "CANCELLED", Message = "stopped." },
        _ => new() { Exit = ExitCode.Unexpected, Code = "UNEXPECTED", Message = $"{exception.GetType().Name}: {exception.Message}" },
    };

    /// <summary>The first line for people: the reason where there is one, else the kind; a stop that was asked for is no error.</summary>
    public string Headline => Exit is ExitCode.Interrupted or ExitCode.Terminated
        ? Message
        : $"error: {(Reason.Length > 0 ? Reason : Code)}: {Message}";

    /// <summary>The error as one JSON object: <c>{"error": {…}}</c>.</summary>
    public JsonObject ToJson()
    {
        var error = new JsonObject { ["code"] = Code, ["message"] = Message, ["exitCode"] = (int)Exit };
        Add("reason", Reason.Length > 0 ? Reason : null);
        Add("requestId", RequestId);
        Add("traceId", TraceId);
        Add("attempts", Attempts);
        Add("hint", Hint);
        if (Violations.Count > 0)
        {
            error["violations"] = new JsonArray(
                [.. Violations.Select(v => new JsonObject { ["field"] = v.Field, ["description"] = v.Description, ["reason"] = v.Reason })]);
        }

        return new JsonObject { ["error"] = error };

        void Add(string name, JsonNode? value)
        {
            if (value is not null)
            {
                error[name] = value;
            }
        }
    }

    private static ErrorReport Of(SuiteException e) => new()
    {
        Exit = IsConnection(e) ? ExitCode.Unavailable : ExitOf(e.Code),
        Code = CodeName(e.Code),
        Reason = e.ReasonName,
        Message = e.Detail,
        Violations = e.Violations,
        RequestId = e.RequestId,
        TraceId = e.TraceId,
        Attempts = e.Attempts,
        Hint = e is { Code: StatusCode.DeadlineExceeded, RequestId: { } id }
            ? $"whether it happened is not known; the same command with --request-id {id} finds out and does it at most once."
            : null,
    };

    /// <summary>The code in the spelling of the protocol, <c>FAILED_PRECONDITION</c>.</summary>
    internal static string CodeName(StatusCode code) => code == StatusCode.OK
        ? "OK"
        : string.Concat(code.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString()));

    // What a service answers has a reason; gRPC calls a connection that can not be made INTERNAL where TLS is to blame.
    private static bool IsConnection(SuiteException e)
    {
        for (var cause = e.InnerException; cause is not null && e is { Code: StatusCode.Internal, ReasonName: "" }; cause = cause.InnerException)
        {
            if (cause is HttpRequestException)
            {
                return true;
            }
        }

        return false;
    }

    internal static ExitCode ExitOf(StatusCode code) => code switch
    {
        StatusCode.NotFound => ExitCode.NotFound,
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.AlreadyExists or StatusCode.Aborted
            or StatusCode.OutOfRange or StatusCode.Unimplemented => ExitCode.Refused,
        StatusCode.Unavailable or StatusCode.ResourceExhausted => ExitCode.Unavailable,
        StatusCode.DeadlineExceeded => ExitCode.TimedOut,
        StatusCode.Unauthenticated or StatusCode.PermissionDenied => ExitCode.NotAllowed,
        StatusCode.Cancelled => ExitCode.Interrupted,
        _ => ExitCode.Unexpected,
    };
}
