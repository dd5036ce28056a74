using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;

namespace Suite.Platform.Hosting;

/// <summary>
/// TLS on the gRPC port where <c>SUITE_TLS_CERTIFICATE</c> and <c>SUITE_TLS_KEY</c> name PEM files. This certificate is also shown to the
/// services this one calls. With <c>SUITE_TLS_CLIENT_CA</c> services have to show one that this authority signed.
/// </summary>
internal sealed class TlsSettings
{
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";
    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";

    private readonly X509Certificate2? _certificate;
    private readonly X509Certificate2Collection? _authority;

    private TlsSettings(X509Certificate2? certificate, X509Certificate2Collection? authority)
    {
        _certificate = certificate;
        _authority = authority;
    }

    /// <summary>Whether the gRPC port speaks TLS.</summary>
    public bool IsOn => _certificate is not null;

    /// <summary>Whether services have to show a certificate.</summary>
    public bool RequiresPeers => _authority is not null;

    /// <exception cref="InvalidOperationException">A file is missing or is none; the message names the setting.</exception>
    public static TlsSettings From(IConfiguration configuration)
    {
        var certificate = configuration["SUITE_TLS_CERTIFICATE"] is { Length: > 0 } file ? file : null;
        var key = configuration["SUITE_TLS_KEY"] is { Length: > 0 } keyFile ? keyFile : null;
        var authority = configuration["SUITE_TLS_CLIENT_CA"] is { Length: > 0 } authorityFile ? authorityFile : null;
        if (certificate is null != key is null)
        {
            throw new InvalidOperationException("SUITE_TLS_CERTIFICATE and SUITE_TLS_KEY belong together: set both or neither.");
        }

        if (authority is not null && certificate is null)
        {
            throw new InvalidOperationException(
                "SUITE_TLS_CLIENT_CA asks services for certificates, which needs TLS: set SUITE_TLS_CERTIFICATE and SUITE_TLS_KEY too.");
        }

        return new TlsSettings(
            certificate is null ? null : Load(
                $"SUITE_TLS_CERTIFICATE ({certificate}) and SUITE_TLS_KEY ({key})", () => X509Certificate2.CreateFromPemFile(certificate, key)),
            authority is null ? null : Load($"SUITE_TLS_CLIENT_CA ({authority})", () =>
            {
                var certificates = new X509Certificate2Collection();
                certificates.ImportFromPemFile(authority);
                return certificates.Count > 0 ? certificates : throw new CryptographicException("It holds no certificate.");
            }));
    }

    /// <summary>Turns TLS on for a port, when it is configured.</summary>
    public void Use(ListenOptions endpoint)
    {
        if (_certificate is null)
        {
            return;
        }

        endpoint.UseHttps(https =>
        {
            https.ServerCertificate = _certificate;
            if (_authority is not null)
            {
                // Users and backends have none; whoever shows one must show a good one.
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.ClientCertificateValidation = (certificate, chain, _) => IsSigned(certificate, chain, ClientUsage);
            }
        });
    }

    /// <summary>How this service shows itself to those it calls, and whom it believes: the system's authorities and the services' own.</summary>
    public SslClientAuthenticationOptions? ForCalls() => _certificate is null ? null : new SslClientAuthenticationOptions
    {
        ClientCertificateContext = SslStreamCertificateContext.Create(_certificate, additionalCertificates: null),
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) => errors == SslPolicyErrors.None
            || (errors == SslPolicyErrors.RemoteCertificateChainErrors
                && certificate is X509Certificate2 shown
                && IsSigned(shown, chain, ServerUsage)),
    };

    private bool IsSigned(X509Certificate2 certificate, X509Chain? shown, string usage)
    {
        if (_authority is null)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(usage));
        foreach (var element in shown?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return chain.Build(certificate);
    }

    private static T Load<T>(string what, Func<T> load)
    {
        try
        {
            return load();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"{what} cannot be used: {e.Message}", e);
        }
    }
}
