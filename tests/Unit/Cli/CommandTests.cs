using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Google.Type;
using Grpc.Core;
using NUnit.Framework;
using Suite.Cli;
using Suite.Contracts.Ops.V1;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;

namespace Suite.Tests.Unit.Cli;

public class CommandTests
{
    private CommandRun _run = null!;

    [SetUp]
    public void SetUp() => _run = new CommandRun();

    [TearDown]
    public void TearDown() => _run.Dispose();

    [Test]
    public async Task An_order_is_placed_shown_watched_and_cancelled()
    {
        _run.Suite.AddProduct("X", 12.50m);
        var user = _run.Suite.AddUser("ada@example.com");

        Assert.That(
            await _run.RunAsync("order", "create", "--customer", user.Name, "--line", "X:2", "--payment-method", "tok_visa", "-o", "jsonl"),
            Is.EqualTo(ExitCode.Ok),
            _run.Error);
        var name = (string)_run.OutLines.Single()["name"]!;
        Assert.That(await _run.RunAsync("order", "get", name), Is.EqualTo(ExitCode.Ok));
        Assert.That(_run.Out, Does.Contain(name).And.Contain("25.00 EUR").And.Contain("products/X"));
        Assert.That(await _run.RunAsync("order", "watch", name, "--until-settled", "-o", "jsonl"), Is.EqualTo(ExitCode.Ok));
        Assert.That((string)_run.OutLines[^1]["state"]!, Is.EqualTo("CONFIRMED"));
        Assert.That(await _run.RunAsync("order", "cancel", name["orders/".Length..], "--reason", "changed my mind"), Is.EqualTo(ExitCode.Ok));
        Assert.That(_run.Out, Does.Contain("CANCELLED").And.Contain("changed my mind"));
        Assert.That(await _run.RunAsync("order", "cancel", name), Is.EqualTo(ExitCode.Refused));
        Assert.That(_run.Out, Is.Empty);
        Assert.That(_run.Error, Does.Contain("error: ORDER_STATE_CONFLICT: ").And.Contain("request id: "));
    }

