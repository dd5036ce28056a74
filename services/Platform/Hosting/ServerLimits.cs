using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;

namespace Suite.Platform.Hosting;

/// <summary>What one caller, connection or message may take of a service. Each is set on purpose; docs/limits.md says why.</summary>
public static class ServerLimits
{
    /// <summary>The most bytes one request may have, after decompression too.</summary>
    public const int MaxRequestBytes = 4 * 1024 * 1024;

    /// <summary>The most bytes the metadata (headers) of one call may have: names, values and 32 a field, as HTTP/2 counts.</summary>
    public const int MaxMetadataBytes = 16 * 1024;

    /// <summary>The most calls one connection may have open; a client with more opens another connection.</summary>
    internal const int MaxStreamsPerConnection = 256;

    /// <summary>What is read of metadata at all, so that up to here the answer is a status; beyond it the connection is closed.</summary>
    private const int ReadMetadataBytes = 128 * 1024;

    internal static void Apply(KestrelServerLimits limits, IConfiguration configuration)
    {
        limits.MaxConcurrentConnections = ConnectionLimit.Number(configuration, "SUITE_MAX_CONNECTIONS", 10_000);
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.MaxRequestHeadersTotalSize = ReadMetadataBytes;
        limits.MaxRequestHeaderCount = 200;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);
        // gRPC has a limit for each message (streams of them have no end); SizeLimitMiddleware sets one for HTTP/1.
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        limits.Http2.MaxStreamsPerConnection = MaxStreamsPerConnection;
        limits.Http2.MaxRequestHeaderFieldSize = ReadMetadataBytes;
        limits.Http2.HeaderTableSize = 4096;
        limits.Http2.MaxFrameSize = 16 * 1024;
        limits.Http2.InitialConnectionWindowSize = 1024 * 1024;
        limits.Http2.InitialStreamWindowSize = 768 * 1024;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(60);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
    }
}
