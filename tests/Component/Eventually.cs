using NUnit.Framework.Constraints;

namespace Suite.Tests.Component;

/// <summary>Waits for a condition, with a deadline.</summary>
internal static class Eventually
{
    /// <summary>Asks again until the constraint holds; fails with the last answer after <paramref name="seconds"/>.</summary>
    public static async Task That<T>(Func<Task<T>> actual, IResolveConstraint expected, int seconds = 90)
    {
        var constraint = expected.Resolve();
        var deadline = DateTime.UtcNow.AddSeconds(seconds);
        while (true)
        {
            var value = await actual();
            var result = constraint.ApplyTo(value);
            if (result.IsSuccess)
            {
                return;
            }

            if (DateTime.UtcNow > deadline)
            {
                Assert.That(value, constraint);
                return;
            }

            await Task.Delay(20);
        }
    }
}
