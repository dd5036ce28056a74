using Suite.Client;
using Suite.Contracts.Ops.V1;
using Suite.Contracts.Orders.V1;
using Suite.Tests.EndToEnd.Running;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.EndToEnd.Breaking;

/// <summary>A message that can not be applied goes to the dead letters, holds up nobody else, and comes back by a replay.</summary>
internal sealed class DeadLetterTests
{
    private TestSuite _suite = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _suite = await Suites.BreakableAsync();

    [TearDown]
    public Task MendAsync() => _suite.MendAsync();

    [TestCase(SuiteService.Payment, "payments", "order_id <> '{0}'", "suite.order.v1", "OrderPlaced")]
    [TestCase(SuiteService.Order, "orders", "id <> '{0}' OR state = 1", "suite.payment.v1", "PaymentAuthorized")]
    public async Task A_poison_message_is_parked_with_its_key_alone_and_a_replay_brings_it_back(
        SuiteService service, string table, string rule, string topic, string type)
    {
        await using var client = _suite.Client();
        var database = service.ToString().ToLowerInvariant();
        await _suite.Local.Payment.StopAsync();
        var poisoned = await _suite.PlaceAsync();
        var other = await _suite.PlaceAsync();
        var key = poisoned.Name["orders/".Length..];

        // The database refuses what the message asks for, now and at every further attempt.
        await _suite.ExecuteAsync(
            database, $"ALTER TABLE {table} ADD CONSTRAINT poison CHECK ({string.Format(null, rule, key)}) NOT VALID");
        await _suite.Local.Payment.StartAsync();

        Assert.That((await _suite.DecidedAsync(other.Name)).State, Is.EqualTo(State.Confirmed), "Other keys are not held up.");
        await Eventually.That(() => ParkedAsync(client, service), Has.Count.EqualTo(1));
        var parked = (await ParkedAsync(client, service))[0];
        Assert.That((parked.Key, parked.Topic, parked.Kind), Is.EqualTo((key, topic, DeadLetter.Types.Kind.Failed)));
        Assert.That(parked.Type, Does.EndWith("." + type));
        Assert.That(parked.Reason, Is.EqualTo("postgres_23514"));
        await Eventually.That(() => Task.FromResult(Topic.Read(_suite, topic + ".dlq").Select(m => m.Key)), Does.Contain(key));
        Assert.That((await _suite.Orders().GetOrderAsync(new GetOrderRequest { Name = poisoned.Name })).State, Is.EqualTo(State.Pending));

        await _suite.ExecuteAsync(database, $"ALTER TABLE {table} DROP CONSTRAINT poison");
        var marked = await client.DeadLetters.ReplayAsync(
            service, new ReplayDeadLettersRequest { Key = key, Note = "the rule is gone", RequestId = Guid.NewGuid().ToString() });

        Assert.That(marked, Is.EqualTo(1));
        Assert.That((await _suite.DecidedAsync(poisoned.Name)).State, Is.EqualTo(State.Confirmed));
        await Eventually.That(() => ParkedAsync(client, service), Is.Empty);
        await Books.SettleAndCheckAsync(_suite);
    }

    private static async Task<List<DeadLetter>> ParkedAsync(SuiteClient client, SuiteService service)
    {
        var parked = new List<DeadLetter>();
        await foreach (var letter in client.DeadLetters.List(service))
        {
            parked.Add(letter);
        }

        return parked;
    }
}
