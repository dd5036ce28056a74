using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Suite.Cli.Errors;

/// <summary>
/// Finds out why a connection makes no sense: plaintext that meets TLS, or TLS that meets plaintext. The errors of the transport
/// do not say so and differ by platform; asking the address once does.
/// </summary>
internal static class TransportProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // The client's half of an HTTP/2 connection in plaintext: the preface and an empty SETTINGS frame.
    private static readonly byte[] Http2Preface =
        [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0];

    /// <summary>A hint for people, or null when scheme and server fit or nothing answers.</summary>
    public static async Task<string?> HintAsync(Uri address, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            if (address.Scheme == Uri.UriSchemeHttp && await SpeaksTlsAsync(address, patience.Token))
            {
                return $"the server at {address.Host}:{address.Port} speaks TLS; use https:// in its address.";
            }

            if (address.Scheme == Uri.UriSchemeHttps && await SpeaksPlaintextAsync(address, patience.Token))
            {
                return $"the server at {address.Host}:{address.Port} speaks plaintext; use http:// in its address.";
            }
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or AuthenticationException)
        {
            // No hint: whatever is wrong is in the error that is shown anyway.
        }

        return null;
    }

    private static async Task<bool> SpeaksTlsAsync(Uri address, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, cancellationToken);
        var answers = false;
        // Nothing is sent over this connection; whose certificate it is does not matter, only that there is one.
        await using var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = address.Host,
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                answers = certificate is not null;
                return false;
            },
        };
        try
        {
            await tls.AuthenticateAsClientAsync(options, cancellationToken);
        }
        catch (AuthenticationException)
        {
            // Refused by us, after the server has shown its certificate.
        }

        return answers;
    }

    private static async Task<bool> SpeaksPlaintextAsync(Uri address, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, cancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Http2Preface, cancellationToken);
        var header = new byte[9];
        await stream.ReadExactlyAsync(header, cancellationToken);
        const byte settings = 4;
        return header[3] == settings || header.AsSpan().StartsWith("HTTP/1."u8);
    }
}
