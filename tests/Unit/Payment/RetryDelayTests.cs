using NUnit.Framework;
using Suite.Payments.Domain;

namespace Suite.Tests.Unit.Payments;

public sealed class RetryDelayTests
{
    [TestCase(1, 0.1, 0.2)]
    [TestCase(2, 0.2, 0.4)]
    [TestCase(5, 1.6, 3.2)]
    [TestCase(9, 25.6, 51.2)]
    [TestCase(10, 30, 60)]
    [TestCase(int.MaxValue, 30, 60)]
    public void Delays_double_up_to_a_minute_and_half_of_them_is_jitter(int attempts, double least, double most)
    {
        Assert.That(RetryDelay.After(attempts, 0).TotalSeconds, Is.EqualTo(least).Within(1e-6));
        Assert.That(RetryDelay.After(attempts, 1).TotalSeconds, Is.EqualTo(most).Within(1e-6));
    }
}
