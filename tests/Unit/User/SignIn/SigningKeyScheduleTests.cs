using Microsoft.Extensions.Configuration;
using Suite.Users.Features.SigningKeys;

namespace Suite.Tests.Unit.Users.SignIn;

internal sealed class SigningKeyScheduleTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly SigningKeyOptions Options = new();

    [Test]
    public void The_first_key_signs_at_once() =>
        Assert.That(SigningKeySchedule.NextSignTime([], Options, Start), Is.EqualTo(Start));

    /// <summary>A year, minute by minute.</summary>
    [Test]
    public void Over_a_year_no_key_signs_before_it_was_known_and_none_goes_before_its_last_token()
    {
        List<SigningKey> keys = [];
        var signed = new List<(string Kid, DateTimeOffset Expires)>();
        string? before = null;
        var changes = 0;
        for (var now = Start; now < Start.AddDays(365); now += TimeSpan.FromMinutes(1))
        {
            foreach (var spent in SigningKeySchedule.Spent(keys, Options, now))
            {
                keys.Remove(spent);
            }

            if (SigningKeySchedule.NextSignTime(keys, Options, now) is { } sign)
            {
                keys.Add(Key(now, sign));
            }

            var current = SigningKeySchedule.Current(keys, now)!;
            if (current.Kid != before)
            {
                Assert.That(before is null || now - current.CreateTime >= Options.Lead, Is.True, $"{current.Kid} was not known in time");
                before = current.Kid;
                changes++;
            }

            signed.Add((current.Kid, now + Options.AccessLifetime));
            signed.RemoveAll(s => s.Expires < now);
            Assert.That(signed.All(s => keys.Any(k => k.Kid == s.Kid)), Is.True, "a token outlived its key");
            Assert.That(keys, Has.Count.LessThanOrEqualTo(2));
        }

        Assert.That(changes, Is.EqualTo(13));
    }

    [Test]
    public void After_a_long_sleep_the_next_key_is_announced_all_the_same()
    {
        var now = Start.AddYears(1);
        Assert.That(SigningKeySchedule.NextSignTime([Key(Start, Start)], Options, now), Is.EqualTo(now + Options.Lead));
    }

    [Test]
    public void The_public_keys_are_kept_for_less_than_a_key_is_announced() =>
        Assert.That(Options.PublicKeysMaxAge, Is.LessThan(Options.Lead));

    [TestCase("SUITE_ISSUER", "somewhere")]
    [TestCase("SUITE_ACCESS_TOKEN_MINUTES", "0")]
    [TestCase("SUITE_SIGNING_KEY_DAYS", "x")]
    [TestCase("SUITE_SIGNING_KEY_LEAD_SECONDS", "0.5")]
    public void A_setting_out_of_range_is_named(string key, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build();
        Assert.That(() => SigningKeyOptions.From(configuration), Throws.InvalidOperationException.With.Message.Contains(key));
    }

    private static SigningKey Key(DateTimeOffset created, DateTimeOffset signs) => new($"{created:O}", [], [], [], created, signs);
}
