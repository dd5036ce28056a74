using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Suite.Local;
using Suite.Local.Postgres;
using Suite.Local.Processes;

namespace Suite.Bench.Pgbench;

/// <param name="PerSecond">Transactions a second, connecting excluded.</param>
/// <param name="AverageMilliseconds">How long one took.</param>
/// <param name="Transactions">How many.</param>
internal sealed record PgbenchResult(double PerSecond, double AverageMilliseconds, long Transactions);

/// <summary>PostgreSQL's own load generator on one database and one script.</summary>
internal sealed partial class PgbenchTool
{
    // The limits of the connection that the service writes through.
    private const string SessionOptions = "-c lock_timeout=500ms -c statement_timeout=10s";

    private readonly string _program;
    private readonly string _script;
    private readonly NpgsqlConnectionStringBuilder _database;

    /// <exception cref="SuiteLocalException">PostgreSQL's programs have no pgbench.</exception>
    public PgbenchTool(string script, NpgsqlConnectionStringBuilder database)
    {
        _script = script;
        _database = database;
        _program = Path.Combine(PostgresBinaries.Find()!.Directory, "pgbench");
        if (!File.Exists(_program))
        {
            throw new SuiteLocalException($"{_program} is missing: it comes with PostgreSQL's server or contrib package.");
        }
    }

    /// <summary>The command of a run, for a shell.</summary>
    public string Command(string clients, string seconds) => string.Join(' ', [$"PGOPTIONS='{SessionOptions}'", "pgbench", .. Arguments(clients, seconds)]);

    /// <summary>Runs it, and checks that every transaction wrote an order with its lines and its event.</summary>
    /// <exception cref="SuiteLocalException">It failed, or did not do what it was measured for.</exception>
    public async Task<PgbenchResult> RunAsync(int clients, TimeSpan duration, CancellationToken cancellationToken)
    {
        var before = await CountAsync(cancellationToken);
        List<string> lines = [];
        var code = await ChildProcess.RunAsync(
            new ChildStart(_program, Arguments(Number(clients), Number((long)Math.Ceiling(duration.TotalSeconds))))
            {
                Environment = new Dictionary<string, string?> { ["PGPASSWORD"] = _database.Password, ["PGOPTIONS"] = SessionOptions },
            },
            line =>
            {
                lock (lines)
                {
                    lines.Add(line);
                }
            },
            cancellationToken);
        var output = string.Join('\n', lines);
        if (code != 0)
        {
            throw new SuiteLocalException($"pgbench ended with exit code {code}:\n{output}");
        }

        var transactions = (long)Read(Processed().Match(output));
        if (transactions == 0)
        {
            throw new SuiteLocalException($"pgbench ended no transaction in {duration.TotalSeconds:0} s: this machine is too busy to measure anything.");
        }

        var result = new PgbenchResult(Read(Rate().Match(output)), Read(Latency().Match(output)), transactions);
        var written = (await CountAsync(cancellationToken)).Zip(before, (now, then) => now - then).ToArray();
        long[] expected = [result.Transactions, result.Transactions * Load.Shop.LinesPerOrder, result.Transactions, result.Transactions, result.Transactions];
        return written.SequenceEqual(expected)
            ? result
            : throw new SuiteLocalException(
                $"pgbench wrote {string.Join(", ", written)} rows of orders, lines, history, events and requests; expected were {string.Join(", ", expected)}:\n{output}");

        double Read(Match match) => match.Success
            ? double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : throw new SuiteLocalException($"pgbench prints something else than expected:\n{output}");
    }

    private async Task<long[]> CountAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            SELECT ARRAY[
                (SELECT count(*) FROM orders), (SELECT count(*) FROM order_lines), (SELECT count(*) FROM order_history),
                (SELECT count(*) FROM outbox), (SELECT count(*) FROM idempotency)]
            """,
            connection);
        return (long[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private string[] Arguments(string clients, string seconds) =>
    [
        "-n", "-M", "prepared", "-c", clients, "-j", Number(Environment.ProcessorCount), "-T", seconds, "-f", _script,
        "-h", _database.Host!, "-p", Number(_database.Port), "-U", _database.Username!, _database.Database!,
    ];

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^tps = ([\d.]+) \(without initial connection time\)", RegexOptions.Multiline)]
    private static partial Regex Rate();

    [GeneratedRegex(@"^latency average = ([\d.]+) ms", RegexOptions.Multiline)]
    private static partial Regex Latency();

    [GeneratedRegex(@"^number of transactions actually processed: (\d+)", RegexOptions.Multiline)]
    private static partial Regex Processed();
}
