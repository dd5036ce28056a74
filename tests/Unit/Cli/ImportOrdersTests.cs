using Grpc.Core;
using NUnit.Framework;
using Suite.Cli;
using Suite.Client.Testing;
using Suite.Contracts.Common.V1;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.Unit.Cli;

public class ImportOrdersTests
{
    private const string Users = "customer_ref,email,display_name\nc-1,ada@example.com,Ada\nc-2,bob@example.com,Bob\n";
    private const string Header = "order_ref,customer,lines,payment_method\n";

    private CommandRun _run = null!;

    private FakeSuite Suite => _run.Suite;

    [SetUp]
    public void SetUp()
    {
        _run = new CommandRun();
        Suite.AddProduct("X", 12.50m);
        Suite.AddProduct("Y", 3m);
        Suite.AddProduct("Z", 900m, "JPY");
        _run.Write("users.csv", Users);
    }

    [TearDown]
    public void TearDown() => _run.Dispose();

    [Test]
    public async Task The_samples_end_in_states_but_for_their_two_bad_lines()
    {
        using var run = new CommandRun();
        var samples = Repository.Path("clients", "cli", "samples");

        Assert.That(await run.RunAsync("import", "users", Path.Combine(samples, "users.csv")), Is.EqualTo(ExitCode.Ok));
        Assert.That(await run.RunAsync("import", "products", Path.Combine(samples, "products.csv")), Is.EqualTo(ExitCode.Ok));
        Assert.That(await run.RunAsync("import", "orders", Path.Combine(samples, "orders.csv"), "-o", "json"), Is.EqualTo(ExitCode.BadLines));

        Assert.That(run.Suite.Orders, Has.Count.EqualTo(398));
        Assert.That(run.Suite.Users, Has.Count.EqualTo(12));
        var bad = run.ErrorLines.Select(l => l["error"]!).ToList();
        Assert.That(bad.Select(b => (int)b["line"]!), Is.EqualTo(new[] { 138, 289 }));
        Assert.That(bad.Select(b => (string)b["reason"]!), Is.EqualTo(new[] { "INVALID_LINE", "PRODUCT_NOT_FOUND" }));
        Assert.That(await run.RunAsync("import", "orders", Path.Combine(samples, "orders.ndjson")), Is.EqualTo(ExitCode.Ok));
        Assert.That(run.Suite.Orders, Has.Count.EqualTo(410));
    }

    [Test]
    public async Task The_end_table_counts_by_state_and_reason_and_sums_by_currency()
    {
        Suite.HoldPayments = false;
        var file = _run.Write("orders.csv", Header + "A-1,c-1,X:2,tok_visa\nA-2,c-2,Z:3,tok_visa\nA-3,c-1,Y:1,tok_declined\nA-4,c-1,X:1;Y:1,tok_visa\n");

        var exit = await _run.RunAsync("import", "orders", file);

        Assert.That(exit, Is.EqualTo(ExitCode.Ok), _run.Error);
        var rows = _run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToList();
        Assert.That(rows[0], Is.EqualTo("STATE REASON ORDERS EUR JPY"));
        Assert.That(rows[1], Is.EqualTo("CONFIRMED 3 40.50 2700"));
        Assert.That(rows[2], Does.Match("^REJECTED [a-z_]+ 1 3\\.00$"));
        Assert.That(rows[3], Is.EqualTo("all orders 4 43.50 2700"));
        Assert.That(_run.Error, Does.Contain("orders.csv: 4 lines").And.Contain("4 orders, 0 bad lines."));
    }

