using System.Runtime.InteropServices;
using NUnit.Framework;

namespace Suite.Tests.EndToEnd.Client;

/// <summary>A program that uses the client keeps working when everything it does not use is cut away.</summary>
internal sealed class TrimmedPublishTests
{
    private const string Code = """
        using Suite.Client;
        using Suite.Client.Testing;
        using Suite.Contracts.Orders.V1;

        var fake = new FakeSuite();
        await using var suite = fake.CreateClient();
        var product = fake.AddProduct("tea", 4.50m);
        var user = fake.AddUser("ada@example.com");
        fake.FailNext("CreateOrder", Grpc.Core.StatusCode.Unavailable, afterEffect: true);
        Order Wanted(int quantity) => new()
        {
            Customer = user.Name,
            PaymentMethod = "tok_visa",
            Lines = { new OrderLine { Product = product.Name, Quantity = quantity } },
        };

        var order = await suite.Orders.CreateAsync(Wanted(2));
        Console.WriteLine("decided: " + (await suite.Orders.WaitAsync(order.Name)).State);
        try
        {
            await suite.Orders.CreateAsync(Wanted(0));
        }
        catch (SuiteException e)
        {
            Console.WriteLine($"refused: {e.Reason} {e.ReasonName} {e.Violations[0].Field}");
        }

        var imported = 0;
        await foreach (var result in suite.Orders.ImportAsync(Enumerable.Range(1, 20).Select(i => new CreateOrderRequest { Order = Wanted(i) }).ToAsyncEnumerable()))
        {
            imported += result.IsPlaced ? 1 : 0;
        }

        Console.WriteLine("imported: " + imported);
        var ben = fake.AddUser("ben@example.com", password: "correct horse battery");
        var session = await suite.Sessions.SignInAsync(ben.Email, "correct horse battery");
        var asBen = new SuiteCallOptions { Credentials = session };
        Console.WriteLine("signed in: " + (await suite.Users.GetAsync(session.User, asBen)).Email);
        try
        {
            await suite.Users.SuspendAsync(ben.Name, options: asBen);
        }
        catch (SuiteException e)
        {
            Console.WriteLine($"not allowed: {e.Reason} {e.Metadata["scope"]}");
        }

        var profiles = SuiteProfiles.Load(Path.Combine(AppContext.BaseDirectory, "profiles.json"));
        profiles.Set("work", new SuiteProfile { Address = "http://127.0.0.1:1", Timeout = "2s" });
        profiles.Use("work");
        profiles.Save();

        // Over a real channel: there is nobody, and the client says so.
        await using var nobody = new SuiteClient(SuiteSettings.FromEnvironment(profiles: SuiteProfiles.Load(profiles.Path), variable: _ => null));
        try
        {
            await nobody.Orders.GetAsync(order.Name);
        }
        catch (SuiteException e)
        {
            Console.WriteLine($"nobody: {e.Code} after some attempts: {e.Attempts > 1}");
        }
        """;

    [Test]
    [Category("Slow")]
    public async Task A_small_program_publishes_trimmed_without_a_warning_and_runs()
    {
        var program = new ClientProgram(
            "trimmed",
            Code,
            ("PublishTrimmed", "true"),
            ("TrimMode", "full"),
            ("TrimmerSingleWarn", "false"),
            ("SelfContained", "true"),
            ("RuntimeIdentifier", RuntimeInformation.RuntimeIdentifier));

        await program.PublishAsync();
        var output = await program.RunAsync();

        Assert.That(output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(new[]
        {
            "decided: Confirmed",
            "refused: InvalidRequest INVALID_REQUEST order.lines[0].quantity",
            "imported: 20",
            "signed in: ben@example.com",
            "not allowed: ScopeMissing directory.write",
            "nobody: Unavailable after some attempts: True",
        }));
    }
}
