using Grpc.Net.Client;

namespace Suite.Client;

/// <summary>Makes the channel of a service: defaults that survive real networks first, the user's changes over them.</summary>
internal static class ServiceChannel
{
    public static GrpcChannel Create(SuiteService service, IReadOnlyList<Uri> addresses, SuiteClientOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            // A peer that vanished without a word is noticed within the sum of these two, also by a silent watch.
            KeepAlivePingDelay = TimeSpan.FromSeconds(20),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            // A connection carries some hundred calls at once; more of them open more connections.
            EnableMultipleHttp2Connections = true,
            // A name is looked up again with every new connection, so a moved service is found within this time.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            ConnectTimeout = TimeSpan.FromSeconds(5),
        };
        options.ConfigureHandler?.Invoke(service, handler);

        var channel = new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            LoggerFactory = options.LoggerFactory,
            // Attempts follow the client's own delays; the channel must not sit out its default of up to two minutes.
            InitialReconnectBackoff = TimeSpan.FromMilliseconds(50),
            MaxReconnectBackoff = TimeSpan.FromSeconds(1),
        };
        var target = addresses is [var only] ? only : ReplicaResolver.Use(channel, service, addresses);
        options.ConfigureChannel?.Invoke(service, channel);
        if (channel.HttpClient is not null && ReferenceEquals(channel.HttpHandler, handler))
        {
            channel.HttpHandler = null;
        }

        if (!ReferenceEquals(channel.HttpHandler, handler) && !IsInside(channel.HttpHandler, handler))
        {
            handler.Dispose();
        }

        return GrpcChannel.ForAddress(target, channel);
    }

    private static bool IsInside(HttpMessageHandler? outer, HttpMessageHandler inner)
    {
        while (outer is DelegatingHandler { InnerHandler: { } next })
        {
            if (ReferenceEquals(next, inner))
            {
                return true;
            }

            outer = next;
        }

        return false;
    }
}
