using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Suite.Client;

namespace Suite.Cli.Import;

/// <summary>Creates the customers of a file, each once however often the file is imported.</summary>
internal sealed class UserImport(UsersClient users)
{
    private const int Parallel = 8;

    private readonly ConcurrentDictionary<string, long> _lines = new(StringComparer.Ordinal);

    /// <summary>Tells of each customer that is there now, with the column <c>user</c> filled.</summary>
    public required Action<long, UserRow> Ready { get; init; }

    /// <summary>Tells of each line that is not taken.</summary>
    public required Action<BadLine> Bad { get; init; }

    /// <summary>A customer as a line of a users file, which <c>import orders --users</c> takes without asking the service.</summary>
    public static JsonObject ToJson(UserRow row) => new()
    {
        ["customer_ref"] = row.Reference,
        ["email"] = row.Email,
        ["display_name"] = row.DisplayName,
        ["user"] = row.User,
    };

    /// <exception cref="SuiteException">The User service can not be reached any more; the same import goes on from there.</exception>
    public Task RunAsync(IAsyncEnumerable<InputLine<UserRow>> lines, CancellationToken cancellationToken) =>
        System.Threading.Tasks.Parallel.ForEachAsync(
            lines,
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (line, token) => await ImportAsync(line, token));

    private async Task ImportAsync(InputLine<UserRow> line, CancellationToken cancellationToken)
    {
        if (line.Row is not { } row)
        {
            Bad(new BadLine(line.Number, string.Empty, BadLine.Unreadable, line.Problem!));
        }
        else if (!_lines.TryAdd(row.Reference, line.Number))
        {
            Bad(new BadLine(line.Number, row.Reference, BadLine.Duplicate, $"customer_ref: stands on line {_lines[row.Reference]} already."));
        }
        else if (row.User.Length > 0)
        {
            Ready(line.Number, row);
        }
        else
        {
            try
            {
                var user = await users.CreateAsync(CustomerBook.Request(row), cancellationToken: cancellationToken);
                Ready(line.Number, row with { User = user.Name });
            }
            catch (SuiteException e) when (CustomerBook.IsAboutTheRow(e))
            {
                Bad(new BadLine(line.Number, row.Reference, e.ReasonName, CustomerBook.Describe(e, row.Reference)));
            }
        }
    }
}
