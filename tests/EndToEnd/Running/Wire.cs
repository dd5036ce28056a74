using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Grpc.Core;

namespace Suite.Tests.EndToEnd.Running;

/// <summary>gRPC by hand: what no client library would send, and what a service without a library in between answers.</summary>
internal static class Wire
{
    private static readonly HttpClient s_http = new();

    /// <summary>A call with these bytes as its message.</summary>
    /// <param name="address">The service.</param>
    /// <param name="method">For example <c>suite.order.v1.OrderService/GetOrder</c>.</param>
    /// <param name="message">The message, in protobuf or not.</param>
    /// <param name="token">Whose call it is; null for nobody's.</param>
    /// <param name="timeout">The header <c>grpc-timeout</c>, for example <c>500m</c>; null for none.</param>
    public static async Task<(StatusCode Code, string Message, Google.Rpc.Status? Details, byte[] Body)> CallAsync(
        string address, string method, ReadOnlyMemory<byte> message, string? token = null, string? timeout = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{address}/{method}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Frame(message.Span)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (timeout is not null)
        {
            request.Headers.Add("grpc-timeout", timeout);
        }

        using var response = await s_http.SendAsync(request);
        var body = await response.Content.ReadAsByteArrayAsync();
        var trailers = response.TrailingHeaders.Contains("grpc-status") ? response.TrailingHeaders : response.Headers;
        return (
            (StatusCode)int.Parse(Header(trailers, "grpc-status")!, CultureInfo.InvariantCulture),
            Uri.UnescapeDataString(Header(trailers, "grpc-message") ?? string.Empty),
            Header(trailers, "grpc-status-details-bin") is { } details ? Google.Rpc.Status.Parser.ParseFrom(FromBase64(details)) : null,
            body.Length > 5 ? body[5..] : []);
    }

    /// <summary>A message of gRPC: not compressed, its length, its bytes.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> message)
    {
        var frame = new byte[5 + message.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame.AsSpan(5));
        return frame;
    }

    /// <summary>The bytes of a message in which one text was replaced by bytes of the same length.</summary>
    public static byte[] With(IMessage message, string text, byte[] bytes)
    {
        var whole = message.ToByteArray();
        var at = whole.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text));
        Assert.That(at, Is.GreaterThanOrEqualTo(0));
        Assert.That(bytes, Has.Length.EqualTo(text.Length));
        bytes.CopyTo(whole, at);
        return whole;
    }

    private static string? Header(HttpHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.First() : null;

    private static byte[] FromBase64(string text) => Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
}
