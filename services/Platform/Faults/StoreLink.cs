using System.Net;
using System.Net.Sockets;
using Suite.Contracts.Ops.V1;

namespace Suite.Platform.Faults;

/// <summary>
/// A way to a server over a port of loopback. What is sent on it meets the faults of its target: it is held back, or the connection is
/// cut. What comes back is passed on as it comes.
/// </summary>
internal sealed class StoreLink : IDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly FaultBoard _faults;
    private readonly Fault.Types.Target _target;
    private readonly EndPoint _server;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();

    public StoreLink(FaultBoard faults, Fault.Types.Target target, EndPoint server)
    {
        _faults = faults;
        _target = target;
        _server = server;
        _listener.Start();
        Here = (IPEndPoint)_listener.LocalEndpoint;
        _ = AcceptAsync();
    }

    /// <summary>Where to connect to.</summary>
    public IPEndPoint Here { get; }

    public void Dispose()
    {
        // Not disposed: connections that are being cut still look at it.
        _stopping.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptSocketAsync(_stopping.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The process stops.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        // Whichever side ends first ends both.
        using var near = client;
        using var far = _server.AddressFamily == AddressFamily.Unix
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            near.NoDelay = true;
            await far.ConnectAsync(_server, _stopping.Token);
            if (_server.AddressFamily != AddressFamily.Unix)
            {
                far.NoDelay = true;
            }

            await Task.WhenAny(PassAsync(near, far, meet: true), PassAsync(far, near, meet: false));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The server is away; the one who connects is told by the end of its connection.
        }
    }

    private async Task PassAsync(Socket from, Socket to, bool meet)
    {
        var buffer = new byte[BufferSize];
        try
        {
            while (await from.ReceiveAsync(buffer, _stopping.Token) is > 0 and var count)
            {
                if (meet)
                {
                    await _faults.MeetAsync(_target, _stopping.Token);
                }

                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _stopping.Token);
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Cut, by a fault or by one of the sides.
        }
    }
}
