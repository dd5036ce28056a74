using NUnit.Framework.Constraints;

namespace Suite.Tests.EndToEnd.Running;

/// <summary>Waits for a condition, with a deadline.</summary>
internal static class Eventually
{
    /// <summary>Asks again until the constraint holds; fails with the last answer after <paramref name="seconds"/>.</summary>
    public static async Task That<T>(Func<Task<T>> actual, IResolveConstraint expected, string? message = null, int seconds = 60)
    {
        var constraint = expected.Resolve();
        var deadline = DateTime.UtcNow.AddSeconds(seconds);
        while (true)
        {
            var value = await actual();
            if (constraint.ApplyTo(value).IsSuccess)
            {
                return;
            }

            if (DateTime.UtcNow > deadline)
            {
                Assert.That(value, constraint, message ?? string.Empty);
                return;
            }

            await Task.Delay(30);
        }
    }
}
