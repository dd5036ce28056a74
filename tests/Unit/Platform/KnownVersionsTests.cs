using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Suite.Platform.Caching;

namespace Suite.Tests.Unit.Platform;

internal sealed class KnownVersionsTests
{
    private readonly FakeTimeProvider _time = new();
    private KnownVersions _known = null!;

    [SetUp]
    public void Create() => _known = new KnownVersions(_time, TimeSpan.FromMinutes(1));

    [Test]
    public void A_version_is_never_lowered()
    {
        _known.Raise("a", 5);
        _known.Raise("a", 3);

        Assert.That(_known.Floor("a"), Is.EqualTo(5));
        Assert.That(_known.Floor("b"), Is.Zero);
    }

    [Test]
    public void It_is_kept_for_at_least_its_time_and_at_most_for_about_twice_of_it()
    {
        _known.Raise("a", 5);
        _time.Advance(TimeSpan.FromSeconds(61));
        _known.Raise("b", 1);
        Assert.That(_known.Floor("a"), Is.EqualTo(5));

        _time.Advance(TimeSpan.FromSeconds(61));
        _known.Raise("c", 1);
        Assert.That(_known.Floor("a"), Is.Zero);
        Assert.That(_known.Floor("b"), Is.EqualTo(1));
    }

    [Test]
    public void A_later_version_is_told_from_one_of_the_time_before()
    {
        _known.Raise("a", 5);
        _time.Advance(TimeSpan.FromSeconds(61));
        _known.Raise("a", 4);
        Assert.That(_known.Floor("a"), Is.EqualTo(5));

        _known.Forget("a");
        Assert.That(_known.Floor("a"), Is.Zero);
    }
}
