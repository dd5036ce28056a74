using System.Diagnostics;
using System.Text;
using NUnit.Framework;

namespace Suite.Tests.EndToEnd.Client;

/// <summary>
/// A small program of somebody who uses the client library: made in an ignored folder of the checkout (so that versions and
/// strictness are the house's), built by the SDK, run as a process.
/// </summary>
internal sealed class ClientProgram
{
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(8);

    private readonly string _folder;

    /// <summary>Writes the program.</summary>
    /// <param name="name">The folder and assembly name.</param>
    /// <param name="code">Its only file.</param>
    /// <param name="properties">MSBuild properties beside the house's.</param>
    public ClientProgram(string name, string code, params (string Name, string Value)[] properties)
    {
        _folder = Path.Combine(Root, "artifacts", "tests", name);
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }

        Directory.CreateDirectory(_folder);
        File.WriteAllText(Path.Combine(_folder, "Program.cs"), code);
        File.WriteAllText(Path.Combine(_folder, name + ".csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <OutDir>built/</OutDir>
                <PublishDir>published/</PublishDir>
                <RestorePackagesWithLockFile>false</RestorePackagesWithLockFile>
                <GenerateDocumentationFile>false</GenerateDocumentationFile>
                <EnforceCodeStyleInBuild>false</EnforceCodeStyleInBuild>
                {string.Join("\n    ", properties.Select(p => $"<{p.Name}>{p.Value}</{p.Name}>"))}
              </PropertyGroup>
              <ItemGroup>
                <ProjectReference Include="{Root}/clients/csharp/Suite.Client/Suite.Client.csproj" />
                <ProjectReference Include="{Root}/clients/csharp/Suite.Client.Testing/Suite.Client.Testing.csproj" />
              </ItemGroup>
            </Project>
            """);
        Name = name;
    }

    /// <summary>The checkout.</summary>
    public static string Root { get; } = FindRoot();

    private string Name { get; }

    /// <summary>Builds it; fails the test with the compiler's words when it does not build.</summary>
    public Task BuildAsync() => DotnetAsync("build");

    /// <summary>Publishes it; fails the test with the tools' words when it does not.</summary>
    public Task PublishAsync() => DotnetAsync("publish");

    /// <summary>Runs what was built or published, and returns what it wrote.</summary>
    public async Task<string> RunAsync(IReadOnlyDictionary<string, string>? environment = null)
    {
        var published = Path.Combine(_folder, "published");
        var program = Path.Combine(
            Directory.Exists(published) ? published : Path.Combine(_folder, "built"), OperatingSystem.IsWindows() ? Name + ".exe" : Name);
        var (code, output) = await ExecuteAsync(program, [], environment ?? new Dictionary<string, string>());
        Assert.That(code, Is.Zero, output);
        return output;
    }

    private async Task DotnetAsync(string verb)
    {
        // Nothing the build starts outlives the test.
        string[] arguments = [verb, "--configuration", Configuration, "--nologo", "--verbosity", "quiet", "-nodeReuse:false", "-p:UseSharedCompilation=false"];
        var (code, output) = await ExecuteAsync("dotnet", arguments, new Dictionary<string, string> { ["DOTNET_CLI_UI_LANGUAGE"] = "en" });
        Assert.That(code, Is.Zero, output);
    }

    private async Task<(int Code, string Output)> ExecuteAsync(string file, string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // A build inside a test run must not take the run's own SDK settings for its own.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = new Process { StartInfo = start };
        var output = new StringBuilder();
        void Keep(string? line)
        {
            lock (output)
            {
                output.AppendLine(line);
            }
        }

        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var giveUp = new CancellationTokenSource(s_limit);
        try
        {
            await process.WaitForExitAsync(giveUp.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{file} did not end within {s_limit}.\n{output}");
        }

        lock (output)
        {
            return (process.ExitCode, output.ToString());
        }
    }

    private static string FindRoot()
    {
        var folder = TestContext.CurrentContext.TestDirectory;
        while (!File.Exists(Path.Combine(folder, "Suite.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the checkout.");
        }

        return folder;
    }
}
