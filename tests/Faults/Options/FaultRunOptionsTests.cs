using Suite.Faults.Options;
using Suite.Faults.Plan;
using Suite.Local;

namespace Suite.Tests.Faults.Options;

internal sealed class FaultRunOptionsTests
{
    [Test]
    public void Nothing_said_is_ten_minutes_of_every_kind_from_a_seed_of_its_own()
    {
        var options = FaultRunOptions.Parse([])!;

        Assert.That(options.Length, Is.EqualTo(TimeSpan.FromMinutes(10)));
        Assert.That(options.Kinds, Is.EquivalentTo(FaultKind.All));
        Assert.That(options.IsSeedGiven, Is.False);
        Assert.That(options.Seed, Is.Not.EqualTo(FaultRunOptions.Parse([])!.Seed));
    }

    [Test]
    public void Every_option_is_taken_with_a_blank_or_an_equals_sign()
    {
        var options = FaultRunOptions.Parse(["--minutes", "1.5", "--seed=42", "--clients", "3", "--drain=30", "--only", "kill, cut", "--keep"])!;

        Assert.That(options.Length, Is.EqualTo(TimeSpan.FromSeconds(90)));
        Assert.That((options.Seed, options.IsSeedGiven, options.Clients, options.Keep), Is.EqualTo((42L, true, 3, true)));
        Assert.That(options.Drain, Is.EqualTo(TimeSpan.FromSeconds(30)));
        Assert.That(options.Kinds, Is.EquivalentTo(new[] { FaultKind.Kill, FaultKind.Cut }));
    }

    [TestCase("--minutes", "soon")]
    [TestCase("--minutes", "0")]
    [TestCase("--minutes", "-1")]
    [TestCase("--seed", "1.5")]
    [TestCase("--seed", "-1")]
    [TestCase("--clients", "0")]
    [TestCase("--clients", "65")]
    [TestCase("--drain", "1")]
    [TestCase("--only", "flood")]
    [TestCase("--only", "")]
    public void A_value_that_is_none_is_refused_by_its_name(string option, string value)
    {
        var refused = Assert.Throws<SuiteLocalException>(() => FaultRunOptions.Parse([option, value]));

        Assert.That(refused!.Message, Does.StartWith(option).And.Contain($"'{value}'"));
    }

    [TestCase("--fast")]
    [TestCase("10")]
    [TestCase("--seed")]
    [TestCase("--keep=no")]
    public void What_is_no_option_is_refused_with_those_there_are(string argument)
    {
        Assert.That(Assert.Throws<SuiteLocalException>(() => FaultRunOptions.Parse([argument]))!.Message, Does.Contain("--minutes N"));
    }

    [Test]
    public void None_of_the_kinds_is_a_run_without_faults() => Assert.That(FaultRunOptions.Parse(["--only", "none"])!.Kinds, Is.Empty);

    [Test]
    public void Help_is_no_run() => Assert.That(FaultRunOptions.Parse(["--help"]), Is.Null);

    [Test]
    public void What_follows_from_the_seed_is_told_with_it()
    {
        var options = FaultRunOptions.Parse(["--seed", "42"])!;

        var described = options.Describe(FaultPlan.Make(42, options.Length, options.Kinds, Present.Everything));

        Assert.That(described["seed"], Is.EqualTo("42"));
        Assert.That(int.Parse(described["planned faults"], System.Globalization.CultureInfo.InvariantCulture), Is.Positive);
    }
}
