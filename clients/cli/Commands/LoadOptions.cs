using System.CommandLine;
using System.Globalization;
using Suite.Cli.Errors;
using Suite.Cli.Load;
using Suite.Cli.Session;

namespace Suite.Cli.Commands;

/// <summary>How <c>suite load</c> is driven.</summary>
internal sealed class LoadOptions
{
    private const string DefaultMix = "create=1,get=4,list=1";
    private const int DefaultCallers = 8;
    private const int DefaultInFlight = 256;
    private const int MostCallers = 10_000;
    private const double MostRate = 1_000_000;

    private static readonly TimeSpan DefaultDuration = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DefaultWarmup = TimeSpan.FromSeconds(5);

    private readonly Option<string> _mix = new("--mix")
    {
        Description = "What is called, in shares of create, get, list and cancel.",
        HelpName = "KIND=SHARE,…",
        DefaultValueFactory = _ => DefaultMix,
    };

    private readonly Option<double?> _rate = new("--rate")
    {
        Description = "Calls a second, as 200 or 200/s, whatever becomes of those before; latencies count from when a call was due.",
        HelpName = "N/s",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            var number = text.EndsWith("/s", StringComparison.Ordinal) ? text[..^2] : text;
            if (double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate is > 0 and <= MostRate)
            {
                return rate;
            }

            result.AddError($"--rate: '{text}' is no rate such as 200/s, of up to {MostRate:0}.");
            return null;
        },
    };

    private readonly Option<int?> _callers = Count(
        "--callers", $"How many callers make a call after the other (default {DefaultCallers}); instead of --rate.");

    private readonly Option<int?> _inFlight = Count(
        "--in-flight", $"How many calls of a --rate may wait for their answers at once (default {DefaultInFlight}); the next ones wait for their turn.");

    private readonly Option<TimeSpan?> _duration = DurationOption.New(
        "--duration", "How long to count, for example 30s (the default), 5m; none until Ctrl-C.");

    private readonly Option<TimeSpan?> _warmup = DurationOption.New(
        "--warmup", "How long to call before that without counting (default 5s); 0 for not at all.", zero: true);

    public void AddTo(Command command)
    {
        Option[] options = [_mix, _rate, _callers, _inFlight, _duration, _warmup];
        foreach (var option in options)
        {
            command.Options.Add(option);
        }
    }

    /// <exception cref="UsageException">They contradict each other.</exception>
    public LoadPlan Read(CommandContext context)
    {
        var (rate, callers, inFlight) = (context.Parsed.GetValue(_rate), context.Parsed.GetValue(_callers), context.Parsed.GetValue(_inFlight));
        if (rate is not null && callers is not null)
        {
            throw new UsageException("--rate and --callers: calls are due at times of their own, or when the one before was answered; give one of them.");
        }

        if (rate is null && inFlight is not null)
        {
            throw new UsageException("--in-flight limits a --rate, and there is none; --callers says how many call at once.");
        }

        if (!LoadMix.TryParse(context.Parsed.GetRequiredValue(_mix), out var mix, out var problem))
        {
            throw new UsageException("--mix: " + problem);
        }

        var warmup = context.Parsed.GetValue(_warmup) ?? DefaultWarmup;
        if (warmup == Timeout.InfiniteTimeSpan)
        {
            throw new UsageException("--warmup: there must be an end to it; 0 is for none.");
        }

        return new LoadPlan
        {
            Mix = mix,
            Rate = rate,
            Callers = rate is null ? callers ?? DefaultCallers : inFlight ?? DefaultInFlight,
            Warmup = warmup,
            Duration = context.Parsed.GetValue(_duration) ?? DefaultDuration,
        };
    }

    private static Option<int?> Count(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= MostCallers)
            {
                return number;
            }

            result.AddError($"{name}: '{text}' is no whole number of 1 to {MostCallers}.");
            return null;
        },
    };
}
