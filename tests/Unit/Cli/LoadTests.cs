using System.Text.Json.Nodes;
using Grpc.Core;
using NUnit.Framework;
using Suite.Cli;
using Suite.Cli.Load;
using Suite.Contracts.Orders.V1;

namespace Suite.Tests.Unit.Cli;

internal sealed class LoadTests
{
    private CommandRun _run = null!;

    [SetUp]
    public void SetUp() => _run = new CommandRun();

    [TearDown]
    public void TearDown() => _run.Dispose();

    [Test]
    public async Task A_load_makes_its_customer_and_product_and_calls_in_the_shares_of_its_mix()
    {
        var exit = await LoadAsync("--mix", "create=2,get=4,list=1,cancel=1", "--callers", "3", "--duration", "500ms", "--warmup", "0");

        Assert.That(exit, Is.EqualTo(ExitCode.Ok), _run.Error);
        var report = Report();
        Assert.That(_run.Suite.Users.Single().DisplayName, Is.EqualTo("suite load"));
        Assert.That(_run.Suite.Products, Has.Count.EqualTo(1));
        var all = (long)report["all"]!["count"]!;
        var gets = (long)report["operations"]!["get"]!["ok"]!;
        Assert.That(all, Is.GreaterThan(16));
        Assert.That(gets, Is.EqualTo(all / 2).Within(4));
        Assert.That((long)report["all"]!["errors"]!, Is.Zero);
        Assert.That(Sum(report, "count"), Is.EqualTo(all));
        // Each order that is told is there, and the one the first read found.
        Assert.That(_run.Suite.Orders, Has.Count.EqualTo((long)report["operations"]!["create"]!["ok"]! + 1));
    }

    [Test]
    public async Task A_stall_is_charged_with_every_call_that_was_due_meanwhile()
    {
        // One call at once, so that all that is due during its half second has to wait: at 100 a second these are about fifty.
        _run.Suite.DelayNext("ListOrders", TimeSpan.FromMilliseconds(500));

        var exit = await LoadAsync("--mix", "list=1", "--rate", "100/s", "--in-flight", "1", "--duration", "2s", "--warmup", "0");

        Assert.That(exit, Is.EqualTo(ExitCode.Ok), _run.Error);
        var list = Report()["operations"]!["list"]!;
        Assert.That((string)Report()["latencyFrom"]!, Is.EqualTo("due"));
        // A timer may be early by its own grain.
        Assert.That((double)list["max"]!, Is.GreaterThanOrEqualTo(480));
        // One call of two hundred took half a second; counted from when they were sent, the 99th percentile would know nothing of it.
        Assert.That((double)list["p99"]!, Is.GreaterThan(400));
    }

    [Test]
    public async Task What_is_due_and_never_sent_is_told()
    {
        _run.Suite.DelayNext("ListOrders", TimeSpan.FromSeconds(2));

        await LoadAsync("--mix", "list=1", "--rate", "50/s", "--in-flight", "1", "--duration", "1s", "--warmup", "0");

        Assert.That((long)Report()["unsent"]!, Is.EqualTo(49));
        Assert.That(_run.Error, Does.Contain("49 calls were due and never made"));
    }

