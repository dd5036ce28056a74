using System.Net;
using System.Net.Sockets;

namespace Suite.Tests.EndToEnd.Running;

/// <summary>
/// A TCP forwarder between a service and a store. While it is stalled connections stay open and new ones are taken, and nothing
/// passes: that is how a machine looks that swaps, a disk that hangs, or a network that drops what it should carry.
/// </summary>
internal sealed class StallingWire : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly int _target;
    private readonly Task _accepting;
    private volatile TaskCompletionSource _open = Opened();

    private StallingWire(int target)
    {
        _target = target;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Where to connect, on 127.0.0.1.</summary>
    public int Port { get; }

    public static StallingWire To(int port) => new(port);

    /// <summary>From now on nothing passes, in either direction.</summary>
    public void Stall() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What was held passes, and everything after it.</summary>
    public void Resume() => _open.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        Resume();
        await _closing.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _closing.Dispose();
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = CarryAsync(await _listener.AcceptTcpClientAsync(_closing.Token), _closing.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task CarryAsync(TcpClient caller, CancellationToken closing)
    {
        using (caller)
        {
            using var store = new TcpClient();
            try
            {
                caller.NoDelay = store.NoDelay = true;
                await _open.Task;
                await store.ConnectAsync(IPAddress.Loopback, _target, closing);
                // Whichever end closes first closes the other.
                await Task.WhenAny(
                    CopyAsync(caller.GetStream(), store.GetStream(), closing), CopyAsync(store.GetStream(), caller.GetStream(), closing));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, CancellationToken closing)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            for (int read; (read = await from.ReadAsync(buffer, closing)) > 0;)
            {
                await _open.Task;
                await to.WriteAsync(buffer.AsMemory(0, read), closing);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }
}
