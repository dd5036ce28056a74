using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Suite.Platform.Telemetry;

/// <summary>What all rooms say in the same words.</summary>
public static class SuiteTelemetry
{
    /// <summary>The prefix of every activity source and meter of ours; a room adds its name, for example <c>Suite.Messaging</c>.</summary>
    public const string Prefix = "Suite.";

    // From half a millisecond to a minute.
    private static readonly double[] s_seconds =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    /// <summary>A histogram of durations in seconds; all of ours have the same buckets.</summary>
    public static Histogram<double> CreateSeconds(this Meter meter, string name, string description) =>
        meter.CreateHistogram(name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = s_seconds });

    /// <summary>Whether the code that asks is in a trace that is recorded: nothing else is worth a span.</summary>
    public static bool IsRecorded => Activity.Current is { Recorded: true };

    /// <summary>Says on a span that what it stands for failed, by the name of the exception; its text may hold anything and is not taken.</summary>
    public static void Fail(this Activity? span, Exception exception) => span.Fail(exception.GetType().Name);

    /// <summary>Says on a span that what it stands for failed.</summary>
    /// <param name="span">The span, or null.</param>
    /// <param name="errorType">A word for programs, of a bounded number of words.</param>
    public static void Fail(this Activity? span, string errorType)
    {
        if (span is not null)
        {
            span.SetTag("error.type", errorType);
            span.SetStatus(ActivityStatusCode.Error, errorType);
        }
    }
}
