using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Suite.Contracts.Ops.V1;
using Suite.Platform.Faults;
using Suite.Platform.Hosting;
using Kind = Suite.Contracts.Ops.V1.Fault.Types.Kind;
using Target = Suite.Contracts.Ops.V1.Fault.Types.Target;

namespace Suite.Tests.Unit.Platform;

internal sealed class FaultBoardTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private FaultBoard _board = null!;

    [SetUp]
    public void SetUp() => _board = new FaultBoard(_time);

    [Test]
    public void Without_faults_nothing_is_met_and_nothing_is_waited_for() =>
        Assert.That(_board.MeetAsync(Target.Postgres, default).IsCompletedSuccessfully);

    [Test]
    public void An_error_is_met_at_its_target_alone_until_it_is_cleared()
    {
        _board.Set(new Fault { Target = Target.Postgres, Kind = Kind.Error });

        Assert.That(() => _board.MeetAsync(Target.Postgres, default), Throws.InstanceOf<IOException>());
        Assert.That(() => _board.MeetAsync(Target.Redis, default), Throws.Nothing);
        Assert.That(_board.Clear(Target.Redis), Is.Zero);
        Assert.That(_board.Clear(Target.Postgres), Is.EqualTo(1));
        Assert.That(() => _board.MeetAsync(Target.Postgres, default), Throws.Nothing);
    }

    [Test]
    public async Task A_latency_is_waited_for_and_an_error_comes_after_it()
    {
        _board.Set(Slow(Target.Provider, s_second));
        var slow = _board.MeetAsync(Target.Provider, default);
        _board.Set(new Fault { Target = Target.Provider, Kind = Kind.Error });
        var both = _board.MeetAsync(Target.Provider, default);

        Assert.That((slow.IsCompleted, both.IsCompleted), Is.EqualTo((false, false)));
        _time.Advance(s_second);

        await slow;
        Assert.That(() => both, Throws.InstanceOf<IOException>());
    }

    [Test]
    public void A_fault_takes_the_place_of_one_of_its_target_and_kind()
    {
        _board.Set(Slow(Target.Kafka, s_second));
        _board.Set(new Fault { Target = Target.Kafka, Kind = Kind.Error });
        _board.Set(Slow(Target.Kafka, 3 * s_second));

        Assert.That(_board.List().Select(f => (f.Kind, f.Latency?.Seconds)), Is.EqualTo(new (Kind, long?)[] { (Kind.Latency, 3), (Kind.Error, null) }));
        Assert.That(_board.Meet(Target.Kafka), Is.EqualTo((3 * s_second, true)));
        Assert.That(_board.Clear(Target.Unspecified), Is.EqualTo(2));
    }

    [Test]
    public void A_fault_with_a_life_ends_by_itself()
    {
        var fault = Slow(Target.Redis, s_second);
        fault.Ttl = Duration.FromTimeSpan(10 * s_second);

        var set = _board.Set(fault);
        _time.Advance(9 * s_second);
        Assert.That(_board.Meet(Target.Redis).Latency, Is.EqualTo(s_second));
        _time.Advance(s_second);

        Assert.That(set.ExpireTime.ToDateTimeOffset() - set.CreateTime.ToDateTimeOffset(), Is.EqualTo(10 * s_second));
        Assert.That(_board.Meet(Target.Redis).Latency, Is.EqualTo(TimeSpan.Zero));
        Assert.That(_board.List(), Is.Empty);
        Assert.That(_board.Clear(Target.Redis), Is.Zero);
    }

    [Test]
    public void So_many_of_a_hundred_meet_it()
    {
        _board.Set(new Fault { Target = Target.Redis, Kind = Kind.Error, Percent = 25 });

        // Off by more than this once in far more than a billion runs.
        Assert.That(Enumerable.Range(0, 10_000).Count(_ => _board.Meet(Target.Redis).Fails), Is.InRange(2200, 2800));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("off")]
    public void Nothing_is_there_unless_it_is_switched_on(string? text) => Assert.That(AreOn(text), Is.False);

    [TestCase("on", "Production", "SUITE_FAULTS is for development and is refused in Production.")]
    [TestCase("yes", "Development", "SUITE_FAULTS is 'yes', which is neither on nor off.")]
    public void Production_refuses_it_and_so_is_what_makes_no_sense(string text, string environment, string message) =>
        Assert.That(() => AreOn(text, environment), Throws.InvalidOperationException.With.Message.EqualTo(message));

    [TestCase("on", true)]
    [TestCase("off", false)]
    public void A_service_has_a_board_only_where_it_is_on(string text, bool has)
    {
        var builder = SuiteHost.CreateBuilder([$"--SUITE_FAULTS={text}"], "order");

        Assert.That(builder.Services.Any(s => s.ServiceType == typeof(FaultBoard)), Is.EqualTo(has));
        Assert.That(builder.Services.Any(s => s.ServiceType == typeof(StoreLinks)), Is.EqualTo(has));
    }

    private static Fault Slow(Target target, TimeSpan latency) => new() { Target = target, Kind = Kind.Latency, Latency = Duration.FromTimeSpan(latency) };

    private static bool AreOn(string? text, string environment = "Development") => FaultSettings.AreOn(
        new ConfigurationBuilder().AddInMemoryCollection([new("SUITE_FAULTS", text)]).Build(),
        new HostingEnvironment { EnvironmentName = environment });
}
