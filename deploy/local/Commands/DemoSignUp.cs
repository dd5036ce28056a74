using System.Security.Cryptography;
using System.Text.Json;

namespace Suite.Local.Commands;

/// <summary>
/// The part of the demo in which somebody signs up, signs in, orders something in their own name, and signs out. Signing up is the
/// administrator's doing, as it is that of a shop's backend: a stranger must not learn whose addresses exist.
/// </summary>
internal static class DemoSignUp
{
    private const string Email = "eve@example.com";
    private const string Product = "NB-A5-DOT";

    /// <summary>Whether all of it went well.</summary>
    public static async Task<bool> ShowAsync(LocalSuite suite, string folder)
    {
        var administrator = new SuiteCommandLine(suite);
        var eve = new SuiteCommandLine(suite, Path.Combine(folder, "eve.json"));
        var password = RandomNumberGenerator.GetHexString(20, lowercase: true);

        Console.WriteLine($"\nEve signs up, by the administrator's key:\n\n> suite user create --email {Email} --display-name Eve --password-stdin");
        var user = NameIn(await administrator.TypeAndReadAsync(
            password, "user", "create", "--email", Email, "--display-name", "Eve", "--password-stdin", "--output", "jsonl"));
        Console.WriteLine($"{user}\n\nShe signs in, and orders in her own name:");
        if (await eve.TypeAsync(password, "login", Email) != 0)
        {
            return false;
        }

        Console.WriteLine($"\n> suite order create --customer {user} --line {Product}:2 --payment-method tok_visa");
        var order = NameIn(await eve.ReadAsync(
            "order", "create", "--customer", user, "--line", $"{Product}:2", "--payment-method", "tok_visa", "--output", "jsonl"));
        Console.WriteLine(order);

        // She sees one order: of the others, her token knows nothing.
        return await eve.RunAsync("order", "watch", order, "--until-settled") == 0
            && await eve.RunAsync("order", "list") == 0
            && await eve.RunAsync("logout") == 0;
    }

    private static string NameIn(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("name").GetString()!;
    }
}
