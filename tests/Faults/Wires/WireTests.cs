using System.Net;
using System.Net.Sockets;
using System.Text;
using Suite.Faults.Wires;

namespace Suite.Tests.Faults.Wires;

/// <summary>A wire to a server that answers each line with the same line, and remembers it.</summary>
internal sealed class WireTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private EchoServer _server = null!;
    private Wire _wire = null!;

    [SetUp]
    public void Start()
    {
        _server = new EchoServer();
        _wire = new Wire("echo", _server.Port);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _wire.DisposeAsync();
        _server.Dispose();
    }

    [Test]
    public async Task What_is_said_arrives_and_what_is_answered_comes_back()
    {
        using var line = await LineAsync();

        Assert.That(await line.AskAsync("one"), Is.EqualTo("one"));
        Assert.That(await line.AskAsync("two"), Is.EqualTo("two"));
        Assert.That((_wire.Counts.Connections, _wire.Counts.Resets), Is.EqualTo((1, 0)));
        Assert.That(_wire.Counts.Bytes, Is.GreaterThanOrEqualTo(12));
    }

    [Test]
    public async Task A_cut_resets_connections_and_lets_new_ones_through()
    {
        using var line = await LineAsync();
        await line.AskAsync("one");

        _wire.Cut();

        Assert.That(await line.AskAsync("two"), Is.Null);
        Assert.That(_wire.Counts.Resets, Is.EqualTo(1));
        using var another = await LineAsync();
        Assert.That(await another.AskAsync("three"), Is.EqualTo("three"));
    }

    [Test]
    public async Task While_it_refuses_nobody_is_answered()
    {
        using var before = await LineAsync();
        await before.AskAsync("one");

        _wire.Set(WireMode.Refuse);

        Assert.That(await before.AskAsync("two"), Is.Null);
        Assert.That(await AskAnewAsync("three"), Is.Null);
        Assert.That(_wire.Counts.Refused, Is.EqualTo(1));
        _wire.Set(WireMode.Through);
        using var after = await LineAsync();
        Assert.That(await after.AskAsync("four"), Is.EqualTo("four"));
    }

    [Test]
    public async Task What_comes_while_it_stalls_comes_later_and_is_whole()
    {
        using var line = await LineAsync();
        await line.AskAsync("one");
        _wire.Set(WireMode.Stall);

        var answer = line.AskAsync("two");
        await ReachesAsync(() => _wire.Counts.Held, 1);
        Assert.That(answer.IsCompleted, Is.False);
        Assert.That(_server.Heard, Is.EqualTo(new[] { "one" }));

        _wire.Set(WireMode.Through);
        Assert.That(await answer, Is.EqualTo("two"));
    }

    [TestCase("POST /orders/_bulk HTTP/1.1", true)]
    [TestCase("updates", true)]
    [TestCase("POST /orders/_search HTTP/1.1", false)]
    public async Task An_answer_that_is_held_back_shows_whether_documents_are_under_way(string asked, bool isWriting)
    {
        using var line = await LineAsync();
        await line.AskAsync("one");
        _wire.Set(WireMode.HoldReplies);

        var answer = line.AskAsync(asked);
        await ReachesAsync(() => _wire.Counts.Held, 1);
        Assert.That(_server.Heard, Is.EqualTo(new[] { "one", asked }));
        Assert.That((answer.IsCompleted, _wire.IsWriting), Is.EqualTo((false, isWriting)));

        _wire.Set(WireMode.Through);
        Assert.That(await answer, Is.EqualTo(asked));
        Assert.That(_wire.IsWriting, Is.False);
    }

    [Test]
    public async Task Slow_is_late_and_is_whole()
    {
        using var line = await LineAsync();
        _wire.Set(WireMode.Slow, TimeSpan.FromMilliseconds(100));
        var began = System.Diagnostics.Stopwatch.GetTimestamp();

        Assert.That(await line.AskAsync("one"), Is.EqualTo("one"));

        // Once there and once back. A timer may be early by its own grain.
        Assert.That(System.Diagnostics.Stopwatch.GetElapsedTime(began), Is.GreaterThan(TimeSpan.FromMilliseconds(180)));
        Assert.That(_wire.Counts.Slowed, Is.GreaterThanOrEqualTo(2));
    }

    [Test]
    public async Task Where_replies_are_lost_what_was_asked_is_done_and_the_connection_breaks()
    {
        using var line = await LineAsync();
        for (var i = 0; i < 8; i++)
        {
            await line.AskAsync($"greeting {i}");
        }

        _wire.Set(WireMode.LoseReplies);
        Assert.That(await line.AskAsync("COMMIT"), Is.Null);

        Assert.That(_server.Heard[^1], Is.EqualTo("COMMIT"));
        Assert.That((_wire.Counts.LostReplies, _wire.Counts.LostCommits), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task Where_replies_are_lost_it_is_not_each_of_them()
    {
        using var line = await LineAsync();
        for (var i = 0; i < 8; i++)
        {
            await line.AskAsync($"greeting {i}");
        }

        _wire.Set(WireMode.LoseReplies);
        List<string?> answers = [];
        while (answers.Count < 10 && (answers.Count == 0 || answers[^1] is not null))
        {
            answers.Add(await line.AskAsync("ask"));
        }

        Assert.That(answers, Is.EqualTo(new[] { "ask", "ask", null }));
        Assert.That(_server.Heard.Count(heard => heard == "ask"), Is.EqualTo(3));
    }

    [Test]
    public async Task A_server_that_is_away_ends_the_connection()
    {
        _server.Dispose();

        Assert.That(await AskAnewAsync("one"), Is.Null);
    }

    private static async Task ReachesAsync(Func<long> count, long wanted)
    {
        for (var limit = DateTime.UtcNow + s_patience; count() < wanted; await Task.Delay(10))
        {
            Assert.That(DateTime.UtcNow, Is.LessThan(limit));
        }
    }

    /// <summary>Asks on a connection of its own. Null when that ended instead, be it as soon as it was there.</summary>
    private async Task<string?> AskAnewAsync(string text)
    {
        try
        {
            using var line = await LineAsync();
            return await line.AskAsync(text);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return null;
        }
    }

    private async Task<Line> LineAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _wire.Port);
        return new Line(client);
    }

    private sealed class Line(TcpClient client) : IDisposable
    {
        private readonly StreamReader _answers = new(client.GetStream(), Encoding.ASCII);

        /// <summary>Null when the connection ended instead.</summary>
        public async Task<string?> AskAsync(string text)
        {
            try
            {
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text + "\n"));
                return await _answers.ReadLineAsync().WaitAsync(s_patience);
            }
            catch (IOException)
            {
                return null;
            }
        }

        public void Dispose()
        {
            _answers.Dispose();
            client.Dispose();
        }
    }
}
