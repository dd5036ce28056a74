using System.Text.RegularExpressions;
using System.Xml.Linq;
using NUnit.Framework;

namespace Suite.Tests.Architecture;

/// <summary>Dependencies point one way: Gateway to clients to protos, services to Platform to protos.</summary>
internal sealed partial class ArrowTests
{
    private const string Contracts = "protos/Suite.Contracts.csproj";
    private const string Platform = "services/Platform/Suite.Platform.csproj";
    private const string Client = "clients/csharp/Suite.Client/Suite.Client.csproj";

    /// <summary>What each project may reference. A new one says here where it stands.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        [Contracts] = [],
        [Platform] = [Contracts],
        ["services/User/Suite.Users.csproj"] = [Platform],
        ["services/Order/Suite.Orders.csproj"] = [Platform],
        ["services/Payment/Suite.Payments.csproj"] = [Platform],
        ["services/Gateway/Suite.Gateway.csproj"] = [Client],
        [Client] = [Contracts],
        ["clients/csharp/Suite.Client.Testing/Suite.Client.Testing.csproj"] = [Client],
        ["clients/cli/Suite.Cli.csproj"] = [Client],
        ["deploy/local/Suite.Local.csproj"] = [Client],
    };

    private static IEnumerable<string> Projects => Repository.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal));

    private static IEnumerable<string> ProductProjects => Projects.Where(p => !IsTestOrBench(p));

    private static IEnumerable<string> Sources => Repository.Under("services/", ".cs");

    [TestCaseSource(nameof(ProductProjects))]
    public void A_project_references_only_what_lies_below_it(string project)
    {
        Assert.That(Allowed, Does.ContainKey(project), "say in Allowed what this new project may reference");
        Assert.That(References(project), Is.SubsetOf(Allowed[project]));
    }

    [Test]
    public void The_three_services_stand_on_the_platform()
    {
        foreach (var service in (string[])["User/Suite.Users", "Order/Suite.Orders", "Payment/Suite.Payments"])
        {
            Assert.That(References($"services/{service}.csproj"), Does.Contain(Platform));
        }
    }

    [Test]
    public void Nothing_but_tests_and_bench_references_tests_or_bench()
    {
        foreach (var project in ProductProjects)
        {
            Assert.That(References(project).Where(IsTestOrBench), Is.Empty, project);
        }
    }

    [Test]
    public void No_service_names_another_services_namespace()
    {
        foreach (var source in Sources)
        {
            var room = source.Split('/')[1] switch { "User" => "Users", "Order" => "Orders", "Payment" => "Payments", _ => string.Empty };
            var code = Repository.Read(source).Split('\n').Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal));
            var others = code.SelectMany(line => ServiceNamespace().Matches(line)).Select(m => m.Groups[1].Value).Where(name => name != room);
            Assert.That(others, Is.Empty, source);
        }
    }

    [Test]
    public void The_platform_knows_no_business()
    {
        foreach (var source in Repository.Under("services/Platform/", ".cs"))
        {
            Assert.That(Repository.Read(source), Does.Not.Match(@"Suite\.Contracts\.(Users|Orders|Payments)\b"), source);
        }
    }

    [Test]
    public void The_domain_does_no_input_or_output()
    {
        foreach (var source in Sources.Where(s => s.Contains("/Domain/", StringComparison.Ordinal)))
        {
            Assert.That(Repository.Read(source), Does.Not.Match(@"using (Npgsql|Confluent|System\.Net\.Http|Grpc\.Net|Microsoft\.Extensions\.Hosting)"), source);
            Assert.That(Repository.Read(source), Does.Not.Match(@"using Suite\.\w+\.(Storage|Features|Events)\b"), source);
        }
    }

    [Test]
    public void Every_version_is_central()
    {
        foreach (var project in Projects)
        {
            var versions = XDocument.Parse(Repository.Read(project)).Descendants("PackageReference").Attributes("Version");
            Assert.That(versions.Select(v => v.Parent!.ToString()), Is.Empty, project);
        }
    }

    [Test]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.Read("Suite.sln").Replace('\\', '/');
        Assert.That(Projects.Where(p => !IsSample(p) && !solution.Contains($"\"{p}\"", StringComparison.Ordinal)), Is.Empty);
    }

    private static bool IsTestOrBench(string project) =>
        project.StartsWith("tests/", StringComparison.Ordinal) || project.StartsWith("bench/", StringComparison.Ordinal);

    /// <summary>Programs that tests build by themselves lie below the test project they belong to.</summary>
    private static bool IsSample(string project) =>
        project.StartsWith("tests/", StringComparison.Ordinal) && project.Split('/').Length > 3;

    private static IEnumerable<string> References(string project)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, project))!;
        return XDocument.Parse(Repository.Read(project)).Descendants("ProjectReference")
            .Select(r => r.Attribute("Include")!.Value.Replace('\\', '/'))
            .Select(include => Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(folder, include))).Replace('\\', '/'));
    }

    [GeneratedRegex(@"\bSuite\.(Users|Orders|Payments)\b")]
    private static partial Regex ServiceNamespace();
}
