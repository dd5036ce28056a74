using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Suite.Local.Services;

namespace Suite.Local.Certificates;

/// <summary>
/// Certificates with which services on one machine can show each other who they are: an authority of this checkout, and one certificate a
/// service for both ends of a connection. For development; the authority's key lies beside them.
/// </summary>
internal static class DevelopmentCertificates
{
    /// <summary>The authority's certificate, as PEM: what <c>SUITE_TLS_CLIENT_CA</c> names.</summary>
    public const string AuthorityFile = "ca.crt";

    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    private static readonly TimeSpan s_life = TimeSpan.FromDays(365);

    /// <summary>The certificate of a service: what <c>SUITE_TLS_CERTIFICATE</c> names.</summary>
    public static string CertificateOf(string service) => service + ".crt";

    /// <summary>The private key of a service: what <c>SUITE_TLS_KEY</c> names.</summary>
    public static string KeyOf(string service) => service + ".key";

    /// <summary>Makes them anew in a folder that only its owner may enter. What was there is replaced, and no longer trusted.</summary>
    public static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        // A minute ago: the clocks of containers on one machine are a little apart.
        var from = DateTimeOffset.UtcNow.AddMinutes(-1);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = Authority(authorityKey).CreateSelfSigned(from, from + s_life);
        WriteFile(Path.Combine(folder, AuthorityFile), authority.ExportCertificatePem());
        WriteFile(Path.Combine(folder, "ca.key"), authorityKey.ExportPkcs8PrivateKeyPem());
        foreach (var service in ServiceProcess.Names)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var certificate = Service(service, key).Create(authority, from, authority.NotAfter, RandomNumberGenerator.GetBytes(16));
            WriteFile(Path.Combine(folder, CertificateOf(service)), certificate.ExportCertificatePem());
            WriteFile(Path.Combine(folder, KeyOf(service)), key.ExportPkcs8PrivateKeyPem());
        }
    }

    private static CertificateRequest Authority(ECDsa key)
    {
        var request = new CertificateRequest("CN=Suite development authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }

    private static CertificateRequest Service(string service, ECDsa key)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(service);
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        var request = new CertificateRequest($"CN={service}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerUsage), new Oid(ClientUsage)], false));
        request.CertificateExtensions.Add(names.Build());
        return request;
    }

    private static void WriteFile(string path, string text)
    {
        // Made anew, so that it is nobody else's from its first byte on.
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(path, options);
        writer.WriteLine(text);
    }
}
