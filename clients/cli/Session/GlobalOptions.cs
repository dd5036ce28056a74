using System.CommandLine;
using Suite.Cli.Output;
using Suite.Client;

namespace Suite.Cli.Session;

/// <summary>The options every command has. There is none for a token: what is on a command line is seen by everyone on the machine.</summary>
internal sealed class GlobalOptions
{
    public Option<string?> Profile { get; } = Text("--profile", "NAME", "The profile to use; else SUITE_PROFILE, else the current one (see 'suite config').");

    public Option<OutputFormat> Output { get; } = new("--output", "-o")
    {
        Description = "How data is written to standard output (default table); with json and jsonl, errors are JSON on standard error.",
        HelpName = "table|json|jsonl",
        Recursive = true,
    };

    public Option<TimeSpan?> Timeout { get; } = new("--timeout")
    {
        Description = "How long a call may take with all its retries, for example 500ms, 10s, 2m, none (default 30s); for a watch, the whole watch.",
        HelpName = "TIME",
        Recursive = true,
        CustomParser = result =>
        {
            if (SuiteSettings.TryParseDuration(result.Tokens[0].Value, out var time))
            {
                return time;
            }

            result.AddError($"--timeout: '{result.Tokens[0].Value}' is no time such as 500ms, 10s, 2m, or none.");
            return null;
        },
    };

    public Option<Uri?> Address { get; } = Uri("--address", "The one address of all services, for example of a gateway.");

    public Option<Uri?> UserAddress { get; } = Uri("--user-address", "The address of the User service.");

    public Option<Uri?> OrderAddress { get; } = Uri("--order-address", "The address of the Order service.");

    public Option<Uri?> PaymentAddress { get; } = Uri("--payment-address", "The address of the Payment service.");

    public Option<string?> TokenFile { get; } = Text("--token-file", "FILE", "A file that holds the access token; else SUITE_TOKEN, else the profile's.");

    public Option<bool> AllowTokenOverPlaintext { get; } = new("--allow-token-over-plaintext")
    {
        Description = "Sends the token unencrypted to other machines, where anyone on the way can read it.",
        Recursive = true,
    };

    public Option<bool> Quiet { get; } = new("--quiet", "-q")
    {
        Description = "No progress and no remarks; errors and bad lines are still told.",
        Recursive = true,
    };

    public Option<bool> NoColor { get; } = new("--no-color")
    {
        Description = "No colors; as with the environment variable NO_COLOR.",
        Recursive = true,
    };

    public void AddTo(Command command)
    {
        Option[] options = [
            Profile, Output, Timeout, Address, UserAddress, OrderAddress, PaymentAddress, TokenFile, AllowTokenOverPlaintext, Quiet, NoColor];
        foreach (var option in options)
        {
            command.Options.Add(option);
        }
    }

    private static Option<string?> Text(string name, string helpName, string description) => new(name)
    {
        Description = description,
        HelpName = helpName,
        Recursive = true,
    };

    private static Option<Uri?> Uri(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "URL",
        Recursive = true,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Addresses.TryParse(text, out var address))
            {
                return address;
            }

            result.AddError($"{name}: '{text}' is no address such as http://127.0.0.1:9102 or https://suite.example.com.");
            return null;
        },
    };
}