    [Test]
    public async Task The_warm_up_does_not_count()
    {
        _run.Suite.FailNext("ListOrders", StatusCode.Internal);

        var exit = await LoadAsync("--mix", "list=1", "--callers", "1", "--duration", "300ms", "--warmup", "1s");

        Assert.That(exit, Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That((long)Report()["all"]!["errors"]!, Is.Zero);
        Assert.That((double)Report()["seconds"]!, Is.EqualTo(0.3));
    }

    [Test]
    public async Task Errors_are_told_by_code_and_not_tried_again()
    {
        _run.Suite.FailNext("ListOrders", StatusCode.Unavailable, times: 3);
        _run.Suite.FailNext("ListOrders", StatusCode.ResourceExhausted, times: 2);

        var exit = await LoadAsync("--mix", "list=1", "--callers", "1", "--duration", "300ms", "--warmup", "0");

        Assert.That(exit, Is.EqualTo(ExitCode.Ok), _run.Error);
        var list = Report()["operations"]!["list"]!;
        Assert.That((long)list["errors"]!, Is.EqualTo(5));
        Assert.That((long)list["byCode"]!["UNAVAILABLE"]!["count"]!, Is.EqualTo(3));
        Assert.That((long)list["byCode"]!["RESOURCE_EXHAUSTED"]!["count"]!, Is.EqualTo(2));
    }

    [Test]
    public async Task A_load_that_fails_altogether_ends_with_the_code_of_its_failures()
    {
        _run.Suite.FailNext("ListOrders", StatusCode.PermissionDenied, times: 1_000_000);

        var exit = await _run.RunAsync("load", "--mix", "list=1", "--callers", "2", "--duration", "100ms", "--warmup", "0");

        Assert.That(exit, Is.EqualTo(ExitCode.NotAllowed));
        Assert.That(_run.Error, Does.Match("error: PERMISSION_DENIED: all [0-9]+ calls failed"));
        Assert.That(_run.Out, Does.Contain("OPERATION").And.Contain("PERMISSION_DENIED"), "The table is there all the same.");
    }

    [Test]
    public async Task Ctrl_C_ends_early_with_the_table()
    {
        using var stop = new CancellationTokenSource();
        var running = _run.RunAsync(stop.Token, "load", "--mix", "list=1", "--callers", "2", "--duration", "none", "--warmup", "0");
        await Task.Run(() => SpinWait.SpinUntil(() => _run.Suite.Calls.Count > 20, TimeSpan.FromSeconds(30)));

        await stop.CancelAsync();

        Assert.That(await running, Is.EqualTo(ExitCode.Interrupted));
        Assert.That(_run.Out, Does.Contain("list").And.Contain("OK").And.Contain("0 errors"));
    }

    [Test]
    public async Task A_named_customer_and_product_are_used_and_none_is_made()
    {
        var user = _run.Suite.AddUser("ada@example.com");
        _run.Suite.AddProduct("tea", 4m);

        var exit = await LoadAsync(
            "--mix", "create=1", "--callers", "1", "--duration", "100ms", "--warmup", "0", "--customer", user.Name, "--product", "tea", "--payment-method", "tok_declined");

        Assert.That(exit, Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(_run.Suite.Users, Has.Count.EqualTo(1));
        var orders = _run.Suite.Calls.SelectMany(c => c.Requests).OfType<CreateOrderRequest>().Select(r => r.Order);
        Assert.That(
            orders.Select(o => (o.Customer, o.Lines.Single().Product, o.PaymentMethod)).Distinct(), Is.EqualTo(new[] { (user.Name, "products/tea", "tok_declined") }));
    }

    [TestCase("--mix: 'creat=1' is no share such as get=4, of create, get, list, cancel.", "--mix", "creat=1")]
    [TestCase("--mix: '1=1' is no share", "--mix", "1=1")]
    [TestCase("--mix: 'get': a share is a whole number", "--mix", "get")]
    [TestCase("--mix: 'get=-1': a share is a whole number", "--mix", "get=-1")]
    [TestCase("--mix: 'get=1001': a share is a whole number of 0 to 1000", "--mix", "get=1001")]
    [TestCase("--mix: get is there twice.", "--mix", "get=1,get=2")]
    [TestCase("--mix: at least one share", "--mix", "get=0,list=0")]
    [TestCase("--mix: cancel must not be more than create", "--mix", "create=1,cancel=2")]
    [TestCase("--rate: '0/s' is no rate", "--rate", "0/s")]
    [TestCase("--rate: '5/m' is no rate such as 200/s", "--rate", "5/m")]
    [TestCase("--callers: '0' is no whole number", "--callers", "0")]
    [TestCase("--rate and --callers", "--rate", "5", "--callers", "5")]
    [TestCase("--in-flight limits a --rate", "--in-flight", "5")]
    [TestCase("--duration: '0' is no time", "--duration", "0")]
    [TestCase("--warmup: there must be an end", "--warmup", "none")]
    public async Task A_bad_load_is_told_and_nothing_is_called(string message, params string[] arguments)
    {
        Assert.That(await _run.RunAsync(["load", .. arguments]), Is.EqualTo(ExitCode.Usage));

        Assert.That(_run.Error, Does.StartWith("error: USAGE: " + message));
        Assert.That(_run.Suite.Calls, Is.Empty);
    }

    [Test]
    public void Kinds_take_turns_as_evenly_as_it_goes()
    {
        Assert.That(LoadMix.TryParse("create=1, get=4,LIST=1,cancel=0", out var mix, out _));

        var turns = Enumerable.Range(0, 12).Select(_ => mix!.Next()).ToArray();

        var (round, next) = (turns[..6], turns[6..]);
        Assert.That(next, Is.EqualTo(round));
        Assert.That(turns[..6].GroupBy(t => t).ToDictionary(g => g.Key, g => g.Count()), Is.EqualTo(new Dictionary<LoadOperation, int>
        {
            [LoadOperation.Get] = 4,
            [LoadOperation.Create] = 1,
            [LoadOperation.List] = 1,
        }));
        Assert.That(mix!.Has(LoadOperation.Cancel), Is.False);
        Assert.That(string.Concat(turns.Select(t => t == LoadOperation.Get ? 'g' : '.')), Does.Not.Contain("gggg").And.Not.Contain("..."));
    }

    private Task<ExitCode> LoadAsync(params string[] arguments) => _run.RunAsync(["load", "-o", "json", .. arguments]);

    private JsonNode Report() => JsonNode.Parse(_run.Out)!;

    private static long Sum(JsonNode report, string what) => report["operations"]!.AsObject().Sum(o => (long)o.Value![what]!);
}
