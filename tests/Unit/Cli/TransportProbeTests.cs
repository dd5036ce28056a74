using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;
using Suite.Cli.Errors;

namespace Suite.Tests.Unit.Cli;

public class TransportProbeTests
{
    [Test]
    public async Task Plaintext_that_meets_tls_gets_a_hint()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        using var server = new Server(async stream =>
        {
            await using var tls = new SslStream(stream);
            await tls.AuthenticateAsServerAsync(certificate);
        });

        Assert.That(
            await TransportProbe.HintAsync(new Uri($"http://127.0.0.1:{server.Port}"), CancellationToken.None),
            Is.EqualTo($"the server at 127.0.0.1:{server.Port} speaks TLS; use https:// in its address."));
        Assert.That(await TransportProbe.HintAsync(new Uri($"https://127.0.0.1:{server.Port}"), CancellationToken.None), Is.Null);
    }

    [Test]
    public async Task Tls_that_meets_plaintext_gets_a_hint()
    {
        using var server = new Server(async stream =>
        {
            await stream.ReadExactlyAsync(new byte[24]);
            await stream.WriteAsync(new byte[] { 0, 0, 0, 4, 0, 0, 0, 0, 0 });
        });

        Assert.That(
            await TransportProbe.HintAsync(new Uri($"https://127.0.0.1:{server.Port}"), CancellationToken.None),
            Is.EqualTo($"the server at 127.0.0.1:{server.Port} speaks plaintext; use http:// in its address."));
    }

    [Test]
    public async Task Where_nobody_listens_there_is_no_hint()
    {
        using var server = new Server(_ => Task.CompletedTask);
        var port = server.Port;
        server.Dispose();

        Assert.That(await TransportProbe.HintAsync(new Uri($"http://127.0.0.1:{port}"), CancellationToken.None), Is.Null);
    }

    private sealed class Server : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public Server(Func<NetworkStream, Task> answer)
        {
            _listener.Start();
            _ = AcceptAsync(answer);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync(Func<NetworkStream, Task> answer)
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    try
                    {
                        await answer(client.GetStream());
                    }
                    catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
                    {
                        // The probe hangs up in the middle.
                    }
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Disposed.
            }
        }
    }
}
