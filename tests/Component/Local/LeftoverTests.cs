using System.Diagnostics;
using NUnit.Framework;
using Suite.Local;
using Suite.Local.Processes;
using Suite.Local.Services;

namespace Suite.Tests.Component.Local;

internal sealed class LeftoverTests
{
    [Test]
    public async Task A_process_named_in_a_pid_file_is_ended()
    {
        await using var sleep = ChildProcess.Start(new ChildStart("sleep", ["600"]), static _ => { });
        var file = Path.Combine(Servers.NewFolder(), "sleep.pid");
        PidFile.Write(file, sleep.Id);

        await PidFile.EndLeftoverAsync(file, Signals.Terminate, TimeSpan.FromSeconds(5), static _ => { }, CancellationToken.None);

        Assert.That(await sleep.Exited.WaitAsync(TimeSpan.FromSeconds(5)), Is.EqualTo(128 + Signals.Terminate));
        Assert.That(File.Exists(file), Is.False);
    }

    [Test]
    public async Task A_process_that_ignores_the_request_is_killed()
    {
        var ready = new TaskCompletionSource();
        await using var stubborn = ChildProcess.Start(
            new ChildStart("sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 1; done"]), _ => ready.TrySetResult());
        await ready.Task.WaitAsync(TimeSpan.FromSeconds(5));
        var file = Path.Combine(Servers.NewFolder(), "stubborn.pid");
        PidFile.Write(file, stubborn.Id);

        await PidFile.EndLeftoverAsync(file, Signals.Terminate, TimeSpan.FromMilliseconds(200), static _ => { }, CancellationToken.None);

        Assert.That(await stubborn.Exited.WaitAsync(TimeSpan.FromSeconds(5)), Is.EqualTo(128 + Signals.Kill));
    }

    [Test]
    public async Task A_stranger_that_has_come_by_the_same_id_is_left_alone()
    {
        await using var sleep = ChildProcess.Start(new ChildStart("sleep", ["600"]), static _ => { });
        var file = Path.Combine(Servers.NewFolder(), "stranger.pid");
        await File.WriteAllTextAsync(file, $"{sleep.Id} 1\n");

        await PidFile.EndLeftoverAsync(file, Signals.Kill, TimeSpan.Zero, static _ => { }, CancellationToken.None);

        Assert.That(ProcFs.StartTime(sleep.Id), Is.Not.Null);
    }

    [Test]
    public void A_folder_in_use_is_refused_and_its_holder_named()
    {
        var folder = Servers.NewFolder();
        using (DataLock.Take(folder))
        {
            var error = Assert.Throws<SuiteLocalException>(() => DataLock.Take(folder));
            Assert.That(error!.Message, Does.Contain($"process {Environment.ProcessId}"));
        }

        using var again = DataLock.Take(folder);
    }

    [Test]
    public async Task What_ends_is_started_again_after_a_growing_pause_and_it_says_so()
    {
        List<string> said = [];
        var starts = 0;
        var enough = new TaskCompletionSource();
        var keeper = new Keeper(
            "order",
            _ =>
            {
                if (++starts == 3)
                {
                    enough.SetResult();
                    return Task.FromResult<Task>(new TaskCompletionSource().Task);
                }

                return Task.FromResult<Task>(Task.FromResult(1));
            },
            said.Add,
            TimeSpan.FromMilliseconds(100));
        var took = Stopwatch.StartNew();
        await using (keeper)
        {
            keeper.Watch(Task.FromResult(137));
            await enough.Task.WaitAsync(TimeSpan.FromSeconds(10));
        }

        Assert.That(said, Is.EqualTo((string[])[
            "order ended (exit code 137); starting it again in 0.1 s",
            "order ended (exit code 1); starting it again in 0.2 s",
            "order ended (exit code 1); starting it again in 0.4 s",
            "order runs again",
        ]));
        Assert.That(took.Elapsed, Is.GreaterThan(TimeSpan.FromMilliseconds(700 - 50)));
    }
}
