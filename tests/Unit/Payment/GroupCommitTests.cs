using System.Collections.Concurrent;
using Npgsql;
using NUnit.Framework;
using Suite.Payments.Storage;

namespace Suite.Tests.Unit.Payments;

public sealed class GroupCommitTests
{
    private readonly ConcurrentQueue<int[]> _batches = new();

    [SetUp]
    public void Forget() => _batches.Clear();

    [Test]
    public async Task What_comes_in_during_a_write_is_the_next_batch()
    {
        var gate = new TaskCompletionSource();
        var commit = Commit(_ => gate.Task);

        var first = commit.WriteAsync(0);
        await Until(() => _batches.Count == 1);
        var rest = Enumerable.Range(1, 20).Select(commit.WriteAsync).ToList();
        gate.SetResult();

        Assert.That(await Task.WhenAll(rest.Prepend(first)), Is.EqualTo(Enumerable.Range(0, 21).Select(i => i * 10)));
        Assert.That(_batches.Select(b => b.Length), Is.EqualTo(new[] { 1, 20 }));
    }

    [Test]
    public async Task A_batch_has_a_limit_and_never_two_of_one_key()
    {
        var gate = new TaskCompletionSource();
        var commit = Commit(_ => gate.Task, most: 4);

        var first = commit.WriteAsync(0);
        await Until(() => _batches.Count == 1);
        int[] items = [1, 1, 2, 3, 4, 5];
        var rest = items.Select(commit.WriteAsync).ToList();
        gate.SetResult();
        await Task.WhenAll(rest.Prepend(first));

        Assert.That(_batches, Is.EqualTo(new int[][] { [0], [1, 2, 3, 4], [1, 5] }));
    }

    [Test]
    public async Task One_bad_row_does_not_fail_its_neighbours()
    {
        var gate = new TaskCompletionSource();
        var commit = Commit(async batch =>
        {
            await gate.Task;
            if (batch.Contains(2))
            {
                throw new PostgresException("no such thing", "ERROR", "ERROR", PostgresErrorCodes.CheckViolation);
            }
        });

        var first = commit.WriteAsync(0);
        await Until(() => _batches.Count == 1);
        var (good, bad, other) = (commit.WriteAsync(1), commit.WriteAsync(2), commit.WriteAsync(3));
        gate.SetResult();

        Assert.That(await first, Is.Zero);
        Assert.That(await good, Is.EqualTo(10));
        Assert.That(await other, Is.EqualTo(30));
        await Assert.ThatAsync(async () => await bad, Throws.InstanceOf<PostgresException>());
    }

    [Test]
    public async Task A_write_that_fails_fails_all_who_wait_for_it_and_the_next_goes_on()
    {
        var calls = 0;
        var commit = Commit(_ => Interlocked.Increment(ref calls) == 1 ? Task.FromException(new TimeoutException()) : Task.CompletedTask);

        await Assert.ThatAsync(async () => await commit.WriteAsync(1), Throws.InstanceOf<TimeoutException>());
        Assert.That(await commit.WriteAsync(1), Is.EqualTo(10));
    }

    private static async Task Until(Func<bool> condition)
    {
        var deadline = DateTime.UtcNow.AddSeconds(10);
        while (!condition())
        {
            Assert.That(DateTime.UtcNow, Is.LessThan(deadline), "The condition never came true.");
            await Task.Yield();
        }
    }

    private GroupCommit<int, int> Commit(Func<int[], Task> write, int most = 256) => new(
        async items =>
        {
            var batch = items.ToArray();
            _batches.Enqueue(batch);
            await write(batch);
            return [.. batch.Select(i => i * 10)];
        },
        item => item,
        most);
}
