using System.Text.Json.Nodes;
using NUnit.Framework;
using Suite.Cli;
using Suite.Contracts.Payments.V1;

namespace Suite.Tests.Unit.Cli;

/// <summary>Commands that move money, and those that look after it.</summary>
public class MoneyCommandTests
{
    private CommandRun _run = null!;

    [SetUp]
    public void SetUp()
    {
        _run = new CommandRun();
        _run.Suite.AddProduct("X", 12.50m);
        _run.Suite.AddProduct("YEN", 300m, "JPY");
    }

    [TearDown]
    public void TearDown() => _run.Dispose();

    [Test]
    public async Task An_order_with_adjustments_is_fulfilled_refunded_and_told()
    {
        var name = await PlaceAsync("--line", "X:2", "--adjustment", "SHIPPING=4.90", "--adjustment", "discount=-2.50EUR");

        Assert.That(await _run.RunAsync("order", "fulfill", name, "--note", "parcel 7"), Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(_run.Out, Does.Contain("FULFILLED").And.Contain("27.40 EUR").And.Contain("SHIPPING").And.Contain("-2.50 EUR"));
        Assert.That(await _run.RunAsync("order", "refund", name, "--line", "1:1", "--reason", "broken"), Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(_run.Out, Does.Contain("PARTIALLY_REFUNDED").And.Contain("13.70 EUR"));
        Assert.That(await _run.RunAsync("order", "refund", name, "--amount", "3.70"), Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(await _run.RunAsync("order", "refund", name, "--amount", "3.70USD"), Is.EqualTo(ExitCode.Refused));
        Assert.That(_run.Error, Does.Contain("CURRENCY_MISMATCH"));
        Assert.That(await _run.RunAsync("order", "refund", name, "--all"), Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(await _run.RunAsync("order", "list", "--state", "refunded"), Is.EqualTo(ExitCode.Ok));
        Assert.That(_run.Out, Does.Contain(name));
        Assert.That(await _run.RunAsync("order", "events", name, "-o", "jsonl"), Is.EqualTo(ExitCode.Ok));
        Assert.That(
            _run.OutLines.Select(e => (string)e["type"]!).Where(t => !t.EndsWith("_STARTED", StringComparison.Ordinal)),
            Is.EqualTo(new[] { "PLACED", "CONFIRMED", "FULFILLED", "REFUNDED", "REFUNDED", "REFUNDED" }));
        Assert.That(await _run.RunAsync("order", "events", name), Is.EqualTo(ExitCode.Ok));
        Assert.That(_run.Out, Does.Contain("broken").And.Contain("parcel 7"));
    }

    [TestCase("--amount", "1", "--all")]
    [TestCase("--line", "1:1", "--amount", "1")]
    [TestCase("--line", "1:x")]
    [TestCase("--amount", "one")]
    [TestCase]
    public async Task A_refund_says_how_much_in_one_way(params string[] arguments)
    {
        var name = await PlaceAsync("--line", "X:2");
        await _run.RunAsync("order", "fulfill", name);

        Assert.That(await _run.RunAsync(["order", "refund", name, .. arguments]), Is.EqualTo(ExitCode.Usage));
        Assert.That(_run.Suite.Orders.Single().RefundedAmount, Is.Null);
    }

    [Test]
    public async Task Several_orders_are_taken_one_after_the_other_up_to_the_first_that_fails()
    {
        var (one, two, three) = (await PlaceAsync("--line", "X:1"), await PlaceAsync("--line", "X:1"), await PlaceAsync("--line", "X:1"));

        Assert.That(await _run.RunAsync("order", "fulfill", one, three, "-o", "jsonl"), Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(_run.OutLines.Select(o => (string)o["name"]!), Is.EqualTo(new[] { one, three }));
        Assert.That(await _run.RunAsync("order", "cancel", two, one, three, "-o", "jsonl"), Is.EqualTo(ExitCode.Refused));
        Assert.That(_run.OutLines.Select(o => (string)o["state"]!), Is.EqualTo(new[] { "CANCELLED" }), "What was done is told.");
        Assert.That(await _run.RunAsync("order", "refund", one, three, "--all", "--etag", "3"), Is.EqualTo(ExitCode.Usage));
        Assert.That(await _run.RunAsync("order", "refund", one, three, "--amount", "2.50"), Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(_run.Suite.Orders.Select(o => o.RefundedAmount?.DecimalValue), Is.EqualTo(new decimal?[] { 2.50m, null, 2.50m }));
    }

    [TestCase("SHIPPING")]
    [TestCase("PARKING=1")]
    [TestCase("SHIPPING=much")]
    public async Task An_adjustment_that_is_none_is_refused_before_anything_is_placed(string adjustment)
    {
        var user = _run.Suite.AddUser("ada@example.com").Name;

        Assert.That(
            await _run.RunAsync("order", "create", "--customer", user, "--payment-method", "tok_visa", "--line", "X:1", "--adjustment", adjustment),
            Is.EqualTo(ExitCode.Usage));
        Assert.That(_run.Suite.Orders, Is.Empty);
    }

    [Test]
    public async Task The_money_of_an_order_is_followed_from_its_lines_to_the_ledger()
    {
        var name = await PlaceAsync("--line", "X:2", "--adjustment", "TAX=1.25");
        await _run.RunAsync("order", "fulfill", name);
        await _run.RunAsync("order", "refund", name, "--line", "1:1");

        Assert.That(await _run.RunAsync("order", "money", name), Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(_run.Out, Does.Contain("26.25 EUR").And.Contain("13.13 EUR").And.Contain("providers/simulator/clearing").And.Contain("TAX"));
        Assert.That(_run.Out, Does.Contain("ok  what was captured is revenue: 26.25 EUR").And.Not.Contain("NO "));
        Assert.That(await _run.RunAsync("order", "money", name, "-o", "json"), Is.EqualTo(ExitCode.Ok));
        var document = JsonNode.Parse(_run.Out)!;
        Assert.That((document["postings"]!.AsArray().Count, document["agrees"]!.GetValue<bool>()), Is.EqualTo((12, true)));

        var payment = _run.Suite.Payments.Single();
        payment.CapturedAmount.Units++;
        _run.Suite.ReplyNext("GetPayment", payment);
        Assert.That(await _run.RunAsync("order", "money", name), Is.EqualTo(ExitCode.Differences));
        Assert.That(_run.Out, Does.Contain("NO  what was captured is revenue: 27.25 EUR, but 26.25 EUR"));
    }

    [Test]
    public async Task A_payment_of_an_order_elsewhere_is_worked_by_commands()
    {
        var order = $"orders/{Guid.NewGuid()}";

        Assert.That(
            await _run.RunAsync("payment", "authorize", "--order", order, "--amount", "500JPY", "--payment-method", "tok_visa", "-o", "jsonl"),
            Is.EqualTo(ExitCode.Ok),
            _run.Error);
        var name = (string)_run.OutLines.Single()["name"]!;
        Assert.That(await _run.RunAsync("payment", "capture", name, "--amount", "400"), Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(_run.Out, Does.Contain("CAPTURED").And.Contain("400 JPY"));
        Assert.That(await _run.RunAsync("payment", "refund", name, "--amount", "100.5"), Is.EqualTo(ExitCode.Refused));
        Assert.That(await _run.RunAsync("payment", "refund", name), Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(_run.Out, Does.Contain("REFUNDED"));
        Assert.That(await _run.RunAsync("payment", "void", name), Is.EqualTo(ExitCode.Refused));
        Assert.That(await _run.RunAsync("payment", "list", "--state", "REFUNDED"), Is.EqualTo(ExitCode.Ok));
        Assert.That(_run.Out, Does.Contain(name));
    }

    [Test]
    public async Task Disputes_are_shown()
    {
        var name = await PlaceAsync("--line", "X:1", "--payment-method", "tok_dispute_lost");
        await _run.RunAsync("order", "fulfill", name);

        Assert.That(await _run.RunAsync("dispute", "list", "--state", "LOST", "--order", name, "-o", "jsonl"), Is.EqualTo(ExitCode.Ok), _run.Error);
        var dispute = (string)_run.OutLines.Single()["name"]!;
        Assert.That(await _run.RunAsync("dispute", "get", dispute), Is.EqualTo(ExitCode.Ok));
        Assert.That(_run.Out, Does.Contain("LOST").And.Contain("12.50 EUR").And.Contain("fraudulent"));
    }

    [Test]
    public async Task The_ledger_is_posted_to_read_reversed_and_exported()
    {
        string[] post = ["ledger", "post", "--debit", "cash/till=10.00EUR", "--credit", "equity/owner=10.00EUR", "--description", "float", "-o", "jsonl"];
        Assert.That(await _run.RunAsync(post), Is.EqualTo(ExitCode.Ok), _run.Error);
        var name = (string)_run.OutLines.Single()["name"]!;
        Assert.That(await _run.RunAsync("ledger", "post", "--debit", "cash/till=1EUR", "--credit", "equity/owner=2EUR"), Is.EqualTo(ExitCode.Refused));
        Assert.That(_run.Error, Does.Contain("LEDGER_UNBALANCED"));
        Assert.That(await _run.RunAsync("ledger", "post", "--debit", "cash/till=1", "--credit", "equity/owner=1"), Is.EqualTo(ExitCode.Usage));
        Assert.That(await _run.RunAsync("ledger", "accounts", "cash"), Is.EqualTo(ExitCode.Ok));
        Assert.That(_run.Out, Does.Contain("accounts/cash/till").And.Not.Contain("equity"));
        Assert.That(await _run.RunAsync("ledger", "account", "equity/owner"), Is.EqualTo(ExitCode.Ok));
        Assert.That(_run.Out, Does.Contain("CREDIT").And.Contain("10.00 EUR"));
        Assert.That(await _run.RunAsync("ledger", "postings", "--account", "cash/till"), Is.EqualTo(ExitCode.Ok));
        Assert.That(_run.Out, Does.Contain("manual"));
        Assert.That(await _run.RunAsync("ledger", "postings"), Is.EqualTo(ExitCode.Usage));
        Assert.That(await _run.RunAsync("ledger", "overdraft", "equity/owner", "refuse"), Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(await _run.RunAsync("ledger", "reverse", name, "--effective-time", "2026-01-01T00:00:00Z"), Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(await _run.RunAsync("ledger", "reverse", name, "--effective-time", "2026-01-01T00:00:00Z"), Is.EqualTo(ExitCode.Refused));

        Assert.That(await _run.RunAsync("ledger", "export"), Is.EqualTo(ExitCode.Ok));
        Assert.That(_run.OutLines.Select(t => (string)t["template"]!), Is.EqualTo(new[] { "manual", "reversal" }));
        var file = Path.Combine(_run.Folder, "ledger.ndjson");
        Assert.That(await _run.RunAsync("ledger", "export", "--file", file), Is.EqualTo(ExitCode.Ok));
        Assert.That(_run.Out, Is.Empty);
        Assert.That(File.ReadLines(file).Count(), Is.EqualTo(2));
    }

    [Test]
    public async Task Half_an_export_leaves_no_file()
    {
        await PlaceAsync("--line", "X:1");
        await PlaceAsync("--line", "X:1");
        _run.Suite.BreakNext("ExportTransactions", afterMessages: 1);

        Assert.That(await _run.RunAsync("ledger", "export", "--file", Path.Combine(_run.Folder, "half.ndjson")), Is.EqualTo(ExitCode.Unavailable));
        Assert.That(Directory.GetFiles(_run.Folder), Is.Empty);
    }

    [Test]
    public async Task Verification_and_reconciliation_say_by_their_exit_code_whether_all_agrees()
    {
        await PlaceAsync("--line", "X:1");
        Assert.That(await _run.RunAsync("ledger", "verify"), Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(_run.Out, Does.StartWith("whole: 1 transactions"));
        Assert.That(await _run.RunAsync("reconcile"), Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(_run.Out, Does.Contain("0 differences: 1 payments").And.Contain("12.50 EUR"));

        var torn = new VerifyLedgerResponse { Done = true, Differences = { new LedgerDifference { Kind = "chain", Resource = "transactions/1", Description = "edited" } } };
        _run.Suite.ReplyNext("VerifyLedger", torn);
        Assert.That(await _run.RunAsync("ledger", "verify"), Is.EqualTo(ExitCode.Differences));
        Assert.That(_run.Out, Does.Contain("NOT WHOLE").And.Contain("transactions/1"));

        var difference = new Difference { Kind = Difference.Types.Kind.PaymentLedger, Resource = "payments/1", Field = "held_amount", Advice = "look" };
        _run.Suite.ReplyNext("ReconcilePayments", new ReconcilePaymentsResponse { Done = true, DifferenceCount = 1, Differences = { difference } }, times: 2);
        Assert.That(await _run.RunAsync("reconcile"), Is.EqualTo(ExitCode.Differences));
        Assert.That(_run.Out, Does.Contain("PAYMENT_LEDGER").And.Contain("held_amount").And.Contain("look"));
        Assert.That(await _run.RunAsync("reconcile", "-o", "jsonl"), Is.EqualTo(ExitCode.Differences));
        Assert.That(_run.OutLines.Count, Is.EqualTo(2));
        Assert.That((string)_run.OutLines[1]["summary"]!["differenceCount"]!, Is.EqualTo("1"));

        _run.Suite.ReplyNext("ReconcilePayments", new ReconcilePaymentsResponse());
        Assert.That(await _run.RunAsync("reconcile"), Is.EqualTo(ExitCode.Unexpected), "What did not come to its end says nothing.");
    }

    private async Task<string> PlaceAsync(params string[] arguments)
    {
        var user = _run.Suite.Users.Count > 0 ? _run.Suite.Users[0].Name : _run.Suite.AddUser("ada@example.com").Name;
        string[] token = arguments.Contains("--payment-method") ? [] : ["--payment-method", "tok_visa"];
        Assert.That(
            await _run.RunAsync(["order", "create", "--customer", user, .. token, .. arguments, "-o", "jsonl"]), Is.EqualTo(ExitCode.Ok), _run.Error);
        return (string)_run.OutLines.Single()["name"]!;
    }
}
