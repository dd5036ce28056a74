using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Suite.Tests.Faults.Wires;

/// <summary>Answers each line with the same line, and remembers it.</summary>
internal sealed class EchoServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<string> _heard = [];

    public EchoServer()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    public int Port { get; }

    public IReadOnlyList<string> Heard
    {
        get
        {
            lock (_heard)
            {
                return [.. _heard];
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = AnswerAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It was told to stop.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
                while (await reader.ReadLineAsync() is { } line)
                {
                    lock (_heard)
                    {
                        _heard.Add(line);
                    }

                    await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(line + "\n"));
                }
            }
            catch (IOException)
            {
                // The other side broke it.
            }
        }
    }
}
