using System.Text;
using Confluent.Kafka;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using NUnit.Framework;
using Suite.Contracts.Payments.V1;
using Suite.Local.Kafka;
using Suite.Local.Postgres;
using Suite.Local.Services;
using Suite.Platform.Messaging;
using Suite.Platform.Postgres;
using Suite.Tests.Component.Security;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.Component.Payments;

/// <summary>The real process between a real broker and a real database, killed at the worst moments.</summary>
public sealed class PaymentProcessTests
{
    private readonly List<ServiceProcess> _processes = [];
    private readonly PlayedTrust _trust = new();
    private TestKeys _keys = null!;
    private SecuredHost _user = null!;
    private PostgresServer _postgres = null!;
    private KafkaBroker _kafka = null!;
    private IProducer<string, byte[]> _producer = null!;

    [OneTimeSetUp]
    public async Task StartServers()
    {
        _postgres = await PostgresServer.StartAsync(Path.Combine(Servers.NewFolder(), "postgres"), outlivesPower: false);
        _kafka = KafkaBroker.StartMock();
        _keys = new TestKeys();
        _user = await SecuredHost.StartAsync("user", _keys, _trust, app => app.MapGrpcService<PlayedTrustService>());
        _producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = _kafka.BootstrapServers }).Build();
    }

    [OneTimeTearDown]
    public async Task StopServers()
    {
        _producer?.Dispose();
        await (_user?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_kafka?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_postgres?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [TearDown]
    public async Task StopProcesses()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        _processes.Clear();
    }

    [TestCase("tok_visa")]
    [TestCase("tok_flaky")]
    public async Task A_kill_between_the_answer_and_the_commit_is_resumed_with_the_same_key(string token)
    {
        var order = Guid.CreateVersion7();
        var first = await StartAsync(("SUITE_TEST_CRASH", "payment.after-provider"));
        await PlaceAsync(order, token);
        Assert.That(await first.Exited.WaitAsync(TimeSpan.FromSeconds(30)), Is.EqualTo(137));
        Assert.That(await SimulatorAsync(order), Is.EqualTo((1, 1)), "The provider has done the work once.");

        var second = await StartAsync();
        var payment = await UntilAnsweredAsync(second, order);

        Assert.That(payment.State, Is.EqualTo(State.Authorized));
        var (calls, authorizations) = await SimulatorAsync(order);
        Assert.That((calls, authorizations), Is.EqualTo((1, 1)), "It was looked for, and not asked for again.");
        Assert.That(Told(order), Is.EqualTo(new[] { "suite.payment.v1.PaymentAuthorized" }));
        Assert.That(await EntriesAsync(order), Is.EqualTo(2));
        var books = await new LedgerService.LedgerServiceClient(Channel(second)).GetTrialBalanceAsync(new GetTrialBalanceRequest());
        Assert.That(books.Balanced, Is.True);
    }

    [Test]
    public async Task A_kill_after_the_commit_leaves_the_event_to_be_told_once()
    {
        var order = Guid.CreateVersion7();
        var first = await StartAsync(("SUITE_TEST_CRASH", "payment.after-commit"));
        await PlaceAsync(order, "tok_visa");
        await first.Exited.WaitAsync(TimeSpan.FromSeconds(30));

        var second = await StartAsync();
        var payment = await UntilAnsweredAsync(second, order);

        Assert.That(payment.State, Is.EqualTo(State.Authorized));
        Assert.That(await SimulatorAsync(order), Is.EqualTo((1, 1)));
        Assert.That(Told(order).Distinct(), Is.EqualTo(new[] { "suite.payment.v1.PaymentAuthorized" }));
        Assert.That(await EntriesAsync(order), Is.EqualTo(2));
    }

    [Test]
    public async Task Kills_under_load_lose_and_double_nothing()
    {
        var orders = Enumerable.Range(0, 600).Select(_ => Guid.CreateVersion7()).ToArray();
        var process = await StartAsync();
        foreach (var chunk in orders.Chunk(200))
        {
            var answered = await AnsweredAsync();
            await Task.WhenAll(chunk.Select((order, i) => PlaceAsync(order, i % 20 == 0 ? "tok_flaky" : "tok_visa")));
            await UntilAsync(async () => await AnsweredAsync() > answered, "the process is in the middle of its work");
            await process.KillAsync();
            process = await StartAsync();
        }

        var ids = orders.ToArray();
        await UntilAsync(
            async () => await ScalarAsync<long>("SELECT count(*) FROM payments WHERE state = 2 AND order_id = ANY($1)", ids) == ids.Length,
            "every payment is authorized");
        Assert.That(
            await ScalarAsync<long>(
                """
                SELECT count(*) FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.transaction_id
                JOIN payments p ON p.id::text = split_part(t.source, '/', 2) WHERE p.order_id = ANY($1)
                """,
                ids),
            Is.EqualTo(2 * ids.Length));
        Assert.That(
            await ScalarAsync<long>("SELECT count(*) FROM simulator_payments"),
            Is.EqualTo(await ScalarAsync<long>("SELECT count(*) FROM payments")));
        Assert.That(
            await ScalarAsync<long>("SELECT count(*) FROM outbox WHERE key = ANY($1)", (object)ids.Select(id => id.ToString()).ToArray()),
            Is.EqualTo(ids.Length));
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var deadline = DateTime.UtcNow.AddSeconds(60);
        while (!await condition())
        {
            Assert.That(DateTime.UtcNow, Is.LessThan(deadline), $"Waited in vain: {what}.");
            await Task.Delay(20);
        }
    }

    private GrpcChannel Channel(ServiceProcess process)
    {
        var (_, secret) = _trust.AddKey("payments.read", "ledger.read");
        return GrpcChannel.ForAddress(process.GrpcAddress, new GrpcChannelOptions
        {
            UnsafeUseInsecureChannelCallCredentials = true,
            Credentials = ChannelCredentials.Create(ChannelCredentials.Insecure, CallCredentials.FromInterceptor((_, metadata) =>
            {
                metadata.Add("authorization", "Bearer " + secret);
                return Task.CompletedTask;
            })),
        });
    }

    private async Task<ServiceProcess> StartAsync(params (string Key, string Value)[] settings)
    {
        var environment = new Dictionary<string, string>
        {
            ["SUITE_POSTGRES"] = _postgres.ConnectionString,
            ["SUITE_KAFKA"] = _kafka.BootstrapServers,
            ["SUITE_KAFKA_OPTIONS"] = "fetch.wait.max.ms=20",
            ["SUITE_PROVIDER_TIMEOUT"] = "1",
            ["SUITE_PAYMENT_LEASE"] = "2",
            ["SUITE_USER_ADDRESS"] = _user.Grpc.ToString(),
            ["SUITE_SERVICE_KEY"] = _keys.FileOf("payment"),
            ["SUITE_SERVICE_KEYS"] = _keys.SetFile,
        };
        foreach (var (key, value) in settings)
        {
            environment[key] = value;
        }

        var process = ServiceProcess.Start("payment", environment, line => TestContext.Out.WriteLine(line));
        _processes.Add(process);
        if (settings.Length == 0)
        {
            await process.WaitReadyAsync();
        }

        return process;
    }

    private async Task PlaceAsync(Guid order, string token)
    {
        var message = PaymentReplica.Placed(order, token);
        await _producer.ProduceAsync("suite.order.v1", new Message<string, byte[]>
        {
            Key = message.Key,
            Value = message.Body.ToArray(),
            Headers =
            [
                new Header(CloudEvent.SpecVersion, CloudEvent.Version),
                new Header(CloudEvent.Id, Encoding.UTF8.GetBytes(message.Id.ToString())),
                new Header(CloudEvent.Type, Encoding.UTF8.GetBytes(message.Type)),
                new Header(CloudEvent.Source, "suite/order"u8.ToArray()),
                new Header(CloudEvent.Time, Encoding.UTF8.GetBytes(message.Time.ToString("O"))),
            ],
        });
    }

    private async Task<Payment> UntilAnsweredAsync(ServiceProcess process, Guid order)
    {
        var client = new PaymentService.PaymentServiceClient(Channel(process));
        Payment? payment = null;
        await UntilAsync(
            async () =>
            {
                var page = await client.ListPaymentsAsync(new ListPaymentsRequest { Filter = $"order = \"orders/{order}\"" });
                payment = page.Payments.SingleOrDefault();
                return payment is { State: not State.Pending };
            },
            "the payment is answered");
        var one = await client.GetPaymentAsync(new GetPaymentRequest { Name = payment!.Name });
        Assert.That(one.Steps, Is.Not.Empty);
        one.Steps.Clear();
        Assert.That(one, Is.EqualTo(payment));
        return payment;
    }

    /// <summary>The types of the events on the topic for an order, once there is one.</summary>
    private List<string> Told(Guid order)
    {
        using var consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig
        {
            BootstrapServers = _kafka.BootstrapServers,
            GroupId = Guid.NewGuid().ToString(),
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnablePartitionEof = true,
        }).Build();
        consumer.Subscribe("suite.payment.v1");
        var types = new List<string>();
        var ended = new HashSet<Partition>();
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (types.Count == 0 || ended.Count < consumer.Assignment.Count)
        {
            Assert.That(DateTime.UtcNow, Is.LessThan(deadline), "The event is not on the topic.");
            if (consumer.Consume(TimeSpan.FromMilliseconds(200)) is not { } result)
            {
                continue;
            }

            if (result.IsPartitionEOF)
            {
                ended.Add(result.Partition);
            }
            else if (result.Message.Key == order.ToString())
            {
                types.Add(Encoding.UTF8.GetString(result.Message.Headers.GetLastBytes(CloudEvent.Type)));
            }
        }

        consumer.Close();
        return types;
    }

    private Task<long> AnsweredAsync() => ScalarAsync<long>("SELECT count(*) FROM payments WHERE state <> 1");

    private Task<long> EntriesAsync(Guid order) =>
        ScalarAsync<long>(
            """
            SELECT count(*) FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.transaction_id
            JOIN payments p ON p.id::text = split_part(t.source, '/', 2) WHERE p.order_id = $1
            """,
            order);

    private async Task<(long Calls, long Authorizations)> SimulatorAsync(Guid order)
    {
        const string of = "FROM simulator_payments s JOIN payments p ON p.id::text = s.idempotency_key WHERE p.order_id = $1";
        return (
            await ScalarAsync<long>($"SELECT coalesce(sum(calls), 0)::bigint {of}", order),
            await ScalarAsync<long>($"SELECT count(*) {of} AND reference IS NOT NULL AND calls >= answers_on_call", order));
    }

    private async Task<T> ScalarAsync<T>(string sql, params object[] parameters)
    {
        await using var dataSource = PostgresModule.CreateDataSource(_postgres.ConnectionString, "suite_payment", null);
        await using var command = dataSource.CreateCommand(sql);
        foreach (var value in parameters)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return (T)(await command.ExecuteScalarAsync())!;
    }
}
