using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Tests.EndToEnd.Running;
using OrderState = Suite.Contracts.Orders.V1.Order.Types.State;
using PaymentState = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.EndToEnd.Breaking;

/// <summary>
/// SIGKILL at each line between intent, provider, commit and event, for captures, refunds and voids: whoever asked gets one answer by
/// asking again with the same request id, and everybody's books agree on one effect, which is looked at when all of it is over.
/// </summary>
internal sealed class MoneyCrashTests
{
    private const int Cases = 9;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Queue<Order> _confirmed = new();
    private TestSuite _suite = null!;

    /// <summary>Orders are placed before the first kill: after one, events wait for leases to end.</summary>
    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _suite = await Suites.BreakableAsync();
        await _suite.ProductAsync("tea", 3);
        var orders = await Task.WhenAll(Enumerable.Range(0, Cases).Select(async _ => await _suite.DecidedAsync((await _suite.PlaceAsync()).Name)));
        Array.ForEach(orders, _confirmed.Enqueue);
    }

    [TearDown]
    public Task MendAsync() => _suite.MendAsync();

    [TestCase("order", "order.step-begun")]
    [TestCase("payment", "payment.step-intended")]
    [TestCase("payment", "payment.step-asked")]
    [TestCase("payment", "payment.step-committed")]
    [TestCase("order", "order.step-answered")]
    [TestCase("order", "order.step-committed")]
    public async Task A_process_dies_while_an_order_is_fulfilled_and_again_while_it_is_refunded(string service, string point)
    {
        var order = _confirmed.Dequeue();
        var fulfil = new FulfillOrderRequest { Name = order.Name, RequestId = Guid.NewGuid().ToString() };
        var fulfilled = await DyingAsync(service, point, () => _suite.Orders().FulfillOrderAsync(fulfil).ResponseAsync);
        Assert.That(fulfilled.State, Is.EqualTo(OrderState.Fulfilled));

        var refund = new RefundOrderRequest { Name = order.Name, RequestId = Guid.NewGuid().ToString() };
        var refunded = await DyingAsync(service, point, () => _suite.Orders().RefundOrderAsync(refund).ResponseAsync);
        Assert.That(refunded.State, Is.EqualTo(OrderState.Refunded));
        var payment = (await _suite.PaymentOfAsync(order.Name))!;
        Assert.That(payment.State, Is.EqualTo(PaymentState.Refunded));
        Assert.That(new[] { payment.CapturedAmount, payment.RefundedAmount }, Is.All.EqualTo(order.Total));

        Assert.That(await _suite.Orders().FulfillOrderAsync(fulfil), Is.EqualTo(fulfilled), "the same request, the same answer");
        Assert.That(await _suite.Orders().RefundOrderAsync(refund), Is.EqualTo(refunded), "the same request, the same answer");
        await CheckAfterTheLastAsync();
    }

    [TestCase("payment.step-intended")]
    [TestCase("payment.step-asked")]
    [TestCase("payment.step-committed")]
    public async Task A_process_dies_while_a_payment_is_voided_by_call(string point)
    {
        var order = _confirmed.Dequeue();
        var request = new VoidPaymentRequest { Name = order.Payment, RequestId = Guid.NewGuid().ToString() };

        var voided = await DyingAsync("payment", point, () => _suite.Payments().VoidPaymentAsync(request).ResponseAsync);
        Assert.That(voided.State, Is.EqualTo(PaymentState.Voided));
        Assert.That(await _suite.Payments().VoidPaymentAsync(request), Is.EqualTo(voided), "the same request, the same answer");
        await CheckAfterTheLastAsync();
    }

    /// <summary>The books are looked at once, after the last case: until then there is always something on its way.</summary>
    private Task CheckAfterTheLastAsync() => _confirmed.Count == 0 ? Books.SettleAndCheckAsync(_suite) : Task.CompletedTask;

    /// <summary>Makes a call, has a service die at a point while it runs, and asks until there is an answer.</summary>
    private async Task<T> DyingAsync<T>(string service, string point, Func<Task<T>> call)
    {
        await _suite.RestartAsync(_suite.Local.Service(service), ("SUITE_TEST_CRASH", point));
        var process = _suite.Local.Service(service).Process!;
        var answer = Asking.UntilAnsweredAsync(call);
        Assert.That(await process.Exited.WaitAsync(s_patience), Is.EqualTo(137), "It was killed, and did not end by itself.");
        await _suite.MendAsync();
        return await answer;
    }
}
