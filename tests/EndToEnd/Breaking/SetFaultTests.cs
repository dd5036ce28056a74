using System.Net;
using Grpc.Core;
using Suite.Client;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Ops.V1;
using Suite.Contracts.Orders.V1;
using Suite.Tests.EndToEnd.Running;
using Kind = Suite.Contracts.Ops.V1.Fault.Types.Kind;
using State = Suite.Contracts.Orders.V1.Order.Types.State;
using Target = Suite.Contracts.Ops.V1.Fault.Types.Target;

namespace Suite.Tests.EndToEnd.Breaking;

/// <summary>Faults that are set on a running service are met until they are cleared.</summary>
internal sealed class SetFaultTests
{
    private TestSuite _suite = null!;
    private SuiteClient _client = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _suite = await Suites.BreakableAsync();
        await _suite.RestartAsync(_suite.Local.Payment, ("SUITE_FAULTS", "on"));
        _client = _suite.Client();
    }

    [TearDown]
    public Task ClearAsync() => _client.Faults.ClearAsync(SuiteService.Payment);

    [OneTimeTearDown]
    public async Task MendAsync()
    {
        await _client.DisposeAsync();
        await _suite.MendAsync();
    }

    [Test]
    public async Task An_error_at_the_provider_holds_payments_up_and_clearing_it_lets_them_through()
    {
        var set = await _client.Faults.SetAsync(SuiteService.Payment, new Fault { Target = Target.Provider, Kind = Kind.Error });
        Assert.That(await ListAsync(), Is.EqualTo(new[] { set }));

        var order = await _suite.PlaceAsync();
        await Eventually.That(
            () => _suite.ScalarAsync<long>("payment", "SELECT count(*) FROM payments WHERE order_id = $1 AND attempts > 1", Guid.Parse(order.Name["orders/".Length..])),
            Is.EqualTo(1));
        Assert.That((await _suite.Orders().GetOrderAsync(new GetOrderRequest { Name = order.Name })).State, Is.EqualTo(State.Pending));

        Assert.That(await _client.Faults.ClearAsync(SuiteService.Payment, Target.Provider), Is.EqualTo(1));

        Assert.That((await _suite.DecidedAsync(order.Name)).State, Is.EqualTo(State.Confirmed));
        Assert.That(await ListAsync(), Is.Empty);
    }

    [Test]
    public async Task Errors_at_the_database_cut_its_connections_and_can_be_cleared_without_it()
    {
        await _client.Faults.SetAsync(SuiteService.Payment, new Fault { Target = Target.Postgres, Kind = Kind.Error });

        await Eventually.That(CodeOfReadAsync, Is.EqualTo(StatusCode.Unavailable));
        await _client.Faults.ClearAsync(SuiteService.Payment);

        await Eventually.That(CodeOfReadAsync, Is.EqualTo(StatusCode.OK));
        Assert.That((await _suite.DecidedAsync((await _suite.PlaceAsync()).Name)).State, Is.EqualTo(State.Confirmed));
    }

    [Test]
    public async Task Events_that_can_not_leave_wait_for_the_end_of_the_fault()
    {
        await _client.Faults.SetAsync(SuiteService.Payment, new Fault { Target = Target.Kafka, Kind = Kind.Error });
        var order = await _suite.PlaceAsync();
        await Eventually.That(
            async () => (await _suite.PaymentOfAsync(order.Name))?.State, Is.EqualTo(Contracts.Payments.V1.Payment.Types.State.Authorized));
        Assert.That((await _suite.Orders().GetOrderAsync(new GetOrderRequest { Name = order.Name })).State, Is.EqualTo(State.Pending));

        await _client.Faults.ClearAsync(SuiteService.Payment);

        Assert.That((await _suite.DecidedAsync(order.Name)).State, Is.EqualTo(State.Confirmed));
    }

    [Test]
    public async Task Readiness_fails_while_it_is_set()
    {
        using var http = _suite.Http(_suite.Local.Payment);
        await _client.Faults.SetAsync(SuiteService.Payment, new Fault { Target = Target.Readiness, Kind = Kind.Error });

        Assert.That((await http.GetAsync(new Uri("/readyz", UriKind.Relative))).StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        await _client.Faults.ClearAsync(SuiteService.Payment);

        Assert.That((await http.GetAsync(new Uri("/readyz", UriKind.Relative))).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_request_id_sets_a_fault_once()
    {
        var options = new SuiteCallOptions { RequestId = Guid.NewGuid().ToString() };
        var fault = new Fault { Target = Target.Redis, Kind = Kind.Error };
        var first = await _client.Faults.SetAsync(SuiteService.Payment, fault, options);
        await _client.Faults.ClearAsync(SuiteService.Payment);

        var second = await _client.Faults.SetAsync(SuiteService.Payment, fault, options);

        Assert.That(second, Is.EqualTo(first));
        Assert.That(await ListAsync(), Is.Empty, "It was set once, and cleared since.");
    }

    [Test]
    public void A_fault_that_makes_no_sense_is_refused()
    {
        foreach (var fault in new[]
        {
            new Fault { Target = Target.Provider, Kind = Kind.Latency },
            new Fault { Target = Target.Provider, Kind = Kind.Error, Latency = new() { Seconds = 1 } },
            new Fault { Target = Target.Provider, Kind = Kind.Latency, Latency = new() { Seconds = 61 } },
            new Fault { Target = Target.Readiness, Kind = Kind.Latency, Latency = new() { Seconds = 1 } },
            new Fault { Target = Target.Redis, Kind = Kind.Error, Percent = 101 },
            new Fault { Target = Target.Redis, Kind = Kind.Error, Ttl = new() { Seconds = -1 } },
            new Fault { Target = (Target)99, Kind = Kind.Error },
        })
        {
            Assert.That(
                async () => await _client.Faults.SetAsync(SuiteService.Payment, fault),
                Throws.InstanceOf<SuiteException>().With.Property(nameof(SuiteException.Code)).EqualTo(StatusCode.InvalidArgument),
                fault.ToString());
        }
    }

    [Test]
    public void A_service_that_was_not_started_for_it_refuses() => Assert.That(
        async () => await _client.Faults.SetAsync(SuiteService.Order, new Fault { Target = Target.Postgres, Kind = Kind.Error }),
        Throws.InstanceOf<SuiteException>().With.Property(nameof(SuiteException.Reason)).EqualTo(ErrorReason.FaultsOff));

    private async Task<List<Fault>> ListAsync() => await _client.Faults.List(SuiteService.Payment).ToListAsync();

    private async Task<StatusCode> CodeOfReadAsync()
    {
        try
        {
            await _suite.Payments().ListPaymentsAsync(new() { PageSize = 1 });
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }
}
