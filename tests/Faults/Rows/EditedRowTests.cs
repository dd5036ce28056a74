using System.Text;
using Confluent.Kafka;
using Google.Protobuf;
using Suite.Contracts.Orders.V1;
using Suite.Faults.Checking;
using Timestamp = Google.Protobuf.WellKnownTypes.Timestamp;

namespace Suite.Tests.Faults.Rows;

/// <summary>Bugs in a real suite, planted by editing its rows behind its back: each is found at the order that it was planted into.</summary>
internal sealed class EditedRowTests
{
    private readonly Dictionary<string, (string Order, string Payment)> _planted = [];
    private IReadOnlyList<Violation> _before = [];
    private IReadOnlyList<Violation> _after = [];
    private RealSuite? _suite;

    [OneTimeSetUp]
    public async Task Live_and_plant()
    {
        _suite = await RealSuite.StartAsync();
        await EachAsync(() => _suite.OrderAsync(), "a lost order", "a version lost", "an authorization lost", "a message too many");
        await EachAsync(async () => await _suite.CancelAsync(await _suite.OrderAsync()), "a cancelled order confirmed", "a hold kept");
        await EachAsync(
            async () => await _suite.FulfillAsync(await _suite.OrderAsync()), "a capture twice", "an entry changed", "a refund of the provider's own");
        await EachAsync(
            async () => await _suite.RefundAsync(await _suite.FulfillAsync(await _suite.OrderAsync("tok_visa+capture_flaky")), 1),
            "a refund forgotten",
            "a refund twice");
        await _suite.OrderAsync("tok_declined");
        await _suite.DrainAsync();
        _before = await _suite.CheckAsync();
        await PlantAsync(_suite);
        _after = await _suite.CheckAsync();
    }

    [OneTimeTearDown]
    public async Task Stop() => await (_suite?.DisposeAsync() ?? ValueTask.CompletedTask);

    [Test]
    public void A_suite_whose_rows_nobody_edited_has_nothing_wrong_with_it() => Assert.That(_before.Select(violation => violation.ToString()), Is.Empty);

    [TestCase("a lost order", nameof(AcknowledgedExistsOnce))]
    [TestCase("a version lost", nameof(OrdersMoveForward))]
    [TestCase("an authorization lost", nameof(ConfirmedHasOneAuthorization))]
    [TestCase("a message too many", nameof(NoneForRolledBack))]
    [TestCase("a cancelled order confirmed", nameof(FinalStaysFinal))]
    [TestCase("a hold kept", nameof(CancelledHoldsNothing))]
    [TestCase("a hold kept", nameof(ProviderSumsAreOurs))]
    [TestCase("a capture twice", nameof(FulfilledHasOneCaptureOneJournal))]
    [TestCase("a capture twice", nameof(CapturedWithinAuthorized))]
    [TestCase("an entry changed", nameof(DebitsEqualCredits))]
    [TestCase("a refund of the provider's own", nameof(ProviderSumsAreOurs))]
    [TestCase("a refund forgotten", nameof(RefundedWithinCaptured))]
    [TestCase("a refund twice", nameof(AppliedOnce))]
    public void What_was_edited_is_found(string bug, string property)
    {
        var (order, payment) = _planted[bug];

        Assert.That(
            _after.Where(violation => violation.Property == property),
            Has.Some.Matches<Violation>(violation => Names(violation!, order) || Names(violation!, payment)));
    }

    [Test]
    public void A_changed_entry_is_missed_by_its_balance_too() =>
        Assert.That(_after.Select(violation => violation.Property), Does.Contain(nameof(BalancesAreFolds)));

    private static bool Names(Violation violation, string name) =>
        violation.Sentence.Contains(name, StringComparison.Ordinal) || violation.Records.Any(record => record.Contains(name, StringComparison.Ordinal));

    private async Task EachAsync(Func<Task<Order>> makeAsync, params string[] bugs)
    {
        foreach (var bug in bugs)
        {
            var order = await makeAsync();
            _planted.Add(bug, (order.Name, order.Payment));
        }
    }

