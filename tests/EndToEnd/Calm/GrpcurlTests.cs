using System.Diagnostics;
using System.Text.Json;
using Suite.Local;
using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.Calm;

/// <summary>Plain grpcurl, which knows the contracts by reflection alone.</summary>
internal sealed class GrpcurlTests
{
    private TestSuite _suite = null!;
    private string _grpcurl = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator);
        string[] places = [.. path, Path.Combine(Checkout.Root, "..", "shared", "bin")];
        if (places.Select(p => Path.Combine(p, "grpcurl")).FirstOrDefault(File.Exists) is not { } found)
        {
            Assert.Ignore("grpcurl is not here.");
            return;
        }

        _grpcurl = Path.GetFullPath(found);
        _suite = await Suites.CalmAsync();
    }

    [Test]
    public async Task An_order_is_placed_watched_and_another_cancelled_by_grpcurl()
    {
        var customer = await _suite.NewCustomerAsync();
        await _suite.ProductAsync("tea", 3);
        Assert.That(await RunAsync("list"), Does.Contain("suite.order.v1.OrderService"));
        Assert.That(await RunAsync("describe", "suite.order.v1.OrderService"), Does.Contain("WatchOrder"));

        var placed = await CreateAsync(customer);
        Assert.That(placed.GetProperty("state").GetString(), Is.EqualTo("PENDING"));
        var name = placed.GetProperty("name").GetString();
        await RunAsync("-d", $$"""{"name": "{{name}}", "requestId": "{{Guid.NewGuid()}}"}""", "suite.order.v1.OrderService/CancelOrder");
        var told = await RunAsync("-d", $$"""{"name": "{{name}}"}""", "suite.order.v1.OrderService/WatchOrder");
        Assert.That(told, Does.Contain("\"CANCELLED\""));

        var second = (await CreateAsync(customer)).GetProperty("name").GetString()!;
        await _suite.DecidedAsync(second);
        var read = await RunAsync("-d", $$"""{"name": "{{second}}"}""", "suite.order.v1.OrderService/GetOrder");
        Assert.That(read, Does.Contain("\"CONFIRMED\""));
        Assert.That(
            await RunAsync("-d", "{\"order\": {}}", "suite.order.v1.OrderService/CreateOrder"),
            Does.Contain("InvalidArgument").And.Contain("order.customer"));
    }

    private async Task<JsonElement> CreateAsync(string customer) => JsonDocument.Parse(await RunAsync(
        "-d",
        $$"""
        {"requestId": "{{Guid.NewGuid()}}", "order": {"customer": "{{customer}}", "paymentMethod": "tok_visa",
         "lines": [{"product": "products/tea", "quantity": 2}] } }
        """,
        "suite.order.v1.OrderService/CreateOrder")).RootElement;

    private async Task<string> RunAsync(params string[] arguments)
    {
        var address = _suite.Local.Order.GrpcAddress["http://".Length..];
        string[] always = ["-plaintext", "-max-time", "60", "-H", "authorization: Bearer " + _suite.AdminKey];
        string[] dash = arguments[0] == "-d" ? [.. always, .. arguments[..2], address, .. arguments[2..]] : [.. always, address, .. arguments];
        var start = new ProcessStartInfo(_grpcurl, dash) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return await output + await errors;
    }
}
