using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Suite.Platform.Hosting;
using Suite.Platform.Security;

namespace Suite.Tests.Component.Security;

/// <summary>A service as <see cref="SuiteHost"/> makes it, on free ports of loopback, in this process, without a store.</summary>
internal sealed class SecuredHost : IAsyncDisposable
{
    private static readonly HttpClient s_http = new();

    private readonly WebApplication _app;

    private SecuredHost(WebApplication app)
    {
        _app = app;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToArray();
        (Http, Grpc) = (new Uri(addresses[0]), new Uri(addresses[1]));
    }

    /// <summary>JSON and gRPC-Web.</summary>
    public Uri Http { get; }

    public Uri Grpc { get; }

    /// <summary>What calls are made with.</summary>
    public HttpClient Client { get; set; } = s_http;

    public IServiceProvider Services => _app.Services;

    public Reached Reached => Services.GetRequiredService<Reached>();

    /// <summary>Starts a service.</summary>
    /// <param name="service">Which one.</param>
    /// <param name="keys">The services' keys.</param>
    /// <param name="trust">Whom to believe; null to ask at <c>SUITE_USER_ADDRESS</c>.</param>
    /// <param name="map">What it serves; null for every method there is, each of which only notes that it was reached.</param>
    /// <param name="settings">More settings, as <c>--KEY=value</c>.</param>
    public static async Task<SecuredHost> StartAsync(
        string service, TestKeys keys, ITrustSource? trust, Action<WebApplication>? map = null, params string[] settings)
    {
        var builder = SuiteHost.CreateBuilder(
            ["--SUITE_BIND=127.0.0.1", "--SUITE_HTTP_PORT=0", "--SUITE_GRPC_PORT=0", .. keys.Settings(service), .. settings], service);
        builder.Logging.ClearProviders();
        if (trust is not null)
        {
            builder.Services.AddSingleton(trust);
        }

        if (map is null)
        {
            builder.Services.AddSingleton<Reached>();
            builder.Services.Configure<GrpcServiceOptions>(grpc =>
            {
                grpc.Interceptors.Add<Reached>();
                grpc.Interceptors.Insert(0, grpc.Interceptors[^1]);
                grpc.Interceptors.RemoveAt(grpc.Interceptors.Count - 1);
            });
        }

        var app = builder.Build();
        app.MapSuiteDefaults();
        (map ?? AnyService.MapAll)(app);
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new SecuredHost(app);
    }

    /// <summary>Waits until it is known whom to believe.</summary>
    public async Task<SecuredHost> TrustedAsync()
    {
        await Eventually.That(() => Task.FromResult(Services.GetRequiredService<TrustStore>().Current), Is.Not.Null);
        return this;
    }

    /// <summary>A call over gRPC, without a client library in between.</summary>
    /// <param name="method">For example <c>suite.order.v1.OrderService/GetOrder</c>.</param>
    /// <param name="credentials">What stands in <c>authorization</c>, as often as there are values.</param>
    /// <param name="body">The message; empty when null.</param>
    /// <param name="headers">More headers.</param>
    public async Task<Answer> CallAsync(string method, string[] credentials, byte[]? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Grpc, method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Frame(body ?? [])),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Headers.TryAddWithoutValidation("authorization", credentials);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Client.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();
        var from = response.TrailingHeaders.Contains("grpc-status") ? response.TrailingHeaders : response.Headers;
        return Answer.Of(from);
    }

    public Task<Answer> CallAsync(string method, string token) => CallAsync(method, ["Bearer " + token]);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static byte[] Frame(byte[] message)
    {
        var frame = new byte[5 + message.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }
}

/// <summary>How a call ended.</summary>
internal sealed record Answer(StatusCode Code, string Message, string Reason, string? Scope)
{
    public static Answer Of(HttpHeaders headers)
    {
        var details = Header(headers, "grpc-status-details-bin") is { } text
            ? Google.Rpc.Status.Parser.ParseFrom(Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '=')))
            : new Google.Rpc.Status();
        var info = details.Details.FirstOrDefault()?.Unpack<Google.Rpc.ErrorInfo>();
        return new Answer(
            (StatusCode)int.Parse(Header(headers, "grpc-status")!, CultureInfo.InvariantCulture),
            Uri.UnescapeDataString(Header(headers, "grpc-message") ?? string.Empty),
            info?.Reason ?? string.Empty,
            info?.Metadata.GetValueOrDefault("scope"));
    }

    private static string? Header(HttpHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.First() : null;
}
