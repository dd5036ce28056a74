using Grpc.Core;
using Grpc.Net.Client;

namespace Suite.Bench.Load;

/// <summary>A few connections of their own to one server, which callers share evenly. No retries, no interceptors: the bare client.</summary>
internal sealed class Connections : IDisposable
{
    private readonly GrpcChannel[] _channels;

    public Connections(string address, int count = 4) => _channels =
    [
        .. Enumerable.Range(0, count).Select(_ => GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { UseProxy = false, EnableMultipleHttp2Connections = false },
            DisposeHttpClient = true,
        })),
    ];

    /// <summary>A client for each connection.</summary>
    public T[] Clients<T>(Func<ChannelBase, T> create) => [.. _channels.Select(create)];

    public void Dispose()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }
    }
}
