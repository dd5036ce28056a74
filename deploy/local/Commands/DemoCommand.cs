using System.Diagnostics;
using System.Globalization;

namespace Suite.Local.Commands;

/// <summary>
/// <c>demo</c>: a fresh suite of its own beside whatever runs, the sample orders placed through the command line, somebody who signs in
/// and orders, money that moves, and what became of it all. It ends with 0 only when no order is left pending, the ledger balances, and
/// orders, payments, the ledger and the provider agree.
/// </summary>
internal static class DemoCommand
{
    private const string Samples = "clients/cli/samples";

    public static async Task<int> RunAsync()
    {
        var stopping = StopSignals.Listen();
        var took = Stopwatch.StartNew();
        var options = Options();
        try
        {
            Console.WriteLine("A fresh suite, on free ports and with its own data:");
            await options.Stages.RunAsync("checks", async () =>
            {
                _ = SuiteCommandLine.Program;
                return await Requirements.CheckAsync(options, Console.WriteLine, stopping);
            });
            await using var suite = await LocalSuite.StartAsync(options, stopping);
            var code = await ShowAsync(suite, options.DataDirectory);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{(code == 0 ? "Done" : "FAILED")} after {took.Elapsed.TotalSeconds:0.0} s. What the services printed is in {options.DataDirectory}/logs."));
            await OfferAsync(suite, stopping);
            return code;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return 130;
        }
    }

    private static async Task<int> ShowAsync(LocalSuite suite, string folder)
    {
        var commandLine = new SuiteCommandLine(suite);
        foreach (var what in (string[])["users", "products", "orders"])
        {
            var code = await commandLine.RunAsync("import", what, $"{Samples}/{what}.csv");
            // The sample orders have two bad lines, to show how they are reported.
            if (code is not (0 or SuiteCommandLine.SomeLinesBad) || (code != 0 && what != "orders"))
            {
                Console.Error.WriteLine($"The import of {what} ended with exit code {code}.");
                return 1;
            }
        }

        if (!await DemoSignUp.ShowAsync(suite, folder))
        {
            Console.Error.WriteLine("Somebody could not sign in and order.");
            return 1;
        }

        // Asked again and apart from what the import reported: nothing may be left on its way.
        var pending = await commandLine.ReadAsync("order", "list", "--state", "PENDING", "--limit", "10", "--output", "jsonl");
        if (pending.Trim().Length > 0)
        {
            Console.Error.WriteLine("Some orders are still pending:\n" + pending);
            return 1;
        }

        if (!await DemoMoney.ShowAsync(commandLine))
        {
            Console.Error.WriteLine("Money did not go where it should.");
            return 1;
        }

        return 0;
    }

    /// <summary>Leaves the suite up for someone at a terminal to try; without one there is nobody to wait for.</summary>
    private static async Task OfferAsync(LocalSuite suite, CancellationToken cancellationToken)
    {
        if (Console.IsInputRedirected)
        {
            return;
        }

        var order = suite.Order.GrpcAddress["http://".Length..];
        var key = Path.GetRelativePath(Directory.GetCurrentDirectory(), suite.AdminKeyFile);
        Console.WriteLine($$"""

            The suite stays up until you press Enter. Try in another terminal:
              grpcurl -plaintext -H "authorization: Bearer $(cat {{key}})" -d '{"page_size": 3}' {{order}} suite.order.v1.OrderService/ListOrders
              curl -H "authorization: Bearer $(cat {{key}})" '{{suite.Order.HttpAddress}}/v1/orders?pageSize=3'
            """);
        await Task.WhenAny(Task.Run(Console.ReadLine, cancellationToken), Task.Delay(Timeout.Infinite, cancellationToken));
    }

    private static LocalSuiteOptions Options() =>
        LocalSuiteOptions.FromEnvironment(Path.Combine(RunCommand.DataDirectory, "demo")) with
        {
            // A fresh suite needs fresh stores: those that SUITE_POSTGRES and its like name may hold somebody's orders.
            Postgres = null,
            Redis = null,
            Mongo = null,
            Elasticsearch = null,
            Kafka = null,
            MasterKeyFile = null,
            AdminKeyFile = null,
            Issuer = null,
            Fresh = true,
            Stages = new ConsoleStages(),
            Say = Console.WriteLine,
        };
}
