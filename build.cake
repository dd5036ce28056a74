// The whole vocabulary of ./build.sh, one described task a verb. Everything is built as Release, once, for all of them.
#nullable enable
using System.Text.Json;
using System.Xml.Linq;

const string Configuration = "Release";
var root = MakeAbsolute(Directory(".")).FullPath;
var artifacts = $"{root}/artifacts";
var isCi = EnvironmentVariable("CI") is not (null or "" or "false");

Task("run")
    .Description("Starts everything on this machine until Ctrl-C. --port-offset N adds N to every port.")
    .Does(() =>
{
    Build("deploy/local/run.slnf");
    Then($"{root}/deploy/local/bin/{Configuration}/net10.0/Suite.Local", "run");
});

Task("demo")
    .Description("A fresh suite, the sample orders placed and paid, the ledger balanced.")
    .Does(() =>
{
    Build("deploy/local/run.slnf");
    Then($"{root}/deploy/local/bin/{Configuration}/net10.0/Suite.Local", "demo");
});

Task("test")
    .Description("Builds everything, lints, runs every test project; ends with: N passed, N failed.")
    .Does(() =>
{
    Build("Suite.sln");
    // Beside the quick tests, and told at the end: what the tests say is worth knowing either way.
    var linting = System.Threading.Tasks.Task.Run(Lint);
    Launcher("prepare");
    var (passed, failed, skipped) = Tests(linting);
    var lint = linting.GetAwaiter().GetResult();
    lint.ForEach(problem => Say($"lint: {problem}"));
    FailedTests().ForEach(Say);
    Last($"{passed} passed, {failed} failed" + (skipped > 0 ? $", {skipped} skipped" : ""));
    if (passed == 0 || failed > 0 || lint.Count > 0)
    {
        throw new CakeException(passed == 0 ? "No test ran." : lint.Count > 0 ? "Lint found something." : "Some tests failed.");
    }
});

Task("bench")
    .Description("Measures, as ratios within one run; results in artifacts/bench.")
    .Does(() =>
{
    Build("bench/bench.slnf");
    Then($"{root}/bench/bin/{Configuration}/net10.0/Suite.Bench");
});

Task("faults")
    .Description("Load and faults from a seed, on real processes; a report in artifacts/faults. --minutes N, --seed S.")
    .Does(() =>
{
    Build("bench/faults.slnf");
    Then($"{root}/bench/Faults/bin/{Configuration}/net10.0/Suite.Faults");
});

Task("lint")
    .Description("dotnet format --verify-no-changes, buf lint, buf breaking.")
    .Does(() =>
{
    Restore("Suite.sln");
    var problems = Lint();
    problems.ForEach(problem => Say($"lint: {problem}"));
    if (problems.Count > 0)
    {
        throw new CakeException("Lint found something.");
    }
});

Task("certs")
    .Description("Makes development certificates for TLS between services, in .suite/certs.")
    .Does(() =>
{
    Build("deploy/local/Suite.Local.csproj");
    Then($"{root}/deploy/local/bin/{Configuration}/net10.0/Suite.Local", "certs");
});

Task("pack")
    .Description("Packs the contracts, the client library, its testing package and the command line into artifacts/packages.")
    .Does(() =>
{
    foreach (var project in new[] { "protos", "clients/csharp/Suite.Client", "clients/csharp/Suite.Client.Testing", "clients/cli" })
    {
        Run("dotnet", root, "pack", project, "-c", Configuration, "-o", $"{artifacts}/packages", "-v", "q", "--nologo");
    }

    GetFiles($"{artifacts}/packages/*.nupkg").ToList().ForEach(file => Say(file.GetFilename().FullPath));
});

