using Google.Type;
using NUnit.Framework;
using Spectre.Console.Testing;
using Suite.Cli;
using Suite.Cli.Import;
using Suite.Cli.Output;
using Suite.Contracts.Orders.V1;

namespace Suite.Tests.Unit.Cli;

public class OutputTests
{
    [TestCase(12, 900_000_000, "EUR", "12.90 EUR")]
    [TestCase(0, 50_000_000, "EUR", "0.05 EUR")]
    [TestCase(-3, -500_000_000, "USD", "-3.50 USD")]
    [TestCase(2400, 0, "JPY", "2400 JPY")]
    [TestCase(1, 5_000_000, "KWD", "1.005 KWD")]
    [TestCase(1, 123_456_789, "EUR", "1.123456789 EUR")]
    [TestCase(long.MaxValue, 0, "EUR", "9223372036854775807.00 EUR")]
    public void Amounts_show_the_digits_of_their_currency(long units, int nanos, string currency, string text) =>
        Assert.That(AmountText.Of(new Money { Units = units, Nanos = nanos, CurrencyCode = currency }), Is.EqualTo(text));

    [Test]
    public void Sums_do_not_wrap_past_64_bits()
    {
        var most = new Order { State = Order.Types.State.Confirmed, Total = new Money { Units = long.MaxValue, CurrencyCode = "EUR" } };
        var console = new TestConsole().Width(200);

        console.Write(new OrderTally([most, most], 0).ToTable(new Printer(TextWriter.Null, console, OutputFormat.Table, terminal: false)));

        Assert.That(console.Output, Does.Contain("18446744073709551614.00"));
    }

    [Test]
    public void A_bar_is_drawn_on_a_terminal_with_count_and_rate()
    {
        using var console = new TestConsole().Width(120).Interactive().EmitAnsiSequences();
        var progress = new ImportProgress(new Notices(console, json: false, quiet: false, terminal: true), TimeProvider.System);

        Assert.That(
            async () => await progress.RunAsync("orders.csv", "orders", 3, step =>
            {
                step();
                step();
                step();
                return Task.CompletedTask;
            }),
            Throws.Nothing);

        Assert.That(console.Output, Does.Contain("orders.csv").And.Contain("3/3 orders"));
    }

    [Test]
    public void Nothing_moves_and_nothing_is_remarked_when_a_program_reads()
    {
        using var console = new TestConsole();
        var notices = new Notices(console, json: true, quiet: false, terminal: false);

        notices.Info("a remark");
        notices.BadLine("orders.csv", new BadLine(7, "A-7", BadLine.Unreadable, "lines: \"quoted\" [red]text[/]"));

        Assert.That(
            console.Output.Replace("\n", string.Empty, StringComparison.Ordinal),
            Is.EqualTo("""{"error":{"code":"BAD_LINE","file":"orders.csv","line":7,"reference":"A-7","reason":"INVALID_LINE","message":"lines: \"quoted\" [red]text[/]"}}"""));
    }

    [Test]
    public async Task A_bad_line_is_told_above_the_bar_and_its_text_is_no_markup()
    {
        using var console = new TestConsole().Width(120).Interactive().EmitAnsiSequences();
        var notices = new Notices(console, json: false, quiet: false, terminal: true);

        await new ImportProgress(notices, TimeProvider.System).RunAsync("orders.csv", "orders", null, step =>
        {
            notices.BadLine("orders.csv", new BadLine(7, "A-7", BadLine.Unreadable, "what [is] this"));
            step();
            return Task.CompletedTask;
        });

        Assert.That(console.Output, Does.Contain("orders.csv:7: A-7: what [is] this"));
    }
}