    [Test]
    public async Task The_same_file_again_creates_nothing_twice_and_answers_the_same()
    {
        var file = _run.Write("orders.csv", Header + "A-1,c-1,X:2,tok_visa\nA-2,c-2,Z:3,tok_visa\n");

        await _run.RunAsync("import", "orders", file);
        var first = _run.Out;
        var exit = await _run.RunAsync("import", "orders", file);

        Assert.That(exit, Is.EqualTo(ExitCode.Ok));
        Assert.That(_run.Out, Is.EqualTo(first));
        Assert.That(Suite.Orders, Has.Count.EqualTo(2));
        Assert.That(Suite.Users, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task An_edited_line_is_reported_and_the_order_of_that_time_stands()
    {
        await _run.RunAsync("import", "orders", _run.Write("orders.csv", Header + "A-1,c-1,X:2,tok_visa\n"));

        var exit = await _run.RunAsync("import", "orders", _run.Write("orders.csv", Header + "A-1,c-1,X:3,tok_visa\nA-2,c-1,X:1,tok_visa\n"));

        Assert.That(exit, Is.EqualTo(ExitCode.BadLines));
        Assert.That(_run.Error, Does.Contain("orders.csv:2: A-1: REQUEST_ID_REUSED: was imported before with other content"));
        Assert.That(Suite.Orders.Select(o => o.Lines[0].Quantity), Is.EqualTo(new[] { 2, 1 }));
    }

    [Test]
    public async Task Another_scope_is_another_order()
    {
        var file = _run.Write("orders.csv", Header + "A-1,c-1,X:2,tok_visa\n");

        await _run.RunAsync("import", "orders", file);
        await _run.RunAsync("import", "orders", file, "--scope", "webshop");

        Assert.That(Suite.Orders, Has.Count.EqualTo(2));
        Assert.That(Suite.Users, Has.Count.EqualTo(1), "A customer is the same one in every scope.");
    }

    [Test]
    public async Task Bad_lines_of_every_kind_are_told_with_their_number_and_the_rest_goes_on()
    {
        var file = _run.Write(
            "orders.csv",
            Header + "A-1,c-1,X:2,tok_visa\nA-2,c-9,X:1,tok_visa\nA-1,c-1,X:2,tok_visa\nA-4,c-1,X:1;Z:1,tok_visa\nA-5,c-1,X:zero,tok_visa\nA-6,c-1,X:1,tok_visa\n");

        var exit = await _run.RunAsync("import", "orders", file);

        Assert.That(exit, Is.EqualTo(ExitCode.BadLines));
        Assert.That(Suite.Orders, Has.Count.EqualTo(2));
        Assert.That(_run.Error, Does.Contain("orders.csv:3: A-2: customer: 'c-9' is not in users.csv."));
        Assert.That(_run.Error, Does.Contain("orders.csv:4: A-1: order_ref: stands on line 2 already."));
        Assert.That(_run.Error, Does.Contain("orders.csv:5: A-4: CURRENCY_MISMATCH"));
        Assert.That(_run.Error, Does.Contain("orders.csv:6: lines: the quantity 'zero' is no whole number."));
    }

    [Test]
    public async Task Orders_whose_payments_take_time_are_waited_for()
    {
        Suite.HoldPayments = true;
        var lines = string.Concat(Enumerable.Range(1, 150).Select(i => $"A-{i},c-1,X:1,tok_visa\n"));
        var importing = _run.RunAsync("import", "orders", _run.Write("orders.csv", Header + lines), "-o", "jsonl");
        await UntilAsync(() => Suite.Calls.Any(c => c.Method.EndsWith("ListOrders", StringComparison.Ordinal)));

        Suite.DecidePayments();

        Assert.That(await importing.WaitAsync(TimeSpan.FromSeconds(30)), Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(_run.OutLines.SkipLast(1).Select(l => (string)l["order"]!["state"]!), Has.All.EqualTo("CONFIRMED"));
        Assert.That((int)_run.OutLines[^1]["summary"]!["states"]![0]!["orders"]!, Is.EqualTo(150));
        Assert.That(_run.OutLines.SkipLast(1).Select(l => (long)l["line"]!), Is.Ordered);
    }

    [Test]
    public async Task Orders_that_stay_pending_past_the_limit_are_an_exit_code_of_their_own()
    {
        Suite.HoldPayments = true;
        var file = _run.Write("orders.csv", Header + "A-1,c-1,X:1,tok_visa\nA-2,c-9,X:1,tok_visa\n");

        var exit = await _run.RunAsync("import", "orders", file, "--wait-timeout", "50ms");

        Assert.That(exit, Is.EqualTo(ExitCode.StillPending));
        Assert.That(_run.Error, Does.Contain("1 orders, 1 bad lines, 1 still PENDING."));
        Assert.That(await _run.RunAsync("import", "orders", file, "--wait", "false"), Is.EqualTo(ExitCode.BadLines));
        Assert.That(_run.Out, Does.Contain("PENDING"));
    }

    [Test]
    public async Task A_stream_that_breaks_is_gone_on_with()
    {
        Suite.BreakNext("ImportOrders", afterMessages: 2, times: 3);
        var lines = string.Concat(Enumerable.Range(1, 20).Select(i => $"A-{i},c-1,X:1,tok_visa\n"));

        var exit = await _run.RunAsync("import", "orders", _run.Write("orders.csv", Header + lines));

        Assert.That(exit, Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(Suite.Orders, Has.Count.EqualTo(20));
        Assert.That(Suite.Orders.Select(o => o.State), Has.All.EqualTo(State.Confirmed));
    }

    [Test]
    public async Task An_import_that_is_stopped_says_how_far_it_came_and_goes_on_the_next_time()
    {
        using var stop = new CancellationTokenSource();
        var lines = string.Concat(Enumerable.Range(1, 50).Select(i => $"A-{i},c-1,X:1,tok_visa\n"));
        var file = _run.Write("orders.csv", Header + lines);
        Suite.HoldPayments = true;
        var importing = _run.RunAsync(stop.Token, "import", "orders", file);
        await UntilAsync(() => Suite.Orders.Count > 0);

        await stop.CancelAsync();

        Assert.That(await importing.WaitAsync(TimeSpan.FromSeconds(30)), Is.EqualTo(ExitCode.Interrupted));
        Assert.That(_run.Error, Does.EndWith("stopped.\n"));
        Suite.HoldPayments = false;
        Suite.DecidePayments();
        Assert.That(await _run.RunAsync("import", "orders", file), Is.EqualTo(ExitCode.Ok));
        Assert.That(Suite.Orders, Has.Count.EqualTo(50));
    }

    [Test]
    public async Task A_service_that_fails_for_good_ends_the_import_with_its_error()
    {
        Suite.FailNext("CreateUser", StatusCode.PermissionDenied);
        var file = _run.Write("orders.csv", Header + "A-1,c-1,X:1,tok_visa\n");

        var exit = await _run.RunAsync("import", "orders", file);

        Assert.That(exit, Is.EqualTo(ExitCode.NotAllowed));
        Assert.That(_run.Error, Does.Contain("the same command goes on where this one stopped"));
        Assert.That(Suite.Orders, Is.Empty);
    }

    [Test]
    public async Task An_order_that_meets_an_outage_is_no_bad_line()
    {
        Suite.FailNext("CreateOrder", StatusCode.Unavailable, times: 3, reason: ErrorReason.DependencyUnavailable);
        var file = _run.Write("orders.csv", Header + "A-1,c-1,X:1,tok_visa\nA-2,c-1,X:1,tok_visa\n");
        Assert.That(await _run.RunAsync("import", "orders", file), Is.EqualTo(ExitCode.Ok), _run.Error);

        Suite.FailNext("CreateOrder", StatusCode.Internal, reason: ErrorReason.InternalError);
        Assert.That(await _run.RunAsync("import", "orders", file, "--scope", "again"), Is.EqualTo(ExitCode.Unexpected));
        Assert.That(_run.Error, Does.Contain("the same command goes on where this one stopped").And.Not.Contain("orders.csv:2").And.Not.Contain("orders.csv:3"));
    }

    [Test]
    public async Task Customers_may_be_named_by_user_and_files_come_from_standard_input()
    {
        var user = Suite.AddUser("eve@example.com");
        _run.Input = $"{{\"order_ref\":\"A-1\",\"customer\":\"{user.Name}\",\"lines\":\"X:1\",\"payment_method\":\"tok_visa\"}}\n"
            + "{\"order_ref\":\"A-2\",\"customer\":\"c-1\",\"lines\":\"X:1\",\"payment_method\":\"tok_visa\"}\n";

        var exit = await _run.RunAsync("import", "orders", "-", "--format", "ndjson");

        Assert.That(exit, Is.EqualTo(ExitCode.BadLines));
        Assert.That(Suite.Orders.Single().Customer, Is.EqualTo(user.Name));
        Assert.That(_run.Error, Does.Contain("stdin:2: A-2: customer: 'c-1' is no users/{uuid}, and there is no users file"));
    }

    [Test]
    public async Task What_import_users_writes_is_a_users_file()
    {
        await _run.RunAsync("import", "users", Path.Combine(_run.Folder, "users.csv"), "-o", "jsonl");
        var users = _run.Write("known.ndjson", _run.Out);
        var file = _run.Write("orders.csv", Header + "A-1,c-2,X:1,tok_visa\n");
        var calls = Suite.Calls.Count(c => c.Method.EndsWith("CreateUser", StringComparison.Ordinal));

        var exit = await _run.RunAsync("import", "orders", file, "--users", users);

        Assert.That(exit, Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(Suite.Orders.Single().Customer, Is.EqualTo(Suite.Users.Single(u => u.Email == "bob@example.com").Name));
        Assert.That(Suite.Calls.Count(c => c.Method.EndsWith("CreateUser", StringComparison.Ordinal)), Is.EqualTo(calls));
    }

    [TestCase("missing.csv", "there is no file")]
    [TestCase("orders.txt", "the format of")]
    public async Task A_file_that_can_not_be_read_is_an_exit_code_of_its_own(string name, string message)
    {
        _run.Write("orders.txt", Header);

        var exit = await _run.RunAsync("import", "orders", Path.Combine(_run.Folder, name));

        Assert.That(exit, Is.EqualTo(ExitCode.InputFile));
        Assert.That(_run.Error, Does.Contain(message));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await Task.Delay(5, deadline.Token);
        }
    }
}
