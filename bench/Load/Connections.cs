using System.Diagnostics;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Net.Client;

namespace Suite.Bench.Load;

/// <summary>A few connections of their own to one server, which callers share evenly. No retries, no interceptors: the bare client.</summary>
internal sealed class Connections : IDisposable
{
    private readonly GrpcChannel[] _channels;
    private readonly Bearer[] _handlers;

    /// <param name="address">The server.</param>
    /// <param name="keyFile">The file with the API key that every call sends; null for calls without.</param>
    /// <param name="count">How many connections.</param>
    public Connections(string address, string? keyFile, int count = 4)
    {
        var bearer = keyFile is null ? null : new AuthenticationHeaderValue("Bearer", File.ReadAllText(keyFile).Trim());
        _handlers =
        [
            .. Enumerable.Range(0, count).Select(_ => new Bearer(bearer, new SocketsHttpHandler
            {
                UseProxy = false,
                EnableMultipleHttp2Connections = false,
                // No trace but the one that is asked for.
                ActivityHeadersPropagator = null,
            })),
        ];
        _channels = [.. _handlers.Select(handler => GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true }))];
    }

    /// <summary>Whether every call asks for a trace of its own, or for none; null says nothing of traces.</summary>
    public bool? IsSampled
    {
        init
        {
            foreach (var handler in _handlers)
            {
                handler.IsSampled = value;
            }
        }
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
        public bool? IsSampled { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = bearer;
            if (IsSampled is { } isSampled)
            {
                request.Headers.TryAddWithoutValidation(
                    "traceparent", $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-0{(isSampled ? 1 : 0)}");
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}
