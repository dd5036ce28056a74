using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Suite.Platform.Hosting;

namespace Suite.Platform.Security;

/// <summary>
/// Where <c>SUITE_TLS_CLIENT_CA</c> is set, a service's token is good only on a connection whose client certificate names the same
/// service: a token that was seen is of no use to anybody else.
/// </summary>
internal sealed class PeerCertificates(TlsSettings tls)
{
    private readonly ConditionalWeakTable<X509Certificate2, string[]> _names = [];

    /// <summary>Whether the connection is that of the service called <paramref name="name"/> (<c>services/order</c>).</summary>
    public bool Vouch(ConnectionInfo connection, string name)
    {
        if (!tls.RequiresPeers)
        {
            return true;
        }

        // Whose signature it bears was checked when the connection was made.
        return connection.ClientCertificate is { } certificate
            && _names.GetValue(certificate, NamesOf).Contains(name["services/".Length..], StringComparer.Ordinal);
    }

    private static string[] NamesOf(X509Certificate2 certificate) =>
    [
        certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false),
        .. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames()),
    ];
}
