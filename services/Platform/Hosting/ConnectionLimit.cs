using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;

namespace Suite.Platform.Hosting;

/// <summary>
/// Keeps one address from taking every connection of a service: beyond <c>SUITE_MAX_CONNECTIONS_PER_ADDRESS</c> (1000; 0 for no
/// limit, for example behind a proxy that has one address for everybody) a new connection is closed at once, before a byte is read.
/// </summary>
internal sealed class ConnectionLimit(int most)
{
    private readonly ConcurrentDictionary<IPAddress, int> _open = new();

    public static ConnectionLimit From(IConfiguration configuration) =>
        new((int)(Number(configuration, "SUITE_MAX_CONNECTIONS_PER_ADDRESS", 1000) ?? 0));

    /// <summary>Counts the connections of an endpoint.</summary>
    public void Use(ListenOptions endpoint)
    {
        if (most > 0)
        {
            endpoint.Use(next => connection => RunAsync(connection, next));
        }
    }

    /// <summary>A whole number from the configuration; null for 0, which means no limit.</summary>
    internal static long? Number(IConfiguration configuration, string key, int otherwise)
    {
        if (configuration[key] is not { Length: > 0 } text)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number == 0 ? null : number
            : throw new InvalidOperationException($"{key} is '{text}', which is no whole number of 0 or more.");
    }

    private async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        if (_open.AddOrUpdate(address, 1, static (_, n) => n + 1) > most)
        {
            Closed(address);
            connection.Abort(new ConnectionAbortedException("This address has too many connections."));
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Closed(address);
        }
    }

    private void Closed(IPAddress address)
    {
        if (_open.AddOrUpdate(address, 0, static (_, n) => n - 1) == 0)
        {
            // Only while it is still zero: a connection may have come in between.
            _open.TryRemove(KeyValuePair.Create(address, 0));
        }
    }
}
