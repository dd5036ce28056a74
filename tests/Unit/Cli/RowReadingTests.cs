using System.Text;
using NUnit.Framework;
using Suite.Cli.Import;

namespace Suite.Tests.Unit.Cli;

public class RowReadingTests
{
    private const string Header = "order_ref,customer,lines,payment_method\n";

    [Test]
    public async Task Csv_lines_have_their_number_in_the_file()
    {
        var lines = await OrdersAsync(Header + "A-1,c-1,X:1,tok_visa\n\nA-2,c-1,\"X:1;Y-2:3\",tok_visa\n", InputFormat.Csv);

        Assert.That(lines.Select(l => l.Number), Is.EqualTo(new[] { 2, 4 }));
        Assert.That(lines[1].Row!.Lines, Is.EqualTo(new[] { new OrderRow.Line("X", 1), new OrderRow.Line("Y-2", 3) }));
    }

    [TestCase("A-1,c-1,X:two,tok_visa", "lines: the quantity 'two' is no whole number.")]
    [TestCase("A-1,c-1,X:1.5,tok_visa", "lines: the quantity '1.5' is no whole number.")]
    [TestCase("A-1,c-1,X:0,tok_visa", "lines: the quantity 0 is not between 1 and 1000000.")]
    [TestCase("A-1,c-1,X:-3,tok_visa", "lines: the quantity -3 is not between 1 and 1000000.")]
    [TestCase("A-1,c-1,X:99999999999999999999,tok_visa", "lines: the quantity '99999999999999999999' is no whole number.")]
    [TestCase("A-1,c-1,X,tok_visa", "lines: 'X' is not of the form sku:quantity.")]
    [TestCase("A-1,c-1,X Y:1,tok_visa", "lines: 'X Y' is no sku (1 to 64 characters out of a-z, A-Z, 0-9, '.', '_' and '-').")]
    [TestCase("A-1,c-1,,tok_visa", "lines: at least one is needed, written as sku:quantity;sku:quantity.")]
    [TestCase(",c-1,X:1,tok_visa", "order_ref: must be set.")]
    [TestCase("A-1, ,X:1,tok_visa", "customer: must be set.")]
    [TestCase("A-1,c-1,X:1,", "payment_method: must be set.")]
    [TestCase("A-1,c-1,X:1", "has another number of fields than the header.")]
    [TestCase("A-1,c-1,X:1,tok_visa,more", "has another number of fields than the header.")]
    [TestCase("A-1,c-1,\"X:1,tok_visa", "has a quote that is not closed on the line.")]
    [TestCase("A-1,c-1,\"X:1\"x,tok_visa", "has text after a closing quote.")]
    public async Task A_bad_csv_line_has_a_reason_and_the_rest_goes_on(string bad, string reason)
    {
        var lines = await OrdersAsync($"{Header}A-0,c-1,X:1,tok_visa\n{bad}\nA-2,c-1,X:1,tok_visa\n", InputFormat.Csv);

        Assert.That(lines.Select(l => l.Number), Is.EqualTo(new[] { 2, 3, 4 }));
        Assert.That(lines[1].Problem, Is.EqualTo(reason));
        Assert.That(lines[2].Row!.Reference, Is.EqualTo("A-2"));
    }

    [Test]
    public async Task Bytes_that_are_not_utf8_are_a_bad_line()
    {
        byte[] content = [.. Encoding.UTF8.GetBytes(Header), .. "A-1,c-"u8, 0xFF, .. ",X:1,tok_visa\nA-2,c-1,X:1,tok_visa\n"u8];

        var lines = await OrdersAsync(content, InputFormat.Csv);

        Assert.That(lines.Select(l => l.Problem), Is.EqualTo(new[] { "is not valid UTF-8.", null }));
    }

    [Test]
    public async Task Windows_line_ends_a_byte_order_mark_and_other_columns_are_fine()
    {
        var lines = await OrdersAsync("\uFEFFnote,payment_method,ORDER_REF,lines,customer\r\nhi,tok_visa,A-1,X:1,c-1\r\n", InputFormat.Csv);

        Assert.That(lines.Single().Row, Is.Not.Null);
        Assert.That(lines.Single().Row!.Customer, Is.EqualTo("c-1"));
    }

    [TestCase("", "the file is empty")]
    [TestCase("order_ref,customer,payment_method\nA,b,c\n", "the header lacks lines")]
    public void A_file_without_its_columns_can_not_be_read_at_all(string content, string reason) =>
        Assert.That(async () => await OrdersAsync(content, InputFormat.Csv), Throws.TypeOf<InputFileException>().With.Message.Contains(reason));

