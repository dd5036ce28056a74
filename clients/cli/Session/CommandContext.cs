using System.Collections.Concurrent;
using System.CommandLine;
using Suite.Cli.Errors;
using Suite.Cli.Output;
using Suite.Client;

namespace Suite.Cli.Session;

/// <summary>One run of one command: its settings, where it writes, and the client once it is needed.</summary>
internal sealed class CommandContext : IAsyncDisposable
{
    private const int RetryBudget = 100_000;

    private readonly GlobalOptions _global;
    private readonly Lazy<SuiteClient> _suite;
    private readonly CancellationTokenSource _stopping;
    private readonly ConcurrentDictionary<SuiteService, bool> _probed = new();
    private SuiteProfiles? _profiles;
    private readonly Throttle _told = new(TimeSpan.FromSeconds(5));

    public CommandContext(ParseResult parsed, GlobalOptions global, CliHost host, CancellationToken cancellationToken)
    {
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _global = global;
        Parsed = parsed;
        Host = host;
        var color = !parsed.GetValue(global.NoColor) && string.IsNullOrEmpty(host.Environment("NO_COLOR"));
        var format = OutputOf(parsed, global);
        Printer = new Printer(host.Out, CliHost.Draw(host.Out, host.OutIsTerminal, color, wide: true), format, host.OutIsTerminal);
        Notices = new Notices(
            CliHost.Draw(host.Error, host.ErrorIsTerminal, color, wide: !host.ErrorIsTerminal),
            json: format is not OutputFormat.Table,
            quiet: parsed.GetValue(global.Quiet),
            terminal: host.ErrorIsTerminal);
        _suite = new Lazy<SuiteClient>(() => host.CreateClient(Options));
    }

    public ParseResult Parsed { get; }

    public CliHost Host { get; }

    public Printer Printer { get; }

    public Notices Notices { get; }

    /// <summary>The client; connects when it is first called.</summary>
    public SuiteClient Suite => _suite.Value;

    /// <summary>The settings: command line over environment over profile over defaults.</summary>
    /// <exception cref="UsageException">A setting can not be read.</exception>
    public SuiteClientOptions Options => field ??= ReadOptions();

    /// <summary>The profile file.</summary>
    /// <exception cref="UsageException">It can not be read.</exception>
    public SuiteProfiles Profiles => _profiles ??= LoadProfiles();

    /// <summary>The name of the profile in use.</summary>
    public string ProfileName => Parsed.GetValue(_global.Profile) ?? Variable("SUITE_PROFILE") ?? Profiles.Current;

    /// <summary>Ends when the caller stops the command, or when it turns out that it can not succeed (<see cref="Hopeless"/>).</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Why no retry can help, as a hint: plaintext meets TLS, or the other way round.</summary>
    public string? Hopeless { get; private set; }

    /// <summary>The time limit of the command line, if it has one.</summary>
    public TimeSpan? Timeout => Parsed.GetValue(_global.Timeout);

    /// <summary>The format asked for; table while the command line can not be read.</summary>
    public static OutputFormat OutputOf(ParseResult parsed, GlobalOptions global) =>
        parsed.GetResult(global.Output) is { Errors: var errors } && errors.Any() ? OutputFormat.Table : parsed.GetValue(global.Output);

    /// <summary>Where an address comes from, for people.</summary>
    public string SourceOf(SuiteService service)
    {
        var option = AddressOption(service);
        if (Parsed.GetValue(option) is not null)
        {
            return option.Name;
        }

        string[] variables = ["SUITE_ADDRESS", "SUITE_USER_ADDRESS", "SUITE_ORDER_ADDRESS", "SUITE_PAYMENT_ADDRESS"];
        return Parsed.GetValue(_global.Address) is not null ? _global.Address.Name
            : variables.Any(v => Variable(v) is not null) ? "environment"
            : Profiles.Find(ProfileName) is { HasAddress: true } ? $"profile {ProfileName}"
            : "default";
    }