Task("clean")
    .Description("Removes what was built. Data in .suite stays: remove that folder to start afresh.")
    .Does(() =>
{
    foreach (var directory in GetDirectories("./**/bin") + GetDirectories("./**/obj") + GetDirectories("./**/TestResults"))
    {
        if (!directory.FullPath.Contains("/node_modules/") && !directory.FullPath.Contains("/.suite/") && DirectoryExists(directory))
        {
            DeleteDirectory(directory, new DeleteDirectorySettings { Recursive = true, Force = true });
        }
    }

    // What Cake itself runs from stays until the next start of it.
    foreach (var directory in GetDirectories($"{artifacts}/*").Where(d => d.GetDirectoryName() != "cake"))
    {
        DeleteDirectory(directory, new DeleteDirectorySettings { Recursive = true, Force = true });
    }
});

RunTarget(Argument("target", "test"));

// --- building and running -------------------------------------------------------------------------------------------------

void Restore(string project) => Run("dotnet", root, ["restore", project, "-v", "q", .. isCi ? new[] { "--locked-mode" } : []]);

void Build(string project)
{
    Progress($"build {project}");
    Restore(project);
    Run("dotnet", root, "build", project, "-c", Configuration, "--no-restore", "-v", "q", "--nologo");
}

void Launcher(params string[] arguments) => Run($"{root}/deploy/local/bin/{Configuration}/net10.0/Suite.Local", root, arguments);

void Run(string program, string folder, params string[] arguments)
{
    if (TryRun(program, folder, arguments) is var code and not 0)
    {
        throw new CakeException($"{program} {string.Join(' ', arguments)} ended with exit code {code}.");
    }
}

int TryRun(string program, string folder, params string[] arguments)
{
    var quoted = new ProcessArgumentBuilder();
    arguments.ToList().ForEach(argument => quoted.AppendQuoted(argument));
    return StartProcess(program, new ProcessSettings { Arguments = quoted, WorkingDirectory = folder });
}

// build.sh becomes this program once Cake is gone; without build.sh it is run from here.
void Then(params string[] command)
{
    if (EnvironmentVariable("SUITE_BUILD_THEN") is { Length: > 0 } file)
    {
        System.IO.File.WriteAllLines(file, command);
        return;
    }

    Run(command[0], root, command[1..]);
}

void Last(string line)
{
    if (EnvironmentVariable("SUITE_BUILD_LAST") is { Length: > 0 } file)
    {
        System.IO.File.WriteAllText(file, line + "\n");
        return;
    }

    Say(line);
}

void Say(string line) => Console.WriteLine(line);

// On the error stream, which build.sh does not keep back.
void Progress(string line) => Console.Error.WriteLine($"{DateTime.Now:HH:mm:ss} {line}");

// --- tests ----------------------------------------------------------------------------------------------------------------

// The quick ones while the lint runs; then one after the other: each keeps two cores busy with servers and processes of its own.
(int Passed, int Failed, int Skipped) Tests(System.Threading.Tasks.Task before)
{
    const string alone = "Alone";
    EnsureDirectoryExists($"{artifacts}/tests");
    CleanDirectory($"{artifacts}/tests");
    // Hundreds of processes are started that live for a minute or two: none of them gets to where a profile of itself pays.
    Environment.SetEnvironmentVariable("DOTNET_TieredPGO", "0");
    // Tests of a real broker run where one is: what the user named, else the servers that lie beside the checkout.
    if (!HasEnvironmentVariable("KAFKA_HOME") && FileExists($"{root}/../shared/kafka/bin/kafka-server-start.sh"))
    {
        Environment.SetEnvironmentVariable("KAFKA_HOME", System.IO.Path.GetFullPath($"{root}/../shared/kafka"));
    }

    var counts = new[] { "Unit", "Architecture", "Contract" }.Select(name => TestProject(name)).ToList();
    System.Threading.Tasks.Task.WaitAny(before);
    counts.Add(TestProject("Faults"));
    counts.Add(TestProject("EndToEnd", $"TestCategory={alone}", "EndToEnd.Alone"));
    counts.Add(TestProject("EndToEnd", $"TestCategory!={alone}"));
    counts.Add(TestProject("Component"));
    return (counts.Sum(c => c.Passed), counts.Sum(c => c.Failed), counts.Sum(c => c.Skipped));
}