    [Test]
    public async Task A_request_id_makes_a_write_happen_once()
    {
        _run.Suite.AddProduct("X", 1m);
        var user = _run.Suite.AddUser("ada@example.com");
        string[] create = ["order", "create", "--customer", user.Name, "--line", "X:1", "--payment-method", "tok_visa", "--request-id", "0197c1f0-5b3e-7c3a-9d1e-2f4a6b8c0d1e"];

        await _run.RunAsync(create);
        Assert.That(await _run.RunAsync(create), Is.EqualTo(ExitCode.Ok));
        Assert.That(await _run.RunAsync([.. create[..^1], "no-uuid"]), Is.EqualTo(ExitCode.Usage));

        Assert.That(_run.Suite.Orders, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_list_is_one_document_as_json_and_a_line_each_as_jsonl()
    {
        var user = _run.Suite.AddUser("ada@example.com");
        _run.Suite.AddProduct("X", 1m);
        for (var i = 0; i < 3; i++)
        {
            await _run.RunAsync("order", "create", "--customer", user.Name, "--line", "X:1", "--payment-method", i == 0 ? "tok_declined" : "tok_visa");
        }

        await _run.RunAsync("order", "list", "-o", "json");
        var document = ListOrdersResponse.Parser.ParseJson(_run.Out);
        Assert.That(document.Orders, Has.Count.EqualTo(3));
        await _run.RunAsync("order", "list", "-o", "jsonl", "--limit", "2");
        Assert.That(_run.OutLines.Select(l => Order.Parser.ParseJson(l.ToJsonString())), Is.EqualTo(document.Orders.Take(2)));
        await _run.RunAsync("order", "list", "--state", "rejected", "--customer", user.Name, "--limit", "0", "-o", "jsonl");
        Assert.That(_run.OutLines, Has.Count.EqualTo(1));
        await _run.RunAsync("order", "list");
        Assert.That(_run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(4));
        Assert.That(await _run.RunAsync("payment", "list", "-o", "json"), Is.EqualTo(ExitCode.Ok));
        Assert.That(ListPaymentsResponse.Parser.ParseJson(_run.Out).Payments, Has.Count.EqualTo(3));
    }

    [TestCase(StatusCode.NotFound, (int)ExitCode.NotFound)]
    [TestCase(StatusCode.InvalidArgument, (int)ExitCode.Refused)]
    [TestCase(StatusCode.FailedPrecondition, (int)ExitCode.Refused)]
    [TestCase(StatusCode.Unauthenticated, (int)ExitCode.NotAllowed)]
    [TestCase(StatusCode.PermissionDenied, (int)ExitCode.NotAllowed)]
    [TestCase(StatusCode.ResourceExhausted, (int)ExitCode.Unavailable)]
    [TestCase(StatusCode.DeadlineExceeded, (int)ExitCode.TimedOut)]
    [TestCase(StatusCode.DataLoss, (int)ExitCode.Unexpected)]
    public async Task Every_failure_has_its_exit_code_and_tells_programs_in_json(StatusCode code, int exit)
    {
        _run.Suite.FailNext("GetOrder", code, times: 10, detail: "as it was scripted");

        Assert.That(await _run.RunAsync("order", "get", "0197c1f0-5b3e-7c3a-9d1e-2f4a6b8c0d1e", "--output", "json"), Is.EqualTo((ExitCode)exit));

        var error = _run.ErrorLines.Single()["error"]!;
        Assert.That(_run.Out, Is.Empty);
        Assert.That((int)error["exitCode"]!, Is.EqualTo(exit));
        Assert.That((string)error["message"]!, Is.EqualTo("as it was scripted"));
        Assert.That((string)error["code"]!, Does.Match("^[A-Z_]+$"));
    }

    [TestCase("order", "get")]
    [TestCase("order", "nonsense")]
    [TestCase("order", "list", "--limit", "-1")]
    [TestCase("order", "list", "--output", "xml")]
    [TestCase("order", "list", "--timeout", "soon")]
    [TestCase("order", "list", "--order-address", "127.0.0.1:9102")]
    [TestCase("dead-letters", "list", "--service", "postman")]
    [TestCase("order", "list", "--profile", "nowhere")]
    [TestCase("order", "list", "--token-file", "/nowhere/token")]
    public async Task A_wrong_command_line_is_told_on_standard_error_and_nothing_is_called(params string[] arguments)
    {
        Assert.That(await _run.RunAsync(arguments), Is.EqualTo(ExitCode.Usage));

        Assert.That(_run.Out, Is.Empty);
        Assert.That(_run.Error, Does.StartWith("error: USAGE: "));
        Assert.That(_run.Suite.Calls, Is.Empty);
    }

    [Test]
    public async Task A_ledger_that_does_not_balance_is_an_exit_code_of_its_own()
    {
        Money euros = new() { CurrencyCode = "EUR", Units = 12, Nanos = 900_000_000 };
        var balance = new GetTrialBalanceResponse
        {
            AsOf = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch),
            Currencies = { new CurrencyBalance { CurrencyCode = "EUR", Debits = euros, Credits = new Money { CurrencyCode = "EUR" } } },
        };
        _run.Suite.ReplyNext("GetTrialBalance", balance, times: 2);

        Assert.That(await _run.RunAsync("ledger", "balance"), Is.EqualTo(ExitCode.NotBalanced));
        Assert.That(_run.Out, Does.Contain("12.90 EUR").And.Contain("balanced: NO"));
        Assert.That(await _run.RunAsync("ledger", "balance", "-o", "json"), Is.EqualTo(ExitCode.NotBalanced));
        Assert.That(JsonNode.Parse(_run.Out)!["balanced"]!.GetValue<bool>(), Is.False);
        Assert.That(await _run.RunAsync("ledger", "balance"), Is.EqualTo(ExitCode.Ok));
    }

    [Test]
    public async Task Dead_letters_are_shown_and_replayed_per_service()
    {
        _run.Suite.AddDeadLetter(new DeadLetter { Key = "k-1", Type = "suite.order.v1.OrderPlaced", Reason = "FormatException", Kind = DeadLetter.Types.Kind.Failed });

        Assert.That(await _run.RunAsync("dead-letters", "list", "--service", "payment"), Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(_run.Out, Does.Contain("k-1").And.Contain("FAILED"));
        Assert.That(await _run.RunAsync("dead-letters", "replay", "--service", "payment"), Is.EqualTo(ExitCode.Usage), "A note is required.");
        Assert.That(await _run.RunAsync("dead-letters", "replay", "--service", "payment", "--note", "fixed", "--key", "k-1", "-o", "json"), Is.EqualTo(ExitCode.Ok));
        Assert.That((int)JsonNode.Parse(_run.Out)!["markedCount"]!, Is.EqualTo(1));
    }

    [Test]
    public async Task Quiet_leaves_remarks_out_and_errors_in()
    {
        await _run.RunAsync("whoami", "--quiet");
        Assert.That(_run.Error, Is.Empty);

        await _run.RunAsync("order", "get", "0197c1f0-5b3e-7c3a-9d1e-2f4a6b8c0d1e", "-q");
        Assert.That(_run.Error, Does.StartWith("error: RESOURCE_NOT_FOUND"));
    }

    [Test]
    public async Task Bare_suite_shows_its_help()
    {
        Assert.That(await _run.RunAsync(), Is.EqualTo(ExitCode.Ok));
        Assert.That(_run.Out, Does.Contain("import").And.Contain("--output"));
    }

    [Test]
    public void The_readme_lists_every_exit_code()
    {
        var rows = File.ReadLines(Repository.Path("clients", "cli", "README.md"))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length > 3 && int.TryParse(cells[1], out _))
            .Select(cells => int.Parse(cells[1], System.Globalization.CultureInfo.InvariantCulture));

        Assert.That(rows, Is.EqualTo(System.Enum.GetValues<ExitCode>().Select(c => (int)c)));
    }
}
