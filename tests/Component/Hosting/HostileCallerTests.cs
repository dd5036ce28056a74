using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Net.Client;
using Suite.Contracts.Orders.V1;

namespace Suite.Tests.Component.Hosting;

/// <summary>Callers that mean no good, or have lost their way: each is refused, and everybody else is served meanwhile.</summary>
internal sealed class HostileCallerTests
{
    private const string GetProduct = "/suite.order.v1.ProductService/GetProduct";

    private PlatformHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() =>
        _host = await PlatformHost.StartAsync("SUITE_MAX_CONNECTIONS_PER_ADDRESS=40", "SUITE_MAX_CALLS_PER_CALLER=100");

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [TestCase(32)]
    [TestCase(64)]
    public async Task Metadata_over_the_limit_is_refused_with_a_status_and_the_connection_stays(int kib)
    {
        var (channel, products) = _host.Connect();
        using var open = channel;
        var large = new Metadata { { "x-large", new string('a', kib * 1024) } };

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await products.GetProductAsync(new() { Name = "products/tea" }, large));
        var answer = await products.GetProductAsync(new() { Name = "products/tea" }, new Metadata { { "x-large", new string('a', 12 * 1024) } });

        Assert.That(refused!.StatusCode, Is.EqualTo(StatusCode.ResourceExhausted));
        Assert.That(refused.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Reason, Is.EqualTo("MESSAGE_TOO_LARGE"));
        Assert.That(answer.Name, Is.EqualTo("products/tea"));
    }

    [Test]
    public async Task Metadata_past_what_is_read_at_all_ends_that_connection_and_no_other()
    {
        var (clean, probe) = _host.Connect();
        using var open = clean;
        await probe.GetProductAsync(new() { Name = "products/tea" });
        var (channel, products) = _host.Connect();
        using var other = channel;
        var huge = new Metadata { { "x-large", new string('a', 1024 * 1024) } };

        await Assert.ThrowsAsync<RpcException>(async () => await products.GetProductAsync(new() { Name = "products/tea" }, huge));
        Assert.That((await probe.GetProductAsync(new() { Name = "products/tea" })).Name, Is.EqualTo("products/tea"));
    }

    [Test]
    public async Task A_gzip_bomb_is_refused_and_not_blown_up_in_memory()
    {
        var bomb = Compressed(new byte[1024 * 1024], times: 512);
        Assert.That(bomb, Has.Length.LessThan(1024 * 1024), "it would be refused for its size otherwise");
        var before = GC.GetTotalAllocatedBytes();

        var (code, reason) = await PostAsync(GetProduct, bomb, compressed: true, encoding: "gzip");

        Assert.That((code, reason), Is.EqualTo((StatusCode.ResourceExhausted, "MESSAGE_TOO_LARGE")));
        Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(128L * 1024 * 1024), "of the 512 MiB it holds");
    }

    [Test]
    public async Task A_message_that_is_no_gzip_although_it_says_so_is_refused()
    {
        var (code, reason) = await PostAsync(GetProduct, "no gzip at all"u8.ToArray(), compressed: true, encoding: "gzip");
        Assert.That((code, reason), Is.EqualTo((StatusCode.InvalidArgument, "INVALID_REQUEST")));
    }

    [Test]
    public async Task A_compression_nobody_knows_is_unimplemented()
    {
        var (code, _) = await PostAsync(GetProduct, "anything"u8.ToArray(), compressed: true, encoding: "snappy");
        Assert.That(code, Is.EqualTo(StatusCode.Unimplemented));
    }

    [Test]
    public async Task A_method_nobody_has_is_unimplemented()
    {
        var (code, _) = await PostAsync("/suite.order.v1.ProductService/StealProduct", [], compressed: false);
        Assert.That(code, Is.EqualTo(StatusCode.Unimplemented));
    }

    [Test]
    public async Task A_body_over_the_limit_is_refused_over_HTTP_1_too()
    {
        using var http = new HttpClient();
        using var body = new StringContent($"{{\"productId\": \"{new string('a', 5 * 1024 * 1024)}\"}}", new MediaTypeHeaderValue("application/json"));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_host.Http, "/v1/products")) { Content = body };
        // So that the answer is heard before the body is sent; the server closes the connection on whoever sends on.
        request.Headers.ExpectContinue = true;
        using var response = await http.SendAsync(request);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("\"reason\": \"MESSAGE_TOO_LARGE\""));
    }

    [TestCase(1)]
    [TestCase(4)]
    public async Task Everybody_else_is_served_while_connections_open_and_reset_requests_as_fast_as_they_can(int connections)
    {
        var (clean, probe) = _host.Connect();
        using var open = clean;
        using var attack = new CancellationTokenSource();
        var cut = 0;
        var attackers = Enumerable.Range(0, connections).Select(_ => Task.Run(() => ResetAsync(() => Interlocked.Increment(ref cut), attack.Token))).ToArray();

        List<StatusCode> probes = [];
        while (probes.Count < 20 || Volatile.Read(ref cut) == 0)
        {
            probes.Add(await StatusOfAsync(probe.GetProductAsync(new() { Name = "products/tea" }, deadline: DateTime.UtcNow.AddSeconds(20))));
        }

        await attack.CancelAsync();
        await Task.WhenAll(attackers);
        Assert.That(probes, Is.All.EqualTo(StatusCode.OK));
    }

    [TestCase(1)]
    [TestCase(5)]
    public async Task One_callers_flood_is_refused_beyond_its_share_from_however_many_connections_and_others_are_served(int connections)
    {
        var hold = _host.Hold();
        var (_, secret) = _host.Trust.AddKey("products.write");
        var key = new Metadata { { "authorization", $"Bearer {secret}" } };
        var (clean, probe) = _host.Connect();
        var flood = Enumerable.Range(0, connections).Select(_ => _host.Connect()).ToArray();
        try
        {
            var request = new CreateProductRequest
            {
                RequestId = Guid.NewGuid().ToString(),
                ProductId = "tea",
                Product = new Product { DisplayName = "Tea", Price = new Google.Type.Money { CurrencyCode = "EUR", Units = 4 } },
            };
            var calls = Enumerable.Range(0, 150).Select(i => RefusalOfAsync(flood[i % connections].Products.CreateProductAsync(request, key))).ToArray();
            await Eventually.That(() => Task.FromResult(calls.Count(c => c.IsCompleted)), Is.EqualTo(50));
            for (var i = 0; i < 20; i++)
            {
                Assert.That((await probe.GetProductAsync(new() { Name = "products/tea" })).Name, Is.EqualTo("products/tea"));
            }

            var refused = calls.Where(c => c.IsCompleted).Select(c => c.Result!).ToArray();
            Assert.That(refused.Select(r => r.StatusCode), Is.All.EqualTo(StatusCode.ResourceExhausted));
            var status = refused[0].GetRpcStatus()!;
            Assert.That(status.GetDetail<Google.Rpc.ErrorInfo>()!.Reason, Is.EqualTo("RATE_LIMITED"));
            Assert.That(status.GetDetail<Google.Rpc.RetryInfo>()!.RetryDelay.ToTimeSpan(), Is.GreaterThan(TimeSpan.Zero));
            hold.SetResult();
            Assert.That((await Task.WhenAll(calls)).Count(c => c is null), Is.EqualTo(100));
        }
        finally
        {
            hold.TrySetResult();
            clean.Dispose();
            Array.ForEach(flood, f => f.Channel.Dispose());
        }
    }

    [Test]
    public async Task A_flood_of_connections_from_one_address_is_cut_and_who_was_there_stays_served()
    {
        var (clean, probe) = _host.Connect();
        using var open = clean;
        await probe.GetProductAsync(new() { Name = "products/tea" });
        List<RawHttp2> flood = [];
        try
        {
            var closed = 0;
            for (var i = 0; i < 100; i++)
            {
                var connection = await RawHttp2.ConnectAsync(_host.Grpc, GetProduct);
                flood.Add(connection);
                _ = connection.ReadToEndAsync().ContinueWith(_ => Interlocked.Increment(ref closed), TaskScheduler.Default);
            }

            await Eventually.That(() => Task.FromResult(Volatile.Read(ref closed)), Is.InRange(55, 75));
            Assert.That((await probe.GetProductAsync(new() { Name = "products/tea" })).Name, Is.EqualTo("products/tea"));
        }
        finally
        {
            flood.ForEach(c => c.Dispose());
        }

        // The places are given back.
        await Eventually.That(
            async () =>
            {
                var (again, products) = _host.Connect();
                using var third = again;
                return await StatusOfAsync(products.GetProductAsync(new() { Name = "products/tea" }));
            },
            Is.EqualTo(StatusCode.OK));
    }

    /// <summary>Opens and resets requests, on a new connection whenever the server has cut one off.</summary>
    private async Task ResetAsync(Action cut, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            using var connection = await RawHttp2.ConnectAsync(_host.Grpc, GetProduct);
            var reading = connection.ReadToEndAsync();
            while (!cancellationToken.IsCancellationRequested && await connection.OpenAndResetAsync(200) && !reading.IsCompleted)
            {
            }

            if (!cancellationToken.IsCancellationRequested)
            {
                cut();
            }
        }
    }

    private static async Task<StatusCode> StatusOfAsync<T>(AsyncUnaryCall<T> call) => (await RefusalOfAsync(call))?.StatusCode ?? StatusCode.OK;

    private static async Task<RpcException?> RefusalOfAsync<T>(AsyncUnaryCall<T> call)
    {
        try
        {
            await call;
            return null;
        }
        catch (RpcException e)
        {
            return e;
        }
    }

    private async Task<(StatusCode Code, string? Reason)> PostAsync(string path, byte[] message, bool compressed, string? encoding = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_host.Grpc, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Framed(message, compressed)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (encoding is not null)
        {
            request.Headers.Add("grpc-encoding", encoding);
        }

        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(text, Does.Not.Contain("   at "));
        var trailers = response.TrailingHeaders.Contains("grpc-status") ? response.TrailingHeaders : response.Headers;
        Assert.That(trailers.TryGetValues("grpc-message", out var said) ? said.First() : string.Empty, Does.Not.Contain("%20at%20"));
        var reason = trailers.TryGetValues("grpc-status-details-bin", out var details)
            ? Google.Rpc.Status.Parser.ParseFrom(FromBase64(details.First())).GetDetail<Google.Rpc.ErrorInfo>()?.Reason
            : null;
        return (Enum.Parse<StatusCode>(trailers.GetValues("grpc-status").First()), reason);
    }

    private static byte[] Framed(byte[] message, bool compressed)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = compressed ? (byte)1 : (byte)0;
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    private static byte[] Compressed(byte[] block, int times)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var i = 0; i < times; i++)
            {
                gzip.Write(block);
            }
        }

        return bytes.ToArray();
    }

    private static byte[] FromBase64(string text) => Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
}