// What a project prints is shown when it has ended, so that two of them are not mixed up.
(int Passed, int Failed, int Skipped) TestProject(string project, string? filter = null, string? title = null)
{
    var name = title ?? project;
    var results = $"{artifacts}/tests";
    Progress($"test {name}");
    var output = new System.Collections.Concurrent.ConcurrentQueue<string>();
    var arguments = new ProcessArgumentBuilder();
    foreach (var argument in new[]
    {
        "test", $"tests/{project}", "-c", Configuration, "--no-build", "--nologo", "--results-directory", results,
        "--logger", "console;verbosity=normal", "--logger", $"trx;LogFileName={name}.trx",
    }.Concat(filter is null ? [] : ["--filter", filter]))
    {
        arguments.AppendQuoted(argument);
    }

    using var process = StartAndReturnProcess("dotnet", new ProcessSettings
    {
        Arguments = arguments,
        WorkingDirectory = root,
        RedirectStandardOutput = true,
        RedirectedStandardOutputHandler = Keep,
    });
    process.WaitForExit();
    var code = process.GetExitCode();
    Say(string.Join('\n', output));
    var counted = Count($"{results}/{name}.trx");
    if (code != 0 && counted.Failed == 0)
    {
        Say($"tests/{name} ended with exit code {code} and no test that failed: its process died, or could not start.");
        counted.Failed = 1;
    }

    Progress($"test {name}: {counted.Passed} passed, {counted.Failed} failed");
    return counted;

    string Keep(string line)
    {
        if (line is not null)
        {
            output.Enqueue(line);
        }

        return line;
    }
}

(int Passed, int Failed, int Skipped) Count(string trx)
{
    if (!FileExists(trx))
    {
        return (0, 0, 0);
    }

    var outcomes = XDocument.Load(trx).Descendants().Where(e => e.Name.LocalName == "UnitTestResult").Select(e => e.Attribute("outcome")?.Value).ToList();
    var passed = outcomes.Count(o => o == "Passed");
    var skipped = outcomes.Count(o => o is "NotExecuted" or "Inconclusive");
    return (passed, outcomes.Count - passed - skipped, skipped);
}

// What failed is said once more at the end, where nobody has to search for it.
List<string> FailedTests() => GetFiles($"{artifacts}/tests/*.trx")
    .SelectMany(file => XDocument.Load(file.FullPath).Descendants().Where(e => e.Name.LocalName == "UnitTestResult" && e.Attribute("outcome")?.Value == "Failed"))
    .Select(e => $"failed: {e.Attribute("testName")?.Value}\n" + string.Join('\n', e.Descendants()
        .Where(d => d.Name.LocalName is "Message" or "StackTrace")
        .Select(d => d.Value.Trim())))
    .ToList();

// --- lint -----------------------------------------------------------------------------------------------------------------

List<string> Lint()
{
    var problems = new List<string>();
    Progress("dotnet format --verify-no-changes");
    if (TryRun("dotnet", root, "format", "Suite.sln", "--verify-no-changes", "--no-restore") != 0)
    {
        problems.Add("dotnet format would change something: run it.");
    }

    var protos = $"{root}/protos";
    if (!InstallBuf(protos))
    {
        var missing = "buf could not be installed from the npm registry (is Node here, is the registry within reach?), so the contracts were not checked.";
        if (isCi)
        {
            problems.Add(missing);
        }
        else
        {
            Say(missing);
        }

        return problems;
    }

    ShowGoogleProtos(protos);
    Progress("buf lint");
    if (Buf("lint") != 0)
    {
        problems.Add("buf lint");
    }

    if (BreakingBase() is { } commit)
    {
        Progress($"buf breaking against {commit[..12]}");
        var before = TakeProtosOf(commit);
        if (before is not null && Buf("breaking", "--against", before) != 0)
        {
            problems.Add($"buf breaking against {commit[..12]}: a change that old clients or stored messages would not survive.");
        }
    }

    return problems;

    int Buf(params string[] arguments) => TryRun($"{protos}/node_modules/.bin/buf", protos, arguments);
}

