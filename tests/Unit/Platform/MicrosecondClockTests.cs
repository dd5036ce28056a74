using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Suite.Platform.Time;

namespace Suite.Tests.Unit.Platform;

internal sealed class MicrosecondClockTests
{
    [Test]
    public void Time_is_cut_to_what_the_database_keeps()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_567));

        Assert.That(time.GetMicrosecondUtcNow(), Is.EqualTo(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_560)));
    }
}
