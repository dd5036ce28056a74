using NUnit.Framework;
using Suite.Payments.Domain;
using Suite.Payments.Features;
using Suite.Payments.Ledger;
using Suite.Payments.Providers;
using Suite.Payments.Storage;
using Suite.Platform.Messaging;
using Suite.Platform.Messaging.Relay;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.Component.Payments;

/// <summary>A database for each fixture, and what its tests ask it.</summary>
public abstract class PaymentFixture
{
    private readonly List<PaymentReplica> _replicas = [];

    internal PaymentDatabase Database { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task CreateDatabase() => Database = await PaymentDatabase.CreateAsync();

    [OneTimeTearDown]
    public async Task DropDatabase()
    {
        if (Database is not null)
        {
            await Database.DisposeAsync();
        }
    }

    /// <summary>Whatever a test did, the books balance after it.</summary>
    [TearDown]
    public async Task StopReplicasAndCheckTheBooks()
    {
        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }

        _replicas.Clear();
        if (Database is not null)
        {
            var books = await new GetTrialBalance(new LedgerStore(Database.DataSource)).RunAsync(CancellationToken.None);
            Assert.That(books.Balanced, Is.True);
        }
    }

    internal PaymentStore Store => new(Database.DataSource);

    internal PaymentReplica Replica(IPaymentProvider? provider = null, PaymentOptions? options = null)
    {
        var replica = new PaymentReplica(Database.DataSource, provider, options);
        _replicas.Add(replica);
        return replica;
    }

    internal static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (!await condition())
        {
            Assert.That(DateTime.UtcNow, Is.LessThan(deadline), $"Waited in vain: {what}.");
            await Task.Delay(10);
        }
    }

    internal Task UntilStateAsync(Guid order, State state) =>
        UntilAsync(async () => await StateAsync(order) == state, $"{order} is {state}");

    internal async Task<State> StateAsync(Guid order) =>
        (State)await Database.ScalarAsync<short>("SELECT state FROM payments WHERE order_id = $1", order);

    internal async Task<Payment> PaymentAsync(Guid order)
    {
        var id = await Database.ScalarAsync<Guid>("SELECT id FROM payments WHERE order_id = $1", order);
        return (await Store.FindAsync(id, CancellationToken.None))!;
    }

    /// <summary>The names of the events of an order's payment, in order.</summary>
    internal Task<IReadOnlyList<string>> EventsAsync(Guid order) => Database.ColumnAsync<string>(
        "SELECT replace(type, 'suite.payment.v1.', '') FROM outbox WHERE topic = 'suite.payment.v1' AND key = $1 ORDER BY id",
        order.ToString());

    /// <summary>The entries of an order's payment: template, account, debit minus credit.</summary>
    internal Task<IReadOnlyList<string>> EntriesAsync(Guid order) => Database.ColumnAsync<string>(
        """
        SELECT t.template || ' ' || e.account || ' ' || (e.debit_minor - e.credit_minor)
        FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.transaction_id JOIN payments p ON p.id::text = split_part(t.source, '/', 2)
        WHERE p.order_id = $1 ORDER BY t.sequence, e.line
        """,
        order);

    /// <summary>How often the simulator was asked for an order's payment, by any key, and how many authorizations it made.</summary>
    internal async Task<(long Calls, long Authorizations)> SimulatorAsync(Guid order)
    {
        var payment = (await PaymentAsync(order)).Id.ToString();
        return (
            await Database.ScalarAsync<long>(
                "SELECT coalesce(sum(calls), 0)::bigint FROM simulator_payments WHERE idempotency_key LIKE $1 || '%'", payment),
            await Database.ScalarAsync<long>(
                """
                SELECT count(*) FROM simulator_payments
                WHERE idempotency_key LIKE $1 || '%' AND reference IS NOT NULL AND calls >= answers_on_call
                """,
                payment));
    }
}
