using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Net.Client;

namespace Suite.Bench.Load;

/// <summary>A few connections of their own to one server, which callers share evenly. No retries, no interceptors: the bare client.</summary>
internal sealed class Connections : IDisposable
{
    private readonly GrpcChannel[] _channels;

    /// <param name="address">The server.</param>
    /// <param name="keyFile">The file with the API key that every call sends; null for calls without.</param>
    /// <param name="count">How many connections.</param>
    public Connections(string address, string? keyFile, int count = 4)
    {
        var bearer = keyFile is null ? null : new AuthenticationHeaderValue("Bearer", File.ReadAllText(keyFile).Trim());
        _channels =
        [
            .. Enumerable.Range(0, count).Select(_ => GrpcChannel.ForAddress(address, new GrpcChannelOptions
            {
                HttpHandler = new Bearer(bearer, new SocketsHttpHandler { UseProxy = false, EnableMultipleHttp2Connections = false }),
                DisposeHttpClient = true,
            })),
        ];
    }

    /// <summary>A client for each connection.</summary>
    public T[] Clients<T>(Func<ChannelBase, T> create) => [.. _channels.Select(create)];

    public void Dispose()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }
    }

    private sealed class Bearer(AuthenticationHeaderValue? bearer, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = bearer;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
