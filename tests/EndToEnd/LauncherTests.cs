using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using NUnit.Framework;
using Suite.Local.Folders;

namespace Suite.Tests.EndToEnd;

/// <summary>What <c>./build.sh run</c> promises, by its real processes and real signals.</summary>
[Platform("Linux")]
internal sealed class LauncherTests
{
    private static readonly HttpClient s_http = new();

    private string _folder = string.Empty;

    [SetUp]
    public void MakeFolder() => _folder = ScratchFolder.Create("launcher");

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task A_killed_launcher_takes_everything_with_it_and_the_next_run_picks_up_where_it_was()
    {
        var offset = Launcher.FreeOffset();
        await using var first = Launcher.Start(_folder, offset);
        await first.SayAsync("Ready in");
        var user = await CreateUserAsync(offset);
        var started = first.Descendants();
        Assert.That(started, Has.Count.GreaterThanOrEqualTo(4), "three services and a database");

        first.Signal("KILL");

        await Launcher.UntilAsync(() => !started.Any(Launcher.IsAlive), () => "Still there: " + string.Join(' ', started.Where(Launcher.IsAlive)));

        await using var second = Launcher.Start(_folder, offset);
        await second.SayAsync("Ready in");
        // Signing keys, too, are those of before: the administrator's is accepted.
        using var read = await SendAsync(HttpMethod.Get, offset, user);
        Assert.That(await read.Content.ReadAsStringAsync(), Does.Contain(user));
        Assert.That(first.Output + second.Output, Does.Contain("admin.key").And.Not.Contain(AdminKey()));

        started = second.Descendants();
        second.Signal("TERM");
        Assert.That(await second.EndAsync(), Is.Zero, second.Output);
        Assert.That(started.Where(Launcher.IsAlive), Is.Empty);
        Assert.That(Directory.GetFiles(Path.Combine(_folder, "pids")), Is.Empty);
        Assert.That(File.Exists(Path.Combine(_folder, "endpoints.env")), Is.False);
    }

    [Test]
    public async Task A_service_that_dies_is_started_again_and_a_second_run_on_the_same_data_is_refused()
    {
        var offset = Launcher.FreeOffset();
        await using var launcher = Launcher.Start(_folder, offset);
        await launcher.SayAsync("Ready in");
        var endpoints = await File.ReadAllTextAsync(Path.Combine(_folder, "endpoints.env"));
        Assert.That(endpoints, Does.Contain($"SUITE_ORDER_ADDRESS=http://127.0.0.1:{9102 + offset}\n"));
        Assert.That(endpoints, Does.Contain($"SUITE_TOKEN_FILE={Path.Combine(_folder, "admin.key")}\n"));

        await using (var second = Launcher.Start(_folder, Launcher.FreeOffset()))
        {
            Assert.That(await second.EndAsync(), Is.EqualTo(1));
            Assert.That(second.Output, Does.Contain($"in use by process {launcher.Id}"));
        }

        var pid = (await File.ReadAllTextAsync(Path.Combine(_folder, "pids", "user.pid"))).Split(' ')[0];
        using (var kill = Process.Start("kill", ["-KILL", pid]))
        {
            await kill.WaitForExitAsync();
        }

        await launcher.SayAsync("user ended (exit code 137); starting it again in 0.5 s");
        await launcher.SayAsync("user runs again");
        await CreateUserAsync(offset);
        launcher.Signal("INT");
        Assert.That(await launcher.EndAsync(), Is.Zero, launcher.Output);
    }

    [Test]
    public async Task A_taken_port_ends_it_within_two_seconds_and_names_its_holder()
    {
        var offset = Launcher.FreeOffset();
        using var listener = new TcpListener(IPAddress.Loopback, 9103 + offset);
        listener.Start();

        // The fastest of three: what else the machine does is not the launcher's doing.
        var fastest = TimeSpan.MaxValue;
        for (var attempt = 0; attempt < 3 && fastest > TimeSpan.FromSeconds(2); attempt++)
        {
            var took = Stopwatch.StartNew();
            await using var launcher = Launcher.Start(_folder, offset);
            Assert.That(await launcher.EndAsync(), Is.Not.Zero);
            fastest = took.Elapsed < fastest ? took.Elapsed : fastest;
            Assert.That(launcher.Output, Does.Contain($"port {9103 + offset} is taken by process {Environment.ProcessId}"));
        }

        Assert.That(fastest, Is.LessThan(TimeSpan.FromSeconds(2)));
        Assert.That(Directory.Exists(Path.Combine(_folder, "postgres")), Is.False);
    }

    private string AdminKey() => File.ReadAllText(Path.Combine(_folder, "admin.key")).Trim();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, int offset, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, $"http://127.0.0.1:{8101 + offset}/v1/{path}") { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey());
        return await s_http.SendAsync(request);
    }

    private async Task<string> CreateUserAsync(int offset)
    {
        var request = new
        {
            user = new { email = $"{Guid.NewGuid():N}@example.com", displayName = "Ada" },
            requestId = Guid.NewGuid().ToString(),
        };
        using var response = await SendAsync(HttpMethod.Post, offset, "users", JsonContent.Create(request));
        var body = await response.Content.ReadAsStringAsync();
        Assert.That(response.IsSuccessStatusCode, body);
        return JsonDocument.Parse(body).RootElement.GetProperty("name").GetString()!;
    }
}
