using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Suite.Local;
using Suite.Local.Ports;

namespace Suite.Tests.EndToEnd;

/// <summary>The launcher as people run it: its own process, on a data folder and ports of the test's.</summary>
internal sealed partial class Launcher : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private Launcher(string folder, int offset)
    {
        var start = new ProcessStartInfo(Checkout.DotNet, [Program, "run", "--port-offset", $"{offset}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["SUITE_DATA"] = folder;
        foreach (var named in (string[])["SUITE_POSTGRES", "SUITE_KAFKA", "KAFKA_HOME", "SUITE_MASTER_KEY_FILE", "SUITE_ADMIN_KEY_FILE", "SUITE_ISSUER"])
        {
            start.Environment[named] = null;
        }

        Folder = folder;
        Offset = offset;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Keep(e.Data);
        _process.ErrorDataReceived += (_, e) => Keep(e.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Folder { get; }

    public int Offset { get; }

    public int Id => _process.Id;

    public string Output => string.Join('\n', _lines);

    private static string Program => Path.Combine(
        Checkout.Root, "deploy", "local", "bin", Checkout.Configuration, "net10.0", "Suite.Local.dll");

    public static Launcher Start(string folder, int offset) => new(folder, offset);

    /// <summary>An offset at which all six ports are free.</summary>
    public static int FreeOffset()
    {
        while (true)
        {
            var offset = FreePorts.Next() - 8101;
            if (new[] { 8101, 8102, 8103, 9101, 9102, 9103 }.All(port => FreePorts.IsFree(port + offset)))
            {
                return offset;
            }
        }
    }

    /// <summary>Waits for a line that contains <paramref name="text"/>.</summary>
    public async Task SayAsync(string text)
    {
        await UntilAsync(() => Output.Contains(text, StringComparison.Ordinal) || _process.HasExited, () => $"It never said '{text}':\n{Output}");
        Assert.That(Output, Does.Contain(text));
    }

    /// <summary>Waits until it has ended, and returns its exit code.</summary>
    public async Task<int> EndAsync()
    {
        using var limit = new CancellationTokenSource(s_limit);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Every process that was started, directly or not, by this launcher and still runs.</summary>
    public IReadOnlyList<int> Descendants()
    {
        var parents = new Dictionary<int, int>();
        foreach (var pid in Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => name!.All(char.IsAsciiDigit)))
        {
            if (Stat().Match(ReadOrEmpty($"/proc/{pid}/stat")) is { Success: true } stat && stat.Groups["state"].Value is not ("Z" or "X"))
            {
                parents[int.Parse(pid!)] = int.Parse(stat.Groups["parent"].Value);
            }
        }

        return [.. parents.Keys.Where(pid => pid != Id && Ancestors(pid).Contains(Id))];

        IEnumerable<int> Ancestors(int pid)
        {
            while (parents.TryGetValue(pid, out pid))
            {
                yield return pid;
            }
        }
    }

    public static bool IsAlive(int pid) =>
        Stat().Match(ReadOrEmpty($"/proc/{pid}/stat")) is { Success: true } stat && stat.Groups["state"].Value is not ("Z" or "X");

    public static async Task UntilAsync(Func<bool> condition, Func<string> otherwise)
    {
        var waited = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.That(waited.Elapsed, Is.LessThan(s_limit), otherwise);
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    [GeneratedRegex(@"^\d+ \(.*\) (?<state>.) (?<parent>\d+) ", RegexOptions.Singleline)]
    private static partial Regex Stat();

    private static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue(line);
        }
    }
}