    private async Task PlantAsync(RealSuite suite)
    {
        await suite.EditAsync("suite_order", "DELETE FROM orders WHERE id = $1", _planted["a lost order"].Order);
        await suite.EditAsync("suite_order", "DELETE FROM order_history WHERE order_id = $1 AND version = 2", _planted["a version lost"].Order);
        await suite.EditAsync("suite_order", "UPDATE orders SET state = 2 WHERE id = $1", _planted["a cancelled order confirmed"].Order);
        await suite.EditAsync("suite_order", "UPDATE orders SET refunded_minor = refunded_minor + 100 WHERE id = $1", _planted["a refund forgotten"].Order);
        await suite.EditAsync(
            "suite_payment",
            "UPDATE simulator_payments SET reference = NULL, decline_reason = 'card_declined' WHERE payment_id = $1",
            _planted["an authorization lost"].Payment);
        await suite.EditAsync("suite_payment", "UPDATE simulator_payments SET released = false WHERE payment_id = $1", _planted["a hold kept"].Payment);
        await suite.EditAsync(
            "suite_payment",
            "UPDATE simulator_payments SET refunded_minor = refunded_minor + 1 WHERE payment_id = $1",
            _planted["a refund of the provider's own"].Payment);
        await suite.EditAsync(
            "suite_payment",
            """
            INSERT INTO simulator_steps
            SELECT 'again', authorization_key, kind, currency, amount_minor, is_final, calls, answers_on_call, reference, decline_reason, create_time, outcome_time
            FROM simulator_steps WHERE authorization_key = $1::text AND kind = 2
            """,
            _planted["a capture twice"].Payment);
        await suite.EditAsync(
            "suite_payment",
            """
            UPDATE ledger_entries e SET debit_minor = debit_minor + 1 FROM ledger_transactions t
            WHERE t.id = e.transaction_id AND t.template = 'capture' AND e.debit_minor > 0 AND NOT e.pending
                AND t.source LIKE 'payments/' || $1::uuid || '/%'
            """,
            _planted["an entry changed"].Payment);
        await suite.EditAsync(
            "suite_payment",
            """
            WITH again AS (
                INSERT INTO ledger_transactions (id, key, template, source, description, effective_time)
                SELECT gen_random_uuid(), key || '-again', template, source, description, effective_time
                FROM ledger_transactions WHERE template = 'refund' AND source LIKE 'payments/' || $1::uuid || '/%'
                RETURNING id, source, sequence
            )
            INSERT INTO ledger_entries (
                transaction_id, line, account, pending, currency, debit_minor, credit_minor, sequence, effective_time, record_time)
            SELECT again.id, e.line, e.account, e.pending, e.currency, e.debit_minor, e.credit_minor, again.sequence, e.effective_time, e.record_time
            FROM again
            JOIN ledger_transactions t ON t.source = again.source AND t.template = 'refund'
            JOIN ledger_entries e ON e.transaction_id = t.id
            """,
            _planted["a refund twice"].Payment);
        await TellAsync(suite, _planted["a message too many"].Order);
    }

    // A fulfilment that never came to be.
    private static async Task TellAsync(RealSuite suite, string order)
    {
        var id = Guid.NewGuid().ToString();
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = suite.KafkaBootstrapServers }).Build();
        await producer.ProduceAsync("suite.order.v1", new Message<byte[], byte[]>
        {
            Key = Encoding.UTF8.GetBytes(order["orders/".Length..]),
            Value = new OrderFulfilled { Order = order, Version = 3, FulfillTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UtcNow) }.ToByteArray(),
            Headers = new Headers
            {
                { "ce_specversion", "1.0"u8.ToArray() },
                { "ce_id", Encoding.UTF8.GetBytes(id) },
                { "ce_type", Encoding.UTF8.GetBytes(OrderFulfilled.Descriptor.FullName) },
            },
        });
        await suite.HearAsync(message => message.Id == id);
    }
}