    /// <summary>Where the token comes from; null when there is none. The token itself is never shown.</summary>
    public string? TokenSource()
    {
        var profile = Profiles.Find(ProfileName);
        return Parsed.GetValue(_global.TokenFile) is not null ? _global.TokenFile.Name
            : Variable("SUITE_TOKEN") is not null ? "SUITE_TOKEN"
            : Variable("SUITE_TOKEN_FILE") is not null ? "SUITE_TOKEN_FILE"
            : profile is { Session: not null } or { Token.Length: > 0 } or { TokenFile.Length: > 0 } ? $"profile {ProfileName}"
            : null;
    }

    /// <summary>The session that calls are made with; null when they are made with something else, or with nothing.</summary>
    public SuiteProfileSession? SignedIn() => TokenSource()?.StartsWith("profile", StringComparison.Ordinal) == true
        ? Profiles.Find(ProfileName)?.Session
        : null;

    /// <summary>Has the profile file read again.</summary>
    /// <exception cref="UsageException">It can not be read.</exception>
    public void ReloadProfiles() => _profiles = LoadProfiles();

    /// <summary>Reads an environment variable; null when it is not set or empty.</summary>
    public string? Variable(string name) => Host.Environment(name) is { Length: > 0 } value ? value : null;

    public async ValueTask DisposeAsync()
    {
        _stopping.Dispose();
        if (_suite.IsValueCreated)
        {
            await _suite.Value.DisposeAsync();
        }
    }

    private SuiteClientOptions ReadOptions()
    {
        SuiteClientOptions options;
        try
        {
            options = SuiteSettings.FromEnvironment(Parsed.GetValue(_global.Profile), Profiles, Host.Environment);
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message, e);
        }

        if (Parsed.GetValue(_global.Address) is { } all)
        {
            (options.Address, options.UserAddress, options.OrderAddress, options.PaymentAddress) = (all, null, null, null);
        }

        options.UserAddress = Parsed.GetValue(_global.UserAddress) ?? options.UserAddress;
        options.OrderAddress = Parsed.GetValue(_global.OrderAddress) ?? options.OrderAddress;
        options.PaymentAddress = Parsed.GetValue(_global.PaymentAddress) ?? options.PaymentAddress;
        options.Timeout = Timeout ?? options.Timeout;
        options.AllowTokenOverPlaintext |= Parsed.GetValue(_global.AllowTokenOverPlaintext);
        options.TimeProvider = Host.Time;
        options.OnRetry = TellRetry;
        // The budget is there for programs with many callers. This one waits for each answer, and an import has a window.
        options.Retry = options.Retry with { BudgetSize = RetryBudget };
        if (Parsed.GetValue(_global.TokenFile) is { } file)
        {
            options.Credentials = File.Exists(file)
                ? SuiteCredentials.FromFile(file)
                : throw new UsageException($"--token-file: there is no file '{file}'.");
        }

        return options;
    }

    private SuiteProfiles LoadProfiles()
    {
        try
        {
            return SuiteProfiles.Load(Variable("SUITE_CONFIG"));
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException(e.Message, e);
        }
    }

    // The first retry is often over before anyone would have noticed; it is the moment to find out whether others can help.
    private void TellRetry(SuiteRetry retry)
    {
        var address = Options.AddressOf(retry.Service);
        if (retry.Attempt > 1 && _told.TryTell(Host.Time))
        {
            Notices.Info($"{retry.Service} at {Addresses.Text(address)} does not do its work ({ErrorReport.CodeName(retry.Code)}: {retry.Detail}); trying again.");
        }

        if (_probed.TryAdd(retry.Service, true))
        {
            _ = ProbeAsync(address);
        }
    }

    private async Task ProbeAsync(Uri address)
    {
        try
        {
            if (await TransportProbe.HintAsync(address, Stopping) is { } hint)
            {
                Hopeless = hint;
                await _stopping.CancelAsync();
            }
        }
        catch (ObjectDisposedException)
        {
            // The command ended meanwhile.
        }
    }

    private Option<Uri?> AddressOption(SuiteService service) => service switch
    {
        SuiteService.User => _global.UserAddress,
        SuiteService.Order => _global.OrderAddress,
        _ => _global.PaymentAddress,
    };
}
