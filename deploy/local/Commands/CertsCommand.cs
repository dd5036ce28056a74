using Suite.Local.Certificates;

namespace Suite.Local.Commands;

/// <summary><c>certs</c>: certificates for TLS between services on this machine.</summary>
internal static class CertsCommand
{
    public static int Run()
    {
        var folder = Path.Combine(RunCommand.DataDirectory, "certs");
        DevelopmentCertificates.Write(folder);
        Console.WriteLine(
            $"""
            In {folder} are an authority and a certificate for each service, for a year. A service uses them with, for example:
              SUITE_TLS_CERTIFICATE={Path.Combine(folder, DevelopmentCertificates.CertificateOf("order"))}
              SUITE_TLS_KEY={Path.Combine(folder, DevelopmentCertificates.KeyOf("order"))}
              SUITE_TLS_CLIENT_CA={Path.Combine(folder, DevelopmentCertificates.AuthorityFile)}
              SUITE_USER_ADDRESS=https://localhost:9101
            """);
        return 0;
    }
}
