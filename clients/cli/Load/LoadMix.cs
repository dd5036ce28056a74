using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Suite.Cli.Load;

/// <summary>
/// How many calls of which kind, as <c>create=1,get=4</c>. The kinds take turns in exactly these shares, each spread as evenly as it
/// goes (smooth weighted round robin), so that runs compare.
/// </summary>
internal sealed class LoadMix
{
    private const int MostWeight = 1000;

    private static readonly string s_kinds = string.Join(", ", Enum.GetNames<LoadOperation>().Select(n => n.ToLowerInvariant()));

    private readonly LoadOperation[] _turns;
    private long _next = -1;

    private LoadMix(IReadOnlyDictionary<LoadOperation, int> weights) => _turns = [.. Spread(weights)];

    /// <summary>Whether the mix has such calls.</summary>
    public bool Has(LoadOperation operation) => _turns.Contains(operation);

    /// <summary>The kind of the next call; for any number of callers at once.</summary>
    public LoadOperation Next() => _turns[Interlocked.Increment(ref _next) % _turns.Length];

    /// <summary>Reads a mix; where it is none, says why.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out LoadMix? mix, [NotNullWhen(false)] out string? problem)
    {
        mix = null;
        var weights = new SortedDictionary<LoadOperation, int>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var (name, weight) = part.Split('=', StringSplitOptions.TrimEntries) is [var left, var right] ? (left, right) : (part, string.Empty);
            if (!TryKind(name, out var kind))
            {
                problem = $"'{part}' is no share such as get=4, of {s_kinds}.";
                return false;
            }

            if (!int.TryParse(weight, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > MostWeight)
            {
                problem = $"'{part}': a share is a whole number of 0 to {MostWeight}, such as {name}=4.";
                return false;
            }

            if (!weights.TryAdd(kind, number))
            {
                problem = $"{name} is there twice.";
                return false;
            }
        }

        problem = weights.Values.Sum() == 0 ? "at least one share must be more than 0."
            : weights.GetValueOrDefault(LoadOperation.Cancel) > weights.GetValueOrDefault(LoadOperation.Create)
                ? "cancel must not be more than create: what is cancelled has to be placed first."
                : null;
        mix = problem is null ? new LoadMix(weights) : null;
        return mix is not null;
    }

    private static bool TryKind(string name, out LoadOperation kind) =>
        Enum.TryParse(name, ignoreCase: true, out kind) && string.Equals(kind.ToString(), name, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<LoadOperation> Spread(IReadOnlyDictionary<LoadOperation, int> weights)
    {
        var total = weights.Values.Sum();
        var owed = weights.Where(w => w.Value > 0).ToDictionary(w => w.Key, _ => 0);
        for (var turn = 0; turn < total; turn++)
        {
            foreach (var kind in owed.Keys)
            {
                owed[kind] += weights[kind];
            }

            var next = owed.MaxBy(o => o.Value).Key;
            owed[next] -= total;
            yield return next;
        }
    }
}
