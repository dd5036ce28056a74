using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace Suite.Tests.Unit.Client;

/// <summary>Moves a clock on by hand until something has happened.</summary>
internal static class ClientClock
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Moves the clock on in steps until the task has ended, and returns what it returned or throws what it threw.</summary>
    public static async Task<T> RunAsync<T>(this FakeTimeProvider clock, Task<T> task, TimeSpan? step = null)
    {
        await clock.UntilAsync(() => task.IsCompleted, step ?? TimeSpan.FromMilliseconds(20));
        return await task;
    }

    /// <summary>Moves the clock on in steps until a condition holds.</summary>
    public static Task UntilAsync(this FakeTimeProvider clock, Func<bool> condition, TimeSpan step) =>
        UntilAsync(condition, () => clock.Advance(step));

    /// <summary>Waits until a condition holds.</summary>
    public static Task UntilAsync(Func<bool> condition) => UntilAsync(condition, () => { });

    private static async Task UntilAsync(Func<bool> condition, Action between)
    {
        using var giveUp = new CancellationTokenSource(Deadline);
        while (!condition())
        {
            Assert.That(giveUp.IsCancellationRequested, Is.False, "What the test waits for did not happen in time.");
            between();
            await Task.Delay(1, CancellationToken.None);
        }
    }
}
