using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using StackExchange.Redis;
using Suite.Contracts.Ops.V1;

namespace Suite.Platform.Faults;

/// <summary>
/// Leads the connections to stores through this process, where faults can be met: statements are sent from many places, and their
/// bytes from one.
/// </summary>
internal sealed class StoreLinks(FaultBoard faults) : IDisposable
{
    private readonly ConcurrentBag<StoreLink> _links = [];

    /// <summary>The settings of a connection that leads through here.</summary>
    /// <exception cref="InvalidOperationException">They name several servers, of which one would have to be chosen here.</exception>
    public string Postgres(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var host = settings.Host ?? string.Empty;
        if (host.Contains(',', StringComparison.Ordinal))
        {
            throw new InvalidOperationException("SUITE_FAULTS is on, which goes with one PostgreSQL server; SUITE_POSTGRES names several.");
        }

        // A host that is a path is the folder of a socket.
        EndPoint server = host.StartsWith('/')
            ? new UnixDomainSocketEndPoint(FormattableString.Invariant($"{host}/.s.PGSQL.{settings.Port}"))
            : new DnsEndPoint(host, settings.Port);
        var here = Lead(Fault.Types.Target.Postgres, server);
        (settings.Host, settings.Port) = (here.Address.ToString(), here.Port);
        return settings.ConnectionString;
    }

    /// <summary>Leads the connections to the servers named through here. What a cluster tells of further nodes goes past it.</summary>
    public void Redis(ConfigurationOptions options)
    {
        for (var i = 0; i < options.EndPoints.Count; i++)
        {
            if (options.Ssl && options.EndPoints[i] is DnsEndPoint named)
            {
                options.SslHost ??= named.Host;
            }

            options.EndPoints[i] = Lead(Fault.Types.Target.Redis, options.EndPoints[i]);
        }
    }

    public void Dispose()
    {
        foreach (var link in _links)
        {
            link.Dispose();
        }
    }

    private IPEndPoint Lead(Fault.Types.Target target, EndPoint server)
    {
        var link = new StoreLink(faults, target, server);
        _links.Add(link);
        return link.Here;
    }
}
