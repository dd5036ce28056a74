using System.CommandLine;
using Suite.Cli.Session;
using Suite.Client;

namespace Suite.Cli.Commands;

/// <summary>How much of a list is shown.</summary>
internal sealed class ListOptions
{
    private const int MostPageSize = 1000;

    private readonly Option<int> _limit = new("--limit", "-n")
    {
        Description = "How many to show at most; 0 for all.",
        DefaultValueFactory = _ => 50,
        Validators =
        {
            result =>
            {
                if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var limit) && limit < 0)
                {
                    result.AddError("--limit must not be negative.");
                }
            },
        },
    };

    public void AddTo(Command command) => command.Add(_limit);

    public SuiteListOptions Read(CommandContext context)
    {
        var limit = context.Parsed.GetValue(_limit);
        return new SuiteListOptions { MaxItems = limit == 0 ? null : limit, PageSize = limit == 0 ? MostPageSize : Math.Min(limit, MostPageSize) };
    }

    /// <summary>Reads the list into memory.</summary>
    public static async Task<List<T>> ReadAsync<T>(SuiteList<T> list, CancellationToken cancellationToken)
    {
        var items = new List<T>();
        await foreach (var item in list.WithCancellation(cancellationToken))
        {
            items.Add(item);
        }

        return items;
    }
}
