using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Suite.Contracts.Trust.V1;
using Suite.Local.Certificates;

namespace Suite.Tests.Component.Security;

/// <summary>Services that show each other certificates: a token alone does not make a service.</summary>
internal sealed class MutualTlsTests
{
    private const string GetTrust = "suite.trust.v1.TrustService/GetTrust";

    private readonly PlayedTrust _trust = new();
    private readonly List<HttpClient> _clients = [];
    private string _certificates = null!;
    private TestKeys _keys = null!;
    private SecuredHost _user = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _certificates = Servers.NewFolder();
        DevelopmentCertificates.Write(_certificates);
        _keys = new TestKeys();
        _user = await (await SecuredHost.StartAsync("user", _keys, _trust, app => app.MapGrpcService<PlayedTrustService>(), Settings("user"))).TrustedAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _clients.ForEach(client => client.Dispose());
        if (_user is not null)
        {
            await _user.DisposeAsync();
        }
    }

    [Test]
    public async Task Services_with_certificates_of_one_authority_believe_each_other()
    {
        await using var order = await SecuredHost.StartAsync("order", _keys, null, null, [.. Settings("order"), $"--SUITE_USER_ADDRESS={_user.Grpc}"]);

        await order.TrustedAsync();

        Assert.That(_user.Grpc.Scheme, Is.EqualTo("https"));
    }

    [Test]
    public async Task A_services_token_is_good_only_on_that_services_own_connection()
    {
        var token = _keys.Token("order", "user");

        Assert.That((await CallAsync(CertificateOf("order"), token)).Code, Is.EqualTo(StatusCode.OK));
        Assert.That((await CallAsync(CertificateOf("payment"), token)).Reason, Is.EqualTo("CREDENTIALS_INVALID"));
        Assert.That((await CallAsync(null, token)).Reason, Is.EqualTo("CREDENTIALS_INVALID"), "also when it was verified and is remembered");
    }

    [Test]
    public async Task Users_and_backends_need_no_certificate()
    {
        // They may not ask for the trust: whose credentials they are was found out.
        Assert.That((await CallAsync(null, _trust.Token($"users/{Guid.CreateVersion7()}"))).Reason, Is.EqualTo("SCOPE_MISSING"));
        Assert.That((await CallAsync(null, _trust.AddKey("users.read").Secret)).Reason, Is.EqualTo("SCOPE_MISSING"));
    }

    [Test]
    public void A_certificate_of_another_authority_is_no_connection()
    {
        var strange = Servers.NewFolder();
        DevelopmentCertificates.Write(strange);

        Assert.That(
            async () => await CallAsync(CertificateOf("order", strange), _keys.Token("order", "user")),
            Throws.InstanceOf<HttpRequestException>().Or.InstanceOf<IOException>());
    }

    [Test]
    public async Task The_port_without_tls_takes_no_services_token()
    {
        using var http = new HttpClient { BaseAddress = _user.Http };
        http.DefaultRequestHeaders.Add("Authorization", "Bearer " + _keys.Token("order", "user"));
        using var response = await http.GetAsync("v1/trust");

        Assert.That(response.StatusCode, Is.EqualTo(System.Net.HttpStatusCode.Unauthorized));
    }

    [Test]
    public void Half_of_the_settings_is_refused_and_the_message_names_them()
    {
        Assert.That(
            async () => await SecuredHost.StartAsync("user", _keys, _trust, null, Settings("user")[0]),
            Throws.InvalidOperationException.With.Message.Contains("SUITE_TLS_KEY"));
        Assert.That(
            async () => await SecuredHost.StartAsync("user", _keys, _trust, null, Settings("user")[2]),
            Throws.InvalidOperationException.With.Message.Contains("SUITE_TLS_CLIENT_CA"));
    }

    [Test]
    public void The_files_are_their_owners_alone()
    {
        Assert.That(Directory.GetFiles(_certificates).Select(Path.GetFileName), Is.EquivalentTo(
            new[] { "ca.crt", "ca.key", "user.crt", "user.key", "order.crt", "order.key", "payment.crt", "payment.key" }));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(
                Directory.GetFiles(_certificates).Select(File.GetUnixFileMode), Is.All.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }
    }

    private string[] Settings(string service) =>
    [
        $"--SUITE_TLS_CERTIFICATE={Path.Combine(_certificates, DevelopmentCertificates.CertificateOf(service))}",
        $"--SUITE_TLS_KEY={Path.Combine(_certificates, DevelopmentCertificates.KeyOf(service))}",
        $"--SUITE_TLS_CLIENT_CA={Path.Combine(_certificates, DevelopmentCertificates.AuthorityFile)}",
    ];

    private X509Certificate2 CertificateOf(string service, string? folder = null) => X509Certificate2.CreateFromPemFile(
        Path.Combine(folder ?? _certificates, DevelopmentCertificates.CertificateOf(service)),
        Path.Combine(folder ?? _certificates, DevelopmentCertificates.KeyOf(service)));

    private Task<Answer> CallAsync(X509Certificate2? certificate, string token)
    {
        var tls = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.Issuer == "CN=Suite development authority",
            ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, null),
        };
        var client = new HttpClient(new SocketsHttpHandler { SslOptions = tls });
        _clients.Add(client);
        _user.Client = client;
        return _user.CallAsync(GetTrust, token);
    }
}
