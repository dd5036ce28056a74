using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Suite.Bench.Load;
using Suite.Bench.Measuring;
using Suite.Bench.Report;
using Suite.Payments.Domain;
using Suite.Payments.Ledger;
using Suite.Platform.Monetary;
using Suite.Platform.Postgres;

namespace Suite.Bench.Parts;

/// <summary>
/// What the ledger costs and takes: payments authorized and posted, in batches as the services write them; one busy account against a
/// thousand quiet ones, each posting committed by itself; and reading balances with a million entries behind them. Two data
/// sources write, as two replicas would.
/// </summary>
internal sealed class LedgerPosting(LedgerDatabase database, BenchOptions options)
{
    private const int Writers = 8;
    private const int Batch = 64;
    private const int QuietAccounts = 1_000;
    private const int Readers = 8;
    private const string Provider = "simulator";

    public static async Task<PartResult> RunAsync(string folder, BenchOptions options, CancellationToken cancellationToken)
    {
        Progress.Say($"Ledger: a server of its own");
        await using var database = await LedgerDatabase.StartAsync(folder, cancellationToken);
        return await new LedgerPosting(database, options).RunAsync(cancellationToken);
    }

    private async Task<PartResult> RunAsync(CancellationToken cancellationToken)
    {
        var measurements = new List<Measurement>
        {
            await AuthorizeToPostedAsync(cancellationToken),
            await BusyAccountAsync(cancellationToken),
        };
        await database.SeedAsync(options.LedgerEntries, cancellationToken);
        measurements.Add(await BalancesAsync(cancellationToken));
        measurements.Add(await TrialBalanceAsync(cancellationToken));
        measurements.AddRange(await SealAndVerifyAsync(cancellationToken));
        return new PartResult(
            BenchOptions.Ledger,
            string.Create(CultureInfo.InvariantCulture, $"The ledger, on PostgreSQL with full durability ({Writers} writers of two replicas)"),
            ["./build.sh bench --only ledger"],
            measurements);
    }

    /// <summary>Each transaction commits a batch of payments: authorized, and captured, with 2 and 6 entries.</summary>
    private async Task<Measurement> AuthorizeToPostedAsync(CancellationToken cancellationToken)
    {
        Task Post(int writer) => AppendAsync(database.Replicas[writer % 2], Payments(), cancellationToken);
        Task PostBare(int writer) => AppendAsync(database.Bare, Payments(), cancellationToken);
        await ClosedLoop.RunAsync(2, options.WarmUp, Post, cancellationToken);
        await ClosedLoop.RunAsync(2, options.Window, PostBare, cancellationToken);
        var pairs = new PairedRatio();
        for (var round = 0; round < options.Rounds; round++)
        {
            var ours = Batch * (await ClosedLoop.RunAsync(2, options.Window, Post, cancellationToken)).PerSecond;
            var bare = Batch * (await ClosedLoop.RunAsync(2, options.Window, PostBare, cancellationToken)).PerSecond;
            pairs.Add(ours, bare);
            Progress.Say($"Ledger, authorize to posted, round {round + 1} of {options.Rounds}: {ours:0} payments/s, bare rows {bare:0}/s");
        }

        return Measurement.PerSecond(
            string.Create(CultureInfo.InvariantCulture, $"payments authorized and captured, by {Batch}"), "the same rows, unchecked", pairs);
    }

    /// <summary>Every transaction is committed by itself, so that who waits for an account waits for a commit.</summary>
    private async Task<Measurement> BusyAccountAsync(CancellationToken cancellationToken)
    {
        var random = Enumerable.Range(0, Writers).Select(seed => new Random(seed)).ToArray();
        Task Busy(int writer) => SellAsync(writer, 0, cancellationToken);
#pragma warning disable CA5394 // Load is no secret.
        Task Quiet(int writer) => SellAsync(writer, 1 + random[writer].Next(QuietAccounts), cancellationToken);
#pragma warning restore CA5394
        await ClosedLoop.RunAsync(Writers, options.WarmUp, Quiet, cancellationToken);
        await ClosedLoop.RunAsync(Writers, options.Window, Busy, cancellationToken);
        var pairs = new PairedRatio();
        for (var round = 0; round < 2 * options.Rounds; round++)
        {
            double busy, quiet;
            if (round % 2 == 0)
            {
                busy = (await ClosedLoop.RunAsync(Writers, options.Window, Busy, cancellationToken)).PerSecond;
                quiet = (await ClosedLoop.RunAsync(Writers, options.Window, Quiet, cancellationToken)).PerSecond;
            }
            else
            {
                quiet = (await ClosedLoop.RunAsync(Writers, options.Window, Quiet, cancellationToken)).PerSecond;
                busy = (await ClosedLoop.RunAsync(Writers, options.Window, Busy, cancellationToken)).PerSecond;
            }

            pairs.Add(busy, quiet);
            Progress.Say($"Ledger, busy account, round {round + 1} of {2 * options.Rounds}: {busy:0}/s, a thousand quiet ones {quiet:0}/s, ratio {busy / quiet:0.00}");
        }

        return Measurement.PerSecond("postings to one busy account, one a commit", "to a thousand quiet ones", pairs) with
        {
            Target = Target.RatioAtLeast(0.9),
        };
    }

