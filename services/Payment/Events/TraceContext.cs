using System.Diagnostics;
using Suite.Platform.Messaging;

namespace Suite.Payments.Events;

/// <summary>The W3C trace context of whoever caused some work, kept with the work so that the trace goes on where it is done.</summary>
internal readonly record struct TraceContext(string? TraceParent, string? TraceState, string? Baggage)
{
    public static TraceContext Of(IncomingMessage message) => new(message.TraceParent, message.TraceState, message.Baggage);

    /// <summary>The trace of the code that asks; none where there is none.</summary>
    public static TraceContext OfCurrent() => Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity
        ? new TraceContext(
            activity.Id,
            activity.TraceStateString is { Length: > 0 } state ? state : null,
            activity.Baggage.Any()
                ? string.Join(
                    ',', activity.Baggage.Select(item => $"{Uri.EscapeDataString(item.Key)}={Uri.EscapeDataString(item.Value ?? string.Empty)}"))
                : null)
        : default;

    /// <summary>Goes on with the trace until the result is disposed; null when there is none to go on with.</summary>
    public Activity? Resume(string operation)
    {
        if (TraceParent is null)
        {
            return null;
        }

        var activity = new Activity(operation).SetParentId(TraceParent);
        activity.TraceStateString = TraceState;
        foreach (var member in (Baggage ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // A member is key=value;properties, percent-encoded (W3C Baggage).
            var pair = member.Split(';')[0].Split('=', 2, StringSplitOptions.TrimEntries);
            if (pair is [{ Length: > 0 } name, var value])
            {
                activity.AddBaggage(name, Uri.UnescapeDataString(value));
            }
        }

        return activity.Start();
    }
}
