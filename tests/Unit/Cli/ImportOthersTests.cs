using Grpc.Core;
using NUnit.Framework;
using Suite.Cli;
using Suite.Contracts.Common.V1;

namespace Suite.Tests.Unit.Cli;

public class ImportOthersTests
{
    private CommandRun _run = null!;

    [SetUp]
    public void SetUp() => _run = new CommandRun();

    [TearDown]
    public void TearDown() => _run.Dispose();

    [Test]
    public async Task Products_are_added_once_and_the_same_file_again_changes_nothing()
    {
        var file = _run.Write("products.csv", "sku,display_name,price,currency\nX,Mug,12.90,EUR\nZ,Cup,900,JPY\n");

        Assert.That(await _run.RunAsync("import", "products", file), Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(await _run.RunAsync("import", "products", file), Is.EqualTo(ExitCode.Ok), _run.Error);

        Assert.That(_run.Suite.Products.Select(p => (p.Name, p.Price.Units, p.Price.Nanos)), Is.EqualTo(new[] { ("products/X", 12L, 900_000_000), ("products/Z", 900L, 0) }));
    }

    [Test]
    public async Task A_product_that_was_there_before_counts_when_it_is_the_same_and_not_when_its_price_differs()
    {
        _run.Suite.AddProduct("X", 12.90m);
        _run.Suite.AddProduct("Y", 1m);
        var file = _run.Write("products.csv", "sku,display_name,price,currency\nX,X,12.90,EUR\nY,Y,2.00,EUR\n");

        var exit = await _run.RunAsync("import", "products", file);

        Assert.That(exit, Is.EqualTo(ExitCode.BadLines));
        Assert.That(_run.Error, Does.Contain("products.csv:3: Y: is in the price book already as 'Y' for 1.00 EUR; nothing was changed."));
        Assert.That(_run.Error, Does.Not.Contain("products.csv:2"));
    }

    [TestCase("X,Mug,twelve,EUR", "products.csv:2: price: 'twelve' is no amount such as 12.90.")]
    [TestCase("X X,Mug,1,EUR", "products.csv:2: sku: 'X X' is no sku")]
    [TestCase("X,,1,EUR", "products.csv:2: display_name: must be set.")]
    public async Task A_bad_product_is_told_and_the_rest_goes_on(string line, string told)
    {
        var exit = await _run.RunAsync("import", "products", _run.Write("products.csv", $"sku,display_name,price,currency\n{line}\nOK,Fine,1,EUR\n"));

        Assert.That(exit, Is.EqualTo(ExitCode.BadLines));
        Assert.That(_run.Error, Does.Contain(told));
        Assert.That(_run.Suite.Products.Select(p => p.Name), Is.EqualTo(new[] { "products/OK" }));
    }

    [Test]
    public async Task A_product_the_service_refuses_is_told_with_its_line()
    {
        _run.Suite.FailNext("CreateProduct", StatusCode.InvalidArgument, reason: ErrorReason.AmountOutOfRange, detail: "more digits than JPY has");

        var exit = await _run.RunAsync("import", "products", _run.Write("products.csv", "sku,display_name,price,currency\nX,Mug,12.905,JPY\n"));

        Assert.That(exit, Is.EqualTo(ExitCode.BadLines));
        Assert.That(_run.Error, Does.Contain("products.csv:2: X: AMOUNT_OUT_OF_RANGE: more digits than JPY has"));
    }

    [Test]
    public async Task Users_are_created_once_and_listed_with_their_names()
    {
        var file = _run.Write("users.csv", "customer_ref,email,display_name\nc-1,ada@example.com,Ada\nc-2,no address,Bob\nc-1,eve@example.com,Eve\n");

        Assert.That(await _run.RunAsync("import", "users", file), Is.EqualTo(ExitCode.BadLines));
        Assert.That(await _run.RunAsync("import", "users", file, "-o", "json"), Is.EqualTo(ExitCode.BadLines));

        Assert.That(_run.Suite.Users.Select(u => u.Email), Has.One.Items);
        Assert.That(_run.Out, Does.Contain(_run.Suite.Users[0].Name));
        Assert.That(_run.ErrorLines.Select(l => (int)l["error"]!["line"]!), Is.EquivalentTo(new[] { 3, 4 }));
    }

    [Test]
    public async Task A_user_whose_address_is_taken_is_told_how_to_name_it()
    {
        _run.Suite.AddUser("ada@example.com");

        var exit = await _run.RunAsync("import", "users", _run.Write("users.csv", "customer_ref,email\nc-1,ada@example.com\n"));

        Assert.That(exit, Is.EqualTo(ExitCode.BadLines));
        Assert.That(_run.Error, Does.Contain("users.csv:2: c-1: the e-mail address of customer 'c-1' belongs to a user already").And.Contain("users/{uuid}"));
    }
}
