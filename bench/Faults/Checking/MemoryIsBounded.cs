using Suite.Faults.History;

namespace Suite.Faults.Checking;

/// <summary>
/// No process grows without bound. What a process grows by in its first minute says nothing, nor does growth up to what a service may
/// have, which a collector has no reason to refuse; and what lived for less than five minutes after that is not judged. Short runs can
/// not show this.
/// </summary>
internal sealed class MemoryIsBounded : Property
{
    private const double BytesPerMebibyte = 1024 * 1024;

    // A collector takes what it is not refused; this is far above what any service ever needs.
    private const long TooMuchBytes = 1024L * 1024 * 1024;

    // What a service may have at its top load.
    private const long EnoughBytes = 300L * 1024 * 1024;

    private const double TooSteepMebibytesPerMinute = 6;

    private static readonly TimeSpan WarmUp = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(5);

    public override IEnumerable<Violation> Check(Evidence evidence)
    {
        foreach (var process in evidence.Of<MemorySample>().GroupBy(sample => (sample.Replica, sample.ProcessId)))
        {
            var samples = process.OrderBy(sample => sample.At).ToList();
            if (samples.MaxBy(sample => sample.Bytes) is { Bytes: > TooMuchBytes } most)
            {
                yield return Broken($"{process.Key.Replica} had {most.Bytes / BytesPerMebibyte:F0} MiB.", most);
            }

            var warm = samples.FindAll(sample => sample.At >= samples[0].At + WarmUp);
            if (warm.Count < 8 || warm[^1].At - warm[0].At < LongEnough || warm[^1].Bytes < EnoughBytes)
            {
                continue;
            }

            // Growth that goes on is steep over all, and has not ended in the last half either.
            var slope = Math.Min(Slope(warm), Slope(warm[(warm.Count / 2)..]));
            if (slope > TooSteepMebibytesPerMinute)
            {
                yield return Broken($"{process.Key.Replica} grew by {slope:F1} MiB a minute, until the end.", warm[0], warm[warm.Count / 2], warm[^1]);
            }
        }
    }

    // Least squares, in mebibytes a minute.
    private static double Slope(List<MemorySample> samples)
    {
        var (x, y) = (samples.Average(s => s.At.TotalMinutes), samples.Average(s => s.Bytes / BytesPerMebibyte));
        var spread = samples.Sum(s => Math.Pow(s.At.TotalMinutes - x, 2));
        return spread == 0 ? 0 : samples.Sum(s => (s.At.TotalMinutes - x) * ((s.Bytes / BytesPerMebibyte) - y)) / spread;
    }
}
