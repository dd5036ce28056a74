using System.Globalization;
using Google.Rpc;
using Grpc.Core;
using Suite.Contracts.Common.V1;

namespace Suite.Platform.Errors;

/// <summary>Makes the failures a service foresees. Texts are for people; programs read the reason.</summary>
public static class DomainError
{
    /// <summary>The domain of every <c>ErrorInfo</c>.</summary>
    public const string Domain = "suite";

    /// <summary>INVALID_ARGUMENT for one field.</summary>
    public static DomainException InvalidArgument(string field, string description, ErrorReason reason = ErrorReason.InvalidRequest) =>
        InvalidArgument([new BadRequest.Types.FieldViolation { Field = field, Description = description }], reason);

    /// <summary>INVALID_ARGUMENT for several fields.</summary>
    public static DomainException InvalidArgument(
        IReadOnlyCollection<BadRequest.Types.FieldViolation> fields,
        ErrorReason reason = ErrorReason.InvalidRequest)
    {
        var first = fields.First();
        var more = fields.Count > 1 ? $" (and {fields.Count - 1} more)" : string.Empty;
        var error = new DomainException(StatusCode.InvalidArgument, reason, $"{first.Field}: {first.Description}{more}");
        foreach (var field in fields)
        {
            field.Reason = ErrorReasons.Name(reason);
            error.Fields.Add(field);
        }

        return error;
    }

    /// <summary>NOT_FOUND for a resource name.</summary>
    public static DomainException NotFound(string resource) =>
        new(StatusCode.NotFound, ErrorReason.ResourceNotFound, $"{resource} was not found.") { Details = { ["resource"] = resource } };

    /// <summary>ALREADY_EXISTS. <paramref name="resource"/> names what is taken and must not reveal personal data.</summary>
    public static DomainException AlreadyExists(string resource) =>
        new(StatusCode.AlreadyExists, ErrorReason.ResourceAlreadyExists, $"{resource} already exists.") { Details = { ["resource"] = resource } };

    /// <summary>UNAUTHENTICATED because the method needs credentials and the call has none.</summary>
    public static DomainException CredentialsMissing() =>
        new(StatusCode.Unauthenticated, ErrorReason.CredentialsMissing, "This method needs credentials: authorization: Bearer followed by an access token or an API key.");

    /// <summary>UNAUTHENTICATED because the credentials are no good. What is wrong with them is not said: it would help only who forges them.</summary>
    public static DomainException CredentialsInvalid() =>
        new(StatusCode.Unauthenticated, ErrorReason.CredentialsInvalid, "The credentials are not valid, or no longer.");

    /// <summary>PERMISSION_DENIED because the credentials are good and do not hold <paramref name="scope"/>.</summary>
    public static DomainException ScopeMissing(string scope) =>
        new(StatusCode.PermissionDenied, ErrorReason.ScopeMissing, $"The credentials do not hold the scope {scope}.") { Details = { ["scope"] = scope } };

    /// <summary>FAILED_PRECONDITION: the caller has to change <paramref name="subject"/> first.</summary>
    public static DomainException FailedPrecondition(ErrorReason reason, string subject, string description) =>
        FailedPrecondition(reason, subject, description, [(subject, description)]);

    /// <summary>FAILED_PRECONDITION of <paramref name="resource"/>: the caller has to change each of <paramref name="blockers"/> first.</summary>
    public static DomainException FailedPrecondition(
        ErrorReason reason, string resource, string message, IEnumerable<(string Subject, string Description)> blockers)
    {
        var error = new DomainException(StatusCode.FailedPrecondition, reason, message) { Details = { ["resource"] = resource } };
        error.Preconditions.AddRange(blockers.Select(blocker => new PreconditionFailure.Types.Violation
        {
            Type = ErrorReasons.Name(reason),
            Subject = blocker.Subject,
            Description = blocker.Description,
        }));
        return error;
    }

    /// <summary>FAILED_PRECONDITION because more is asked for than is left, counting what running steps have reserved.</summary>
    /// <param name="resource">What it is asked of.</param>
    /// <param name="availableMinor">What is left, in minor units.</param>
    /// <param name="currencyCode">ISO 4217.</param>
    public static DomainException AmountNotAvailable(string resource, long availableMinor, string currencyCode)
    {
        var available = availableMinor.ToString(CultureInfo.InvariantCulture);
        var error = FailedPrecondition(
            ErrorReason.AmountNotAvailable, resource, $"Only {available} minor units of {currencyCode} of {resource} are left.");
        error.Details["available"] = available;
        error.Details["currency_code"] = currencyCode;
        return error;
    }

    /// <summary>FAILED_PRECONDITION because the payment provider refused for good.</summary>
    public static DomainException ProviderRefused(string resource, string declineReason)
    {
        var error = FailedPrecondition(ErrorReason.ProviderRefused, resource, $"The payment provider refused: {declineReason}.");
        error.Details["decline_reason"] = declineReason;
        return error;
    }

    /// <summary>ABORTED because another step of the same order or payment is running; nothing was begun.</summary>
    public static DomainException StepInProgress(string resource) =>
        new(StatusCode.Aborted, ErrorReason.StepInProgress, $"Another step of {resource} is running, or its outcome is not known yet.")
        {
            Details = { ["resource"] = resource },
            RetryAfter = TimeSpan.FromMilliseconds(500),
        };

