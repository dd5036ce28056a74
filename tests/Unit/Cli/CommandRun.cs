using System.Text;
using System.Text.Json.Nodes;
using Suite.Cli;
using Suite.Cli.Session;
using Suite.Client.Testing;

namespace Suite.Tests.Unit.Cli;

/// <summary>Runs the command in this process against a fake suite, with a folder of its own for files and profiles.</summary>
internal sealed class CommandRun : IDisposable
{
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _error = new();

    public CommandRun(FakeSuite? suite = null)
    {
        Suite = suite ?? new FakeSuite();
        Folder = Directory.CreateTempSubdirectory("suite-cli-").FullName;
        Environment["SUITE_CONFIG"] = Path.Combine(Folder, "config", "config.json");
    }

    public FakeSuite Suite { get; }

    public string Folder { get; }

    /// <summary>The environment the command sees; nothing of the machine's own.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>What standard input holds.</summary>
    public string Input { get; set; } = string.Empty;

    public string Out => _out.ToString();

    public string Error => _error.ToString();

    /// <summary>Standard output as lines of JSON.</summary>
    public IReadOnlyList<JsonNode> OutLines => Lines(Out);

    /// <summary>Standard error as lines of JSON; fails when a line is anything else.</summary>
    public IReadOnlyList<JsonNode> ErrorLines => Lines(Error);

    public string ConfigFile => Environment["SUITE_CONFIG"];

    public string Write(string name, string content)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    public Task<ExitCode> RunAsync(params string[] arguments) => RunAsync(CancellationToken.None, arguments);

    public async Task<ExitCode> RunAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        _out.Clear();
        _error.Clear();
        await using var output = new StringWriter(_out);
        await using var error = new StringWriter(_error);
        var host = new CliHost
        {
            Out = output,
            Error = error,
            OpenInput = () => new MemoryStream(Encoding.UTF8.GetBytes(Input)),
            InputIsTerminal = false,
            OutIsTerminal = false,
            ErrorIsTerminal = false,
            Environment = Environment.GetValueOrDefault,
            CreateClient = options =>
            {
                options.CallInvokers = _ => Suite.Invoker;
                return new global::Suite.Client.SuiteClient(options);
            },
        };
        return await new CommandLine(host).RunAsync(arguments, cancellationToken);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static List<JsonNode> Lines(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
}
