using System.Net;
using System.Net.Sockets;

namespace Suite.Local.Ports;

/// <summary>
/// Ports that nobody listens on. They are taken from below the range from which the kernel serves outgoing connections, so
/// that none of those can sit on one between the choice and its use, and no port is handed out twice by one process.
/// </summary>
public static class FreePorts
{
    private const int First = 20_000;
    private const int Count = 10_000;

    private static readonly HashSet<int> s_given = [];

    /// <summary>A free port of the loopback address.</summary>
    public static int Next()
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
#pragma warning disable CA5394 // A port is no secret.
            var port = First + Random.Shared.Next(Count);
#pragma warning restore CA5394
            lock (s_given)
            {
                if (!s_given.Add(port))
                {
                    continue;
                }
            }

            if (IsFree(port))
            {
                return port;
            }
        }

        throw new SuiteLocalException($"No free port between {First} and {First + Count - 1}.");
    }

    /// <summary>Starts a server on a port, and on another one when a free port that was chosen for it was taken before it listened.</summary>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="log">Gets what is done.</param>
    /// <param name="start">Starts it.</param>
    internal static async Task<T> StartAsync<T>(int port, Action<string> log, Func<int, Task<T>> start)
    {
        for (var attempt = 1; ; attempt++)
        {
            var chosen = port == 0 ? Next() : port;
            try
            {
                return await start(chosen);
            }
            catch (SuiteLocalException) when (port == 0 && attempt < 3 && !IsFree(chosen))
            {
                log($"port {chosen} was taken in the meantime; trying another");
            }
        }
    }

    /// <summary>Whether a listener on every address of this machine could take the port now.</summary>
    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Any, port));
            listener.Listen(1);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