    private async Task<Measurement> BalancesAsync(CancellationToken cancellationToken)
    {
        var stores = database.Replicas.Select(r => new AccountStore(r)).ToArray();
        var quiet = (await stores[0].PageAsync("customers", string.Empty, 500, cancellationToken)).Select(a => a.Name).ToArray();
        var at = 0;
        Task Busy(int reader) => stores[reader % 2].FindAsync("shop/sales", cancellationToken);
        Task Quiet(int reader) => stores[reader % 2].FindAsync(quiet[(uint)Interlocked.Increment(ref at) % quiet.Length], cancellationToken);
        await ClosedLoop.RunAsync(Readers, options.Window, Quiet, cancellationToken);
        await ClosedLoop.RunAsync(Readers, options.Window, Busy, cancellationToken);
        var pairs = new PairedRatio();
        LoadResult? last = null;
        for (var round = 0; round < options.Rounds; round++)
        {
            last = await ClosedLoop.RunAsync(Readers, options.Window, Busy, cancellationToken);
            pairs.Add(last.PerSecond, (await ClosedLoop.RunAsync(Readers, options.Window, Quiet, cancellationToken)).PerSecond);
        }

        return Measurement.PerSecond(
            string.Create(CultureInfo.InvariantCulture, $"balances of an account with {options.LedgerEntries / 2:#,##0} entries"), "of accounts with five", pairs) with
        {
            Details = new Dictionary<string, double> { ["p99 ms"] = last!.Latencies.P99 },
        };
    }

    private async Task<Measurement> TrialBalanceAsync(CancellationToken cancellationToken)
    {
        var trial = new GetTrialBalance(new LedgerStore(database.Replicas[0]));
        await trial.RunAsync(cancellationToken);
        var times = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            var began = Stopwatch.GetTimestamp();
            var response = await trial.RunAsync(cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            if (!response.Balanced)
            {
                throw new InvalidOperationException("The ledger does not balance.");
            }
        }

        await using var count = database.Replicas[0].CreateCommand("SELECT count(*) FROM ledger_balances");
        return new Measurement(
            string.Create(CultureInfo.InvariantCulture, $"trial balance, {options.LedgerEntries:#,##0} entries and more, median"), PairedRatio.Median(times), "ms")
        {
            Details = new Dictionary<string, double>
            {
                ["slowest ms"] = times.Max(),
                ["rows of balances"] = (long)(await count.ExecuteScalarAsync(cancellationToken))!,
            },
        };
    }

    private async Task<IReadOnlyList<Measurement>> SealAndVerifyAsync(CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var count = await new LedgerChain(database.Replicas[0]).SealAsync(cancellationToken);
        var seal = Stopwatch.GetElapsedTime(began).TotalSeconds;
        Progress.Say($"Ledger: {count} transactions sealed in {seal:0.0} s");
        began = Stopwatch.GetTimestamp();
        var verify = new VerifyLedger(database.Replicas[0], Microsoft.Extensions.Logging.Abstractions.NullLogger<VerifyLedger>.Instance);
        var result = await verify.RunAsync(cancellationToken).LastAsync(cancellationToken);
        var walk = Stopwatch.GetElapsedTime(began).TotalSeconds;
        // The payments of the bench are in the ledger alone, which is noticed.
        if (result.Differences.Any(d => d.Kind != LedgerFindings.Source))
        {
            throw new InvalidOperationException($"The ledger is not as it was written: {result.Differences}");
        }

        return
        [
            new Measurement("transactions sealed into chains, one sealer", count / seal, "/s"),
            new Measurement("transactions verified", result.Transactions / walk, "/s") { Details = new Dictionary<string, double> { ["all of them s"] = walk } },
        ];
    }

    private static List<JournalTransaction> Payments()
    {
        var now = DateTimeOffset.UtcNow;
        var transactions = new List<JournalTransaction>(2 * Batch);
        for (var i = 0; i < Batch; i++)
        {
            var payment = Payment.Intend(Guid.NewGuid(), Guid.NewGuid(), new MoneyAmount(1_250, "EUR"), Provider, now);
            transactions.Add(PostingTemplates.Authorized(payment, Provider, payment.Id, now));
            transactions.Add(PostingTemplates.Captured(payment, Provider, Guid.NewGuid(), payment.Amount, new MoneyAmount(0, "EUR"), now));
        }

        return transactions;
    }

    private Task SellAsync(int writer, int merchant, CancellationToken cancellationToken)
    {
        var amount = new MoneyAmount(1_250, "EUR");
        var sale = new JournalTransaction(
            $"sales/{Guid.NewGuid()}", PostingTemplates.Manual, string.Empty, DateTimeOffset.UtcNow,
            [
                new($"merchants/{merchant}/sales", true, amount), new($"merchants/{merchant}/payable", false, amount),
            ]);
        return AppendAsync(database.Replicas[writer % 2], [sale], cancellationToken);
    }

    private static async Task AppendAsync(
        NpgsqlDataSource dataSource, IReadOnlyList<JournalTransaction> transactions, CancellationToken cancellationToken) =>
        await dataSource.InTransactionAsync((transaction, token) => Journal.AppendAsync(transactions, transaction, token), cancellationToken);
}