    /// <summary>INVALID_ARGUMENT because <paramref name="field"/> is in another currency.</summary>
    public static DomainException CurrencyMismatch(string field, string currencyCode) =>
        InvalidArgument(field, $"must be in {currencyCode}: money crosses currencies nowhere.", ErrorReason.CurrencyMismatch);

    /// <summary>ABORTED because the resource changed since the etag was read. Read it again; a blind retry can not help.</summary>
    public static DomainException EtagMismatch(string resource) =>
        new(StatusCode.Aborted, ErrorReason.EtagMismatch, $"{resource} has changed since its etag was read.") { Details = { ["resource"] = resource } };

    /// <summary>INVALID_ARGUMENT because the request id belongs to another request.</summary>
    public static DomainException RequestIdReused() =>
        InvalidArgument("request_id", "was used before with another request; choose a new one.", ErrorReason.RequestIdReused);

    /// <summary>ABORTED because the first call with this request id is still running.</summary>
    public static DomainException RequestInProgress(Exception? inner = null) =>
        new(StatusCode.Aborted, ErrorReason.RequestInProgress, "A call with this request_id is still running.", inner)
        {
            RetryAfter = TimeSpan.FromMilliseconds(200),
        };

    /// <summary>UNAVAILABLE because something this call needs does not answer.</summary>
    public static DomainException DependencyUnavailable(string dependency, Exception? inner = null) =>
        new(StatusCode.Unavailable, ErrorReason.DependencyUnavailable, $"{dependency} does not answer; try again with the same request_id.", inner)
        {
            Details = { ["dependency"] = dependency },
            RetryAfter = TimeSpan.FromMilliseconds(500),
        };

    /// <summary>RESOURCE_EXHAUSTED, said before any work: more is waiting than can be done in time.</summary>
    public static DomainException Overloaded() =>
        new(StatusCode.ResourceExhausted, ErrorReason.Overloaded, "The service has more work than it can do in time; try again later.")
        {
            RetryAfter = TimeSpan.FromMilliseconds(500),
        };

    /// <summary>RESOURCE_EXHAUSTED because this caller, account or address has asked too often.</summary>
    public static DomainException RateLimited(TimeSpan retryAfter) =>
        new(StatusCode.ResourceExhausted, ErrorReason.RateLimited, "Too many attempts; try again later.") { RetryAfter = retryAfter };

    /// <summary>UNAUTHENTICATED: address, password or state do not allow to sign in. Which of them is not said.</summary>
    public static DomainException SignInRefused() =>
        new(StatusCode.Unauthenticated, ErrorReason.SignInRefused, "The e-mail address or the password is wrong, or the user may not sign in.");

    /// <summary>UNAUTHENTICATED: the refresh token is of no use, and the user has to sign in again.</summary>
    public static DomainException RefreshTokenInvalid() =>
        new(StatusCode.Unauthenticated, ErrorReason.RefreshTokenInvalid, "The refresh token is no longer valid; sign in again.");

    /// <summary>UNAVAILABLE because this replica is stopping; another one, or the next, goes on.</summary>
    public static DomainException Stopping() =>
        new(StatusCode.Unavailable, ErrorReason.ServiceStopping, "The service is stopping; call again.")
        {
            RetryAfter = TimeSpan.FromMilliseconds(500),
        };

    /// <summary>DEADLINE_EXCEEDED; the work was stopped.</summary>
    public static DomainException DeadlinePassed(Exception? inner = null) =>
        new(StatusCode.DeadlineExceeded, ErrorReason.DeadlinePassed, "The deadline passed before the work was done.", inner);

    /// <summary>RESOURCE_EXHAUSTED because the message is larger than the service takes.</summary>
    public static DomainException MessageTooLarge(Exception? inner = null) =>
        new(StatusCode.ResourceExhausted, ErrorReason.MessageTooLarge, "The message is larger than this service takes.", inner);

    /// <summary>RESOURCE_EXHAUSTED because the call's metadata is larger than the service takes.</summary>
    public static DomainException MetadataTooLarge(int limit) =>
        new(StatusCode.ResourceExhausted, ErrorReason.MessageTooLarge, $"The metadata of the call is larger than the {limit} bytes this service takes.");

    /// <summary>RESOURCE_EXHAUSTED, said before any work: this caller has as many calls open as one caller may.</summary>
    public static DomainException TooManyCalls(int limit) =>
        new(StatusCode.ResourceExhausted, ErrorReason.RateLimited, $"You have {limit} calls open already; wait for some of them.")
        {
            RetryAfter = TimeSpan.FromMilliseconds(200),
        };

    /// <summary>INVALID_ARGUMENT because the bytes are not the message the method takes, for example text that is not UTF-8.</summary>
    public static DomainException MalformedMessage(Exception? inner = null) =>
        new(StatusCode.InvalidArgument, ErrorReason.InvalidRequest, "The request is not a valid message of this method.", inner);

    /// <summary>INTERNAL with a fixed text and the trace id.</summary>
    public static DomainException Internal(string? traceId, Exception inner) =>
        new(StatusCode.Internal, ErrorReason.InternalError, "An internal error occurred; the trace id finds its cause in the log.", inner)
        {
            Details = { ["trace_id"] = traceId ?? string.Empty },
        };
}