    [Test]
    public void More_than_500_lines_are_too_many()
    {
        var text = string.Join(';', Enumerable.Range(0, 501).Select(i => $"X-{i}:1"));

        Assert.That(
            async () => (await OrdersAsync($"{Header}A-1,c-1,{text},tok_visa\n", InputFormat.Csv)).Single().Problem,
            Is.EqualTo("lines: an order has at most 500 lines, this one has 501."));
    }

    [Test]
    public async Task Ndjson_takes_lines_as_objects_or_as_text()
    {
        var lines = await OrdersAsync(
            """
            {"order_ref":"A-1","customer":"c-1","lines":[{"sku":"X","quantity":2},{"sku":"Y","quantity":"3"}],"payment_method":"tok_visa"}

            {"order_ref":17,"customer":"c-1","lines":"X:1","payment_method":"tok_visa","else":[1]}
            """,
            InputFormat.Ndjson);

        Assert.That(lines.Select(l => l.Number), Is.EqualTo(new[] { 1, 3 }));
        Assert.That(lines[0].Row!.Lines, Is.EqualTo(new[] { new OrderRow.Line("X", 2), new OrderRow.Line("Y", 3) }));
        Assert.That(lines[1].Row!.Reference, Is.EqualTo("17"));
    }

    [TestCase("[1]", "is no JSON object.")]
    [TestCase("{\"order_ref\":", "is no JSON: at byte 14 something else is expected.")]
    [TestCase("{\"order_ref\":true}", "order_ref: must be a text or a number.")]
    [TestCase("{\"order_ref\":\"\\ud800\"}", "order_ref: has half a character (a lone surrogate).")]
    [TestCase("{\"order_ref\":\"A\",\"customer\":\"c\",\"lines\":7}", "lines: must be a list of {\"sku\", \"quantity\"}.")]
    [TestCase("{\"order_ref\":\"A\",\"customer\":\"c\",\"lines\":[7]}", "lines[0]: must be an object with sku and quantity.")]
    [TestCase("{\"order_ref\":\"A\",\"customer\":\"c\",\"lines\":[{\"sku\":\"X\",\"quantity\":1.5}]}", "lines[0].quantity: the quantity '1.5' is no whole number.")]
    public async Task A_bad_ndjson_line_has_a_reason_and_the_rest_goes_on(string bad, string reason)
    {
        var good = "{\"order_ref\":\"A-2\",\"customer\":\"c-1\",\"lines\":\"X:1\",\"payment_method\":\"tok_visa\"}";

        var lines = await OrdersAsync(bad + "\n" + good, InputFormat.Ndjson);

        Assert.That(lines.Select(l => l.Problem), Is.EqualTo(new[] { reason, null }));
    }

    [TestCase("12.90", "EUR", 12, 900_000_000)]
    [TestCase("2400", "JPY", 2400, 0)]
    [TestCase("0.000000001", "EUR", 0, 1)]
    [TestCase("9223372036854775807.999999999", "EUR", long.MaxValue, 999_999_999)]
    [TestCase("1.5000000000000", "EUR", 1, 500_000_000)]
    public void Amounts_are_read_exactly(string text, string currency, long units, int nanos)
    {
        var money = MoneyText.Parse(text, currency);

        Assert.That((money.Units, money.Nanos, money.CurrencyCode), Is.EqualTo((units, nanos, currency)));
    }

    [TestCase("12,90", "EUR")]
    [TestCase("-1", "EUR")]
    [TestCase("1e3", "EUR")]
    [TestCase(".5", "EUR")]
    [TestCase("5.", "EUR")]
    [TestCase("0.0000000001", "EUR")]
    [TestCase("9223372036854775808", "EUR")]
    [TestCase("1", "euro")]
    [TestCase("1", "eur")]
    public void What_is_no_amount_is_refused(string text, string currency) =>
        Assert.That(() => MoneyText.Parse(text, currency), Throws.TypeOf<RowException>());

    private static Task<List<InputLine<OrderRow>>> OrdersAsync(string content, InputFormat format) =>
        OrdersAsync(Encoding.UTF8.GetBytes(content), format);

    private static async Task<List<InputLine<OrderRow>>> OrdersAsync(byte[] content, InputFormat format)
    {
        var file = InputFile.Find("-", format, () => new MemoryStream(content));
        var lines = new List<InputLine<OrderRow>>();
        await foreach (var line in file.ReadAsync(RowMapper.OrderColumns, RowMapper.Order, CancellationToken.None))
        {
            lines.Add(line);
        }

        return lines;
    }
}