// node_modules follows the lock file, and is left alone while that does not change.
bool InstallBuf(string protos)
{
    var stamp = $"{protos}/node_modules/.package-lock.json";
    if (FileExists(stamp) && System.IO.File.GetLastWriteTimeUtc(stamp) >= System.IO.File.GetLastWriteTimeUtc($"{protos}/package-lock.json"))
    {
        return true;
    }

    Progress("npm ci (buf)");
    try
    {
        return TryRun("npm", protos, "ci", "--ignore-scripts", "--silent") == 0;
    }
    catch (Exception e) when (e is System.ComponentModel.Win32Exception or CakeException or InvalidOperationException)
    {
        return false;
    }
}

// Google's common protos come from their NuGet package. buf sees them as a second module in an ignored folder; see protos/buf.yaml.
void ShowGoogleProtos(string protos)
{
    using var assets = JsonDocument.Parse(System.IO.File.ReadAllText($"{root}/protos/obj/project.assets.json"));
    var library = assets.RootElement.GetProperty("libraries").EnumerateObject().First(l => l.Name.StartsWith("Google.Api.CommonProtos/"));
    var from = assets.RootElement.GetProperty("packageFolders").EnumerateObject()
        .Select(folder => System.IO.Path.Combine(folder.Name, library.Value.GetProperty("path").GetString()!, "content", "protos"))
        .First(System.IO.Directory.Exists);
    EnsureDirectoryExists($"{protos}/obj/google");
    CleanDirectory($"{protos}/obj/google");
    CopyDirectory(from, $"{protos}/obj/google");
}

// What the contracts must stay compatible with: the last release; before the first one, where this branch left main; on main, the
// commit before. Null where history does not reach that far.
string? BreakingBase()
{
    var head = Git("rev-parse", "HEAD");
    foreach (var arguments in new[]
    {
        new[] { "describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD^" },
        ["merge-base", "HEAD", "origin/main"],
        ["merge-base", "HEAD", "main"],
        ["rev-parse", "--verify", "HEAD^1"],
    })
    {
        if (Git(arguments) is { } found && Git("rev-parse", "--verify", found + "^{commit}") is { } commit && commit != head)
        {
            return commit;
        }
    }

    Say("buf breaking: skipped, there is no earlier commit here to compare with.");
    return null;
}

// The contracts of an earlier commit, with today's buf.yaml and Google's protos beside them.
string? TakeProtosOf(string commit)
{
    var folder = $"{artifacts}/buf/base";
    EnsureDirectoryExists(folder);
    CleanDirectory(folder);
    if (Git("archive", "--format=tar", $"--output={artifacts}/buf/base.tar", commit, "protos") is null)
    {
        Say($"buf breaking: skipped, {commit[..12]} has no contracts.");
        return null;
    }

    Run("tar", folder, "-xf", $"{artifacts}/buf/base.tar");
    CopyFile($"{root}/protos/buf.yaml", $"{folder}/protos/buf.yaml");
    CopyDirectory($"{root}/protos/obj/google", $"{folder}/protos/obj/google");
    return $"{folder}/protos";
}

string? Git(params string[] arguments)
{
    var quoted = new ProcessArgumentBuilder();
    arguments.ToList().ForEach(argument => quoted.AppendQuoted(argument));
    var settings = new ProcessSettings { Arguments = quoted, WorkingDirectory = root, RedirectStandardOutput = true, RedirectStandardError = true, Silent = true };
    var code = StartProcess("git", settings, out var output, out _);
    return code == 0 ? string.Join("\n", output).Trim() : null;
}
