using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Suite.Client;

namespace Suite.Tests.Unit.Client;

internal sealed class RetryBudgetTests
{
    private static readonly SuiteRetryOptions Small = Shop.Quick with { BudgetSize = 3, BudgetPerSuccess = 0.5, BudgetPerSecond = 0 };

    [Test]
    public void It_is_spent_by_retries_and_filled_by_successes_and_time_but_never_over_its_size()
    {
        var clock = new FakeTimeProvider();
        var budget = new RetryBudget(Small with { BudgetPerSecond = 0.25 }, clock);
        Assert.That(Enumerable.Range(0, 4).Select(_ => budget.TrySpend()), Is.EqualTo(new[] { true, true, true, false }));

        budget.Succeeded();
        Assert.That(budget.TrySpend(), Is.False, "half a retry is none");
        budget.Succeeded();
        Assert.That(budget.TrySpend(), Is.True);

        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.That(budget.Tokens, Is.EqualTo(1).Within(0.001));
        clock.Advance(TimeSpan.FromHours(1));
        Assert.That(budget.Tokens, Is.EqualTo(3));
    }

    [Test]
    public async Task A_client_whose_budget_is_spent_fails_at_the_first_attempt_until_it_is_filled_again()
    {
        var clock = new FakeTimeProvider();
        using var shop = new Shop(clock, o => o.Retry = Small with { BudgetPerSecond = 1, FirstDelay = TimeSpan.Zero });
        shop.Fake.FailNext("GetOrder", StatusCode.Unavailable, times: 100);
        Task Call() => shop.Client.Orders.GetAsync("orders/it");

        Assert.That((await Assert.ThrowsAsync<SuiteException>(Call))!.Attempts, Is.EqualTo(4), "three retries were in the budget");
        var error = (await Assert.ThrowsAsync<SuiteException>(Call))!;
        Assert.That(error.Attempts, Is.EqualTo(1));
        Assert.That(error.Message, Does.Contain("budget"));

        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.That((await Assert.ThrowsAsync<SuiteException>(Call))!.Attempts, Is.EqualTo(3));
    }

    [Test]
    public async Task Services_do_not_share_a_budget()
    {
        using var shop = new Shop(configure: o => o.Retry = Small);
        shop.Fake.FailNext("GetOrder", StatusCode.Unavailable, times: 100);
        shop.Fake.FailNext("GetUser", StatusCode.Unavailable, times: 2);

        await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Orders.GetAsync("orders/it"));

        await Assert.DoesNotThrowAsync(() => shop.Client.Users.GetAsync(shop.Customer));
    }
}
