using System.Net;
using System.Net.Sockets;

namespace Suite.Faults.Wires;

/// <summary>One connection that is carried on to where the wire leads.</summary>
internal sealed class WireConnection : IDisposable
{
    /// <summary>How long what was asked for may go on behind the back of who asked.</summary>
    private static readonly TimeSpan s_swallow = TimeSpan.FromMilliseconds(400);

    private readonly Wire _wire;
    private readonly Socket _near;
    private readonly Socket _far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private int _replies;
    private int _isReset;
    private volatile bool _hasAsked;
    private volatile bool _isWriting;
    private volatile bool _asksToCommit;
    private volatile bool _swallows;

    public WireConnection(Wire wire, Socket near)
    {
        _wire = wire;
        _near = near;
        _near.NoDelay = true;
    }

    /// <summary>Whether documents have been sent, by a bulk of Elasticsearch or an update of MongoDB, that have no answer.</summary>
    public bool IsWriting => _isWriting;

    /// <summary>Carries until one side has ended, or the connection is reset.</summary>
    public async Task RunAsync()
    {
        try
        {
            await _far.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _wire.FarPort));
            await Task.WhenAny(CarryAsync(_near, _far, isRequest: true), CarryAsync(_far, _near, isRequest: false)).Unwrap();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Whoever is left is told in the same way.
            Reset(counts: false);
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Resets it towards both sides: what was on its way is gone.</summary>
    /// <param name="counts">Whether it is a hit of a fault.</param>
    public void Reset(bool counts)
    {
        if (Interlocked.Exchange(ref _isReset, 1) == 0)
        {
            if (counts)
            {
                _wire.Counts.Reset();
            }

            Abort(_near);
            Abort(_far);
        }
    }

    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
    }

    private static void Abort(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has ended by itself.
        }

        socket.Close();
    }

    private async Task CarryAsync(Socket from, Socket to, bool isRequest)
    {
        var buffer = new byte[32 * 1024];
        while (await from.ReceiveAsync(buffer) is var count and > 0)
        {
            var piece = buffer.AsMemory(0, count);
            await WaitAsync(count, isRequest);
            if (isRequest)
            {
                _asksToCommit = piece.Span.IndexOf("COMMIT"u8) >= 0;
                _hasAsked = true;
                _isWriting |= piece.Span.IndexOf("/_bulk"u8) >= 0 || piece.Span.IndexOf("updates"u8) >= 0;
            }
            else if (_swallows || MustBeLost())
            {
                continue;
            }

            while (piece.Length > 0)
            {
                piece = piece[await to.SendAsync(piece)..];
            }

            _wire.Counts.Carried(count);
        }

        // The other side may still have to say something; it is not waited for long.
        to.Shutdown(SocketShutdown.Send);
        await Task.Delay(s_swallow);
    }

    private async Task WaitAsync(int bytes, bool isRequest)
    {
        var setting = _wire.Setting;
        if (setting.Mode == WireMode.Slow)
        {
            _wire.Counts.Slow();
            // 256 KiB a second, on top of the latency.
            await Task.WhenAny(Task.Delay(setting.Latency + TimeSpan.FromSeconds(bytes / 262_144.0)), setting.Over.Task);
        }
        else if (setting.Mode == WireMode.Stall || (setting.Mode == WireMode.HoldReplies && !isRequest))
        {
            _wire.Counts.Hold();
            await setting.Over.Task;
        }
    }

    /// <summary>Whether this answer is the first one that is lost. From then on all are, for a moment, and then the connection.</summary>
    private bool MustBeLost()
    {
        var isAnswer = _hasAsked;
        _hasAsked = false;
        _isWriting = false;
        if (!isAnswer || ++_replies <= _wire.Greetings || _wire.Setting.Mode != WireMode.LoseReplies || !_wire.MayLose(_asksToCommit))
        {
            return false;
        }

        _swallows = true;
        _wire.Counts.LoseReply(_asksToCommit);
        _ = ResetLaterAsync();
        return true;
    }

    private async Task ResetLaterAsync()
    {
        await Task.Delay(s_swallow);
        Reset(counts: false);
    }
}
