using Suite.Faults.Checking;
using Suite.Faults.History;
using Suite.Local.Folders;
using Suite.Tests.Faults.Samples;

namespace Suite.Tests.Faults.History;

/// <summary>A history keeps what it was given, and can be read again.</summary>
internal sealed class RunHistoryTests
{
    private string _folder = string.Empty;

    [SetUp]
    public void Make_a_folder() => _folder = ScratchFolder.Create("history");

    [TearDown]
    public void Remove_the_folder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void What_is_written_is_read_again_entry_by_entry()
    {
        var file = Path.Combine(_folder, "history", "history.ndjson");
        var sample = SampleHistory.Clean();
        using (var history = new RunHistory(file))
        {
            sample.Entries.ForEach(entry => history.Add(entry));
        }

        var read = RunHistory.Read(file);

        Assert.That(read.Entries.Select(RunHistory.Line), Is.EqualTo(sample.ToHistory().Entries.Select(RunHistory.Line)));
        Assert.That(read.Entries.Select(entry => entry.GetType()), Is.EqualTo(sample.Entries.Select(entry => entry.GetType())));
        Assert.That(Checker.Check(read), Is.Empty);
    }

    [Test]
    public void A_line_that_was_cut_is_named()
    {
        var file = Path.Combine(_folder, "history.ndjson");
        var line = RunHistory.Line(new PhaseBegan { At = TimeSpan.Zero, Phase = Phase.Drain });
        File.WriteAllText(file, $"{line}\n{line[..^5]}\n");

        Assert.That(() => RunHistory.Read(file), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("Line 2"));
    }

    [Test]
    public void Many_can_add_at_once_and_every_entry_has_a_number_of_its_own()
    {
        using var history = new RunHistory();

        Parallel.For(0, 1000, _ => history.Add(new PhaseBegan { At = history.Now, Phase = Phase.Faults }));

        Assert.That(history.Entries.Select(entry => entry.Number), Is.EqualTo(Enumerable.Range(1, 1000)));
    }

    [Test]
    public void An_entry_is_known_by_its_number_as_soon_as_it_is_added()
    {
        using var history = new RunHistory();
        history.Add(new PhaseBegan { At = TimeSpan.Zero, Phase = Phase.Begin });

        Assert.That(history.Add(new PhaseBegan { At = TimeSpan.Zero, Phase = Phase.Faults }).Number, Is.EqualTo(2));
        Assert.That(history.Of<PhaseBegan>(), Has.Count.EqualTo(2));
        Assert.That(history.Of<Drained>(), Is.Empty);
    }
}
