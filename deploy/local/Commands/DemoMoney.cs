using System.Text.Json;

namespace Suite.Local.Commands;

/// <summary>
/// The part of the demo in which money moves: some orders are fulfilled, some of these refunded in part or whole, others cancelled, and one
/// payer goes to their bank. Then the books are closed: they balance, and all records agree.
/// </summary>
internal static class DemoMoney
{
    private const int Fulfilled = 30;
    private const int RefundedInPart = 8;
    private const int RefundedWhole = 4;
    private const int Cancelled = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Whether all of it went well, and all records agree.</summary>
    public static async Task<bool> ShowAsync(SuiteCommandLine suite)
    {
        Console.WriteLine("\nThe warehouse sends some of the orders off, some parcels come back, and some people change their minds:");
        var confirmed = Names(await suite.ReadAsync(
            "order", "list", "--state", "CONFIRMED", "--limit", Text(Fulfilled + Cancelled), "--output", "jsonl"));
        var (sent, unwanted) = (confirmed[..Fulfilled], confirmed[Fulfilled..]);
        var isDone = await QuietlyAsync(suite, ["order", "fulfill"], sent)
            && await QuietlyAsync(suite, ["order", "refund", "--line", "1:1", "--reason", "damaged"], sent[..RefundedInPart])
            && await QuietlyAsync(
                suite, ["order", "refund", "--all", "--reason", "lost in the mail"], sent[RefundedInPart..(RefundedInPart + RefundedWhole)])
            && await QuietlyAsync(suite, ["order", "cancel", "--reason", "changed my mind"], unwanted);
        return isDone
            && await DisputeAsync(suite)
            && await CloseAsync(suite)
            && await FollowAsync(suite);
    }

    /// <summary>The books: whether they balance, are as they were written, and agree with orders, payments and the provider.</summary>
    private static async Task<bool> CloseAsync(SuiteCommandLine suite)
    {
        Console.WriteLine("\nAt the end of the day, the books:");
        return await suite.RunAsync("ledger", "balance") == 0
            && await suite.RunAsync("ledger", "verify") == 0
            && await suite.RunAsync("reconcile") == 0;
    }

    /// <summary>A payer who goes to their bank: the provider takes the amount back until it is decided.</summary>
    private static async Task<bool> DisputeAsync(SuiteCommandLine suite)
    {
        Console.WriteLine("\nSomebody does not remember what they bought, and asks their bank for the money:");
        var order = await PlaceAsync(suite, "--line", "LAMP-DESK-OAK:1", "--payment-method", "tok_dispute");
        await suite.ReadAsync("order", "fulfill", order, "--output", "jsonl");
        for (var deadline = DateTime.UtcNow + Patience; DateTime.UtcNow < deadline; await Task.Delay(TimeSpan.FromMilliseconds(500)))
        {
            if (Names(await suite.ReadAsync("dispute", "list", "--order", order, "--output", "jsonl")).Length > 0)
            {
                return await suite.RunAsync("dispute", "list", "--state", "OPEN") == 0;
            }
        }

        Console.Error.WriteLine("The dispute was not heard of.");
        return false;
    }

    /// <summary>One order with everything: shipping, a discount, a unit that came back.</summary>
    private static async Task<bool> FollowAsync(SuiteCommandLine suite)
    {
        Console.WriteLine("\nOne order's cents, from its lines to the ledger:");
        var order = await PlaceAsync(
            suite,
            "--line",
            "NB-A5-DOT:3",
            "--line",
            "PEN-GEL-05-BLK:2",
            "--payment-method",
            "tok_visa",
            "--adjustment",
            "SHIPPING=4.90",
            "--adjustment",
            "DISCOUNT=-2.50");
        await suite.ReadAsync("order", "fulfill", order, "--note", "parcel 1", "--output", "jsonl");
        await suite.ReadAsync("order", "refund", order, "--line", "1:1", "--reason", "damaged", "--output", "jsonl");
        return await suite.RunAsync("order", "money", order) == 0 && await TellAsync(suite, order);
    }

    /// <summary>The same order from everybody's side, and one that is looked for by what is in it.</summary>
    private static async Task<bool> TellAsync(SuiteCommandLine suite, string order)
    {
        const string Query = "\"gel pen\" damaged state:PARTIALLY_REFUNDED";
        if (!await IsToldAsync(() => suite.ReadAsync("order", "events", order, "--output", "jsonl"), "PAYMENT_REFUNDED")
            || !await IsToldAsync(() => suite.ReadAsync("order", "search", Query, "--output", "jsonl"), order))
        {
            Console.Error.WriteLine("What happened did not come into the documents.");
            return false;
        }

        Console.WriteLine("\nWhat happened to it, from everybody's side, and what is found by its words:");
        return await suite.RunAsync("order", "events", order) == 0 && await suite.RunAsync("order", "search", Query) == 0;
    }

    /// <summary>Whether an answer has a text before long: documents are made a moment later.</summary>
    private static async Task<bool> IsToldAsync(Func<Task<string>> ask, string text)
    {
        for (var deadline = DateTime.UtcNow + Patience; DateTime.UtcNow < deadline; await Task.Delay(TimeSpan.FromMilliseconds(200)))
        {
            if ((await ask()).Contains(text, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<string> PlaceAsync(SuiteCommandLine suite, params string[] arguments)
    {
        var customer = Names(await suite.ReadAsync("user", "list", "--limit", "1", "--output", "jsonl"))[0];
        var order = Names(await suite.ReadAsync(["order", "create", "--customer", customer, .. arguments, "--output", "jsonl"]))[0];
        await suite.ReadAsync("order", "watch", order, "--until-settled", "--timeout", "30", "--output", "jsonl");
        return order;
    }

    // The names of many orders would fill the screen; what became of them does not.
    private static async Task<bool> QuietlyAsync(SuiteCommandLine suite, string[] command, string[] orders)
    {
        var verb = string.Join(' ', command.Select(word => word.Contains(' ', StringComparison.Ordinal) ? $"\"{word}\"" : word));
        Console.WriteLine($"\n> suite {verb} (… {orders.Length} orders)");
        var states = (await suite.ReadAsync([.. command, .. orders, "--output", "jsonl"]))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .GroupBy(line => Property(line, "state"))
            .Select(group => $"{group.Count()} {group.Key}");
        Console.WriteLine(string.Join(", ", states));
        return true;
    }

    private static string[] Names(string jsonLines) =>
        [.. jsonLines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Property(line, "name"))];

    private static string Property(string json, string name)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty(name).GetString()!;
    }

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
