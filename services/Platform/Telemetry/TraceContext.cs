using System.Diagnostics;
using Suite.Platform.Messaging;

namespace Suite.Platform.Telemetry;

/// <summary>
/// The W3C trace context of whoever caused some work, kept with the work (in a row, in a message) so that the trace goes on where and
/// whenever it is done.
/// </summary>
/// <param name="TraceParent">W3C traceparent, or null when there is no trace.</param>
/// <param name="TraceState">W3C tracestate, or null.</param>
/// <param name="Baggage">W3C baggage, or null.</param>
public readonly record struct TraceContext(string? TraceParent, string? TraceState, string? Baggage)
{
    private const int FlagsAt = 53;
    private const int Length = 55;

    /// <summary>Whether whoever began the trace wants it recorded.</summary>
    public bool IsSampled => TraceParent is { Length: >= Length } text && char.IsAsciiHexDigit(text[FlagsAt + 1]) && (HexOf(text[FlagsAt + 1]) & 1) == 1;

    /// <summary>The trace of a message.</summary>
    public static TraceContext Of(IncomingMessage message) => new(message.TraceParent, message.TraceState, message.Baggage);

    /// <summary>The trace of the code that asks; none where there is none.</summary>
    public static TraceContext OfCurrent() => Below(Activity.Current);

    /// <summary>
    /// The trace that goes on below an activity; none when it is null. An activity without a source was made by hand: a carrier of ours, or
    /// that of a library whose instrumentation does not run. No backend ever sees it, so that what follows hangs below the one before it.
    /// </summary>
    public static TraceContext Below(Activity? activity)
    {
        var seen = activity;
        while (seen is { Source.Name.Length: 0, Parent: { } parent })
        {
            seen = parent;
        }

        if (seen is not { IdFormat: ActivityIdFormat.W3C })
        {
            return default;
        }

        var baggage = activity!.Baggage.Any()
            ? string.Join(',', activity.Baggage.Select(item => $"{Uri.EscapeDataString(item.Key)}={Uri.EscapeDataString(item.Value ?? string.Empty)}"))
            : null;
        return new TraceContext(
            seen is { Source.Name.Length: 0, ParentId: { } before } ? before : seen.Id,
            seen.TraceStateString is { Length: > 0 } state ? state : null,
            baggage);
    }

    /// <summary>The id of the trace, whose 16 bytes W3C Trace Context writes as 32 hex digits; null when there is none, or none that can be read.</summary>
    public Guid? TraceId => IdOf(TraceParent);

    /// <summary>The id of the trace of a W3C traceparent; null when there is none, or none that can be read.</summary>
    public static Guid? IdOf(string? traceParent) =>
        traceParent is not null && ActivityContext.TryParse(traceParent, null, out var context) ? Guid.ParseExact(context.TraceId.ToHexString(), "N") : null;

    /// <summary>The place in the trace, as a parent or a link; default when there is none, or none that can be read.</summary>
    public ActivityContext ToActivityContext() =>
        TraceParent is not null && ActivityContext.TryParse(TraceParent, TraceState, isRemote: true, out var context) ? context : default;

    /// <summary>
    /// Goes on with the trace until the result is disposed; null when there is none to go on with. What is written meanwhile carries the
    /// trace on, whether it is recorded or not.
    /// </summary>
    public Activity? Resume(ActivitySource source, string operation, ActivityKind kind = ActivityKind.Internal)
    {
        if (TraceParent is null)
        {
            return null;
        }

        // Nobody listens, or nobody wants this one: it is carried on without a span.
        var activity = source.StartActivity(operation, kind, ToActivityContext()) ?? Carrier(operation);
        foreach (var member in (Baggage ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // A member is key=value;properties, percent-encoded (W3C Baggage).
            var pair = member.Split(';')[0].Split('=', 2, StringSplitOptions.TrimEntries);
            if (pair is [{ Length: > 0 } name, var value])
            {
                activity.AddBaggage(name, Uri.UnescapeDataString(value));
            }
        }

        return activity;
    }

    private Activity Carrier(string operation)
    {
        var activity = new Activity(operation).SetParentId(TraceParent!);
        activity.TraceStateString = TraceState;
        return activity.Start();
    }

    private static int HexOf(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : char.ToLowerInvariant(digit) - 'a' + 10;
}
