using Microsoft.Extensions.Time.Testing;
using Suite.Platform.Hosting;

namespace Suite.Tests.Unit.Platform;

internal sealed class BackgroundLoopTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Work_is_done_at_the_start_and_again_when_a_pause_is_over()
    {
        var clock = new FakeTimeProvider();
        using var loop = new Loop(clock, _ => Task.FromResult(false));
        await loop.StartAsync(CancellationToken.None);
        await loop.WorkedAsync(1);

        // The pause may not have begun yet.
        await loop.WorkedAsync(3, () => clock.Advance(Interval));
        await loop.StopAsync(CancellationToken.None);
        Assert.That(loop.Failures, Is.Empty);
    }

    [Test]
    public async Task A_wake_ends_the_pause()
    {
        using var loop = new Loop(new FakeTimeProvider(), _ => Task.FromResult(false));
        await loop.StartAsync(CancellationToken.None);
        await loop.WorkedAsync(1);
        loop.Wake();
        await loop.WorkedAsync(2);
        await loop.StopAsync(CancellationToken.None);
        Assert.That(loop.Times, Is.EqualTo(2), "one wake, one more time");
    }

    [Test]
    public async Task While_there_may_be_more_there_is_no_pause()
    {
        using var loop = new Loop(new FakeTimeProvider(), time => Task.FromResult(time < 5));
        await loop.StartAsync(CancellationToken.None);
        await loop.WorkedAsync(5);
        await loop.StopAsync(CancellationToken.None);
        Assert.That(loop.Times, Is.EqualTo(5));
    }

    [Test]
    public async Task A_failure_is_told_and_the_loop_goes_on()
    {
        var clock = new FakeTimeProvider();
        using var loop = new Loop(clock, time => time == 1 ? throw new InvalidOperationException("broken") : Task.FromResult(false));
        await loop.StartAsync(CancellationToken.None);
        await loop.WorkedAsync(2, () => clock.Advance(Interval));
        await loop.StopAsync(CancellationToken.None);
        Assert.That(loop.Failures.Select(e => e.Message), Is.EqualTo(["broken"]));
    }

    [Test]
    public async Task The_end_of_the_service_is_no_failure()
    {
        using var loop = new Loop(new FakeTimeProvider(), _ => Task.FromResult(false)) { Forever = true };
        await loop.StartAsync(CancellationToken.None);
        await loop.WorkedAsync(1);
        await loop.StopAsync(CancellationToken.None).WaitAsync(Limit);
        Assert.That(loop.Failures, Is.Empty);
        Assert.That(loop.ExecuteTask!.IsCompletedSuccessfully, Is.True);
    }

    private sealed class Loop(TimeProvider time, Func<int, Task<bool>> work) : BackgroundLoop(time)
    {
        private int _times;

        public int Times => Volatile.Read(ref _times);

        public List<Exception> Failures { get; } = [];

        /// <summary>Whether the work takes until it is cancelled.</summary>
        public bool Forever { get; init; }

        protected override TimeSpan Pause => Interval;

        /// <summary>Waits until it has worked so many times.</summary>
        public async Task WorkedAsync(int times, Action? meanwhile = null)
        {
            var deadline = DateTime.UtcNow + Limit;
            while (Times < times)
            {
                Assert.That(DateTime.UtcNow, Is.LessThan(deadline), $"{Times} of {times}");
                meanwhile?.Invoke();
                await Task.Delay(1);
            }
        }

        protected override async Task<bool> WorkAsync(CancellationToken cancellationToken)
        {
            var time = Interlocked.Increment(ref _times);
            if (Forever)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            return await work(time);
        }

        protected override void Failed(Exception exception) => Failures.Add(exception);
    }
}
