using Google.Protobuf.WellKnownTypes;
using Suite.Platform.Errors;

namespace Suite.Payments.Ledger;

/// <summary>Times that callers name.</summary>
internal static class LedgerTime
{
    // Of the years 1 to 9999, as the contract of Timestamp has it.
    private const long FirstSecond = -62_135_596_800;
    private const long LastSecond = 253_402_300_799;

    /// <summary>A time cut to microseconds, which is what the record keeps; null when it is not set.</summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT naming <paramref name="field"/> when it is no valid time.</exception>
    public static DateTimeOffset? Read(Timestamp? time, string field)
    {
        if (time is null)
        {
            return null;
        }

        return time.Seconds is >= FirstSecond and <= LastSecond && time.Nanos is >= 0 and < 1_000_000_000
            ? DateTimeOffset.FromUnixTimeSeconds(time.Seconds).AddTicks(time.Nanos / 1000 * TimeSpan.TicksPerMicrosecond)
            : throw DomainError.InvalidArgument(field, "must be a time of the years 1 to 9999.");
    }
}
