using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Suite.Local.Ports;

namespace Suite.Faults.Wires;

/// <summary>
/// A port on loopback that leads to another one, and can do to what passes what networks do: cut, refuse, slow down, stall, lose answers.
/// It knows nothing of what it carries, but for the word COMMIT, whose answer is the one that is worst to lose, and for the words with which documents
/// are written.
/// </summary>
internal sealed class Wire : IAsyncDisposable
{
    /// <summary>Between two connections that lose answers, so that something gets through.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    private readonly TcpListener _listener;
    private readonly Task _accepting;
    private readonly ConcurrentDictionary<WireConnection, bool> _connections = new();
    private readonly Lock _losing = new();
    private volatile WireSetting _setting = WireSetting.Through;
    private long _lost;
    private int _spared;

    /// <param name="name">For example <c>order-1/postgres</c>.</param>
    /// <param name="farPort">Where it leads, on loopback; 0 when that is told later.</param>
    /// <param name="greetings">Answers until a connection has said who it is: one that dies before it asked for anything shows nothing.</param>
    public Wire(string name, int farPort = 0, int greetings = 6)
    {
        Greetings = greetings;
        Name = name;
        FarPort = farPort;
        Port = FreePorts.Next();
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Name { get; }

    /// <summary>Where it begins, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Where it leads.</summary>
    public int FarPort { get; set; }

    /// <summary>How many answers of each connection are never lost.</summary>
    public int Greetings { get; }

    /// <summary>What it has done so far.</summary>
    public WireCounts Counts { get; } = new();

    /// <summary>What it does at present.</summary>
    public WireSetting Setting => _setting;

    /// <summary>Whether documents are under way: their first bytes have come, and no answer has gone back.</summary>
    public bool IsWriting => _connections.Keys.Any(connection => connection.IsWriting);

    /// <summary>Has it do something else from now on.</summary>
    /// <param name="mode">What.</param>
    /// <param name="latency">How late everything comes, each way, when it is slow.</param>
    public void Set(WireMode mode, TimeSpan latency = default)
    {
        var before = _setting;
        _setting = new WireSetting(mode, latency);
        before.Over.TrySetResult();
        if (mode == WireMode.Refuse)
        {
            Cut();
        }
    }

    /// <summary>Resets every connection.</summary>
    public void Cut()
    {
        foreach (var connection in _connections.Keys)
        {
            connection.Reset(counts: true);
        }
    }

    /// <summary>
    /// Whether an answer may be lost now. That of a COMMIT always; of others every third, with a pause in between: what gets nothing done
    /// loses nothing either.
    /// </summary>
    public bool MayLose(bool isOfCommit)
    {
        lock (_losing)
        {
            if (_lost != 0 && Stopwatch.GetElapsedTime(_lost) < s_pause)
            {
                return false;
            }

            if (!isOfCommit && ++_spared < 3)
            {
                return false;
            }

            _spared = 0;
            _lost = Stopwatch.GetTimestamp();
            return true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        _setting.Over.TrySetResult();
        foreach (var connection in _connections.Keys)
        {
            connection.Reset(counts: false);
        }

        await _accepting;
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket near;
            try
            {
                near = await _listener.AcceptSocketAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }

            var connection = new WireConnection(this, near);
            if (_setting.Mode == WireMode.Refuse)
            {
                Counts.Refuse();
                connection.Reset(counts: false);
                continue;
            }

            Counts.Connected();
            _connections[connection] = true;
            _ = RunAsync(connection);
        }
    }

    private async Task RunAsync(WireConnection connection)
    {
        await connection.RunAsync();
        _connections.TryRemove(connection, out _);
    }
}
