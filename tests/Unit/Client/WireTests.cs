using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using Suite.Client;
using Suite.Contracts.Orders.V1;

namespace Suite.Tests.Unit.Client;

/// <summary>The client over real connections to a small server in this process.</summary>
internal sealed class WireTests
{
    private static readonly CancellationToken Soon = new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token;

    private readonly OrderBook _book = new();
    private readonly ConcurrentQueue<SuiteRetry> _retries = new();

    [SetUp]
    public void Begin()
    {
        _retries.Clear();
        _book.Clear();
    }

    [Test]
    public async Task A_call_waits_for_a_server_that_is_being_restarted()
    {
        var port = FreePort();
        var first = await StartAsync(port);
        await using var client = Client($"http://127.0.0.1:{port}");
        await client.Orders.GetAsync("orders/it", cancellationToken: Soon);

        await first.DisposeAsync();
        var call = client.Orders.GetAsync("orders/it", cancellationToken: Soon);
        await ClientClock.UntilAsync(() => _retries.Count >= 3);
        await using var second = await StartAsync(port);

        Assert.That((await call).Name, Is.EqualTo("orders/it"));
        Assert.That(_retries.Select(r => r.Code), Is.All.EqualTo(StatusCode.Unavailable));
    }

    [Test]
    public async Task A_watch_outlives_the_server_it_began_on()
    {
        var port = FreePort();
        var first = await StartAsync(port);
        await using var client = Client($"http://127.0.0.1:{port}");
        await using var watch = client.Orders.WatchAsync("orders/it", cancellationToken: Soon).GetAsyncEnumerator(Soon);
        Assert.That(await watch.MoveNextAsync(), Is.True);

        var next = watch.MoveNextAsync();
        await first.DisposeAsync();
        await using var second = await StartAsync(port);
        _book.Finish();

        Assert.That(await next, Is.True);
        Assert.That(watch.Current.Version, Is.EqualTo(2));
        Assert.That(await watch.MoveNextAsync(), Is.False);
        Assert.That(_book.AfterVersions, Is.EqualTo(new long[] { 0, 1 }));
    }

    [Test]
    public async Task An_import_outlives_the_server_it_began_on()
    {
        var port = FreePort();
        var first = await StartAsync(port);
        await using var client = Client($"http://127.0.0.1:{port}");
        WebApplication? second = null;
        var names = new List<string>();
        var requests = Enumerable.Range(0, 400).Select(i => new CreateOrderRequest { RequestId = Guid.NewGuid().ToString() }).ToList();
        await foreach (var result in client.Orders.ImportAsync(requests.ToAsyncEnumerable(), new SuiteImportOptions { Window = 64 }, cancellationToken: Soon))
        {
            Assert.That(result.Error, Is.Null);
            names.Add(result.Order!.Name);
            if (names.Count == 100)
            {
                await first.DisposeAsync();
                second = await StartAsync(port);
            }
        }

        await second!.DisposeAsync();
        Assert.That(names, Is.EquivalentTo(requests.Select(r => "orders/" + r.RequestId)));
    }

    [Test]
    public async Task The_deadline_travels_and_a_timeout_is_told()
    {
        await using var server = await StartAsync(0);
        await using var client = Client(AddressOf(server));

        var error = await Assert.ThrowsAsync<SuiteException>(
            () => client.Orders.GetAsync("orders/slow", new SuiteCallOptions { Timeout = TimeSpan.FromMilliseconds(300) }));

        Assert.That(error!.Code, Is.EqualTo(StatusCode.DeadlineExceeded));
        Assert.That(_book.Deadlines.Single() - DateTime.UtcNow, Is.LessThan(TimeSpan.FromSeconds(1)));
        await ClientClock.UntilAsync(() => _book.Stopped > 0);
    }

    [Test]
    public async Task The_server_sees_the_attempts_span_as_its_parent()
    {
        await using var server = await StartAsync(0);
        await using var client = Client(AddressOf(server));
        using var root = new Activity("test").Start();
        var attempts = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Suite.Client",
            ActivityStopped = span =>
            {
                if (span.Kind == ActivityKind.Client && span.TraceId == root.TraceId)
                {
                    attempts.Enqueue(span);
                }
            },
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);

        await client.Orders.GetAsync("orders/it");

        Assert.That(_book.TraceParents.Single(), Is.EqualTo(attempts.Single().Id), "not below an activity of gRPC's or HTTP's that nobody records");
    }

    [Test]
    public async Task What_ConfigureChannel_does_not_touch_stays()
    {
        await using var server = await StartAsync(0);
        TimeSpan? ping = null;
        await using var client = Client(AddressOf(server), options =>
        {
            options.ConfigureHandler = (_, handler) => ping = handler.KeepAlivePingDelay;
            options.ConfigureChannel = (_, channel) =>
            {
                channel.MaxReceiveMessageSize = 10;
                channel.HttpHandler = new Stamp(channel.HttpHandler!);
            };
        });

        var error = await Assert.ThrowsAsync<SuiteException>(() => client.Orders.GetAsync("orders/a-name-of-more-than-ten-bytes"));

        Assert.That(error!.Code, Is.EqualTo(StatusCode.ResourceExhausted));
        Assert.That(ping, Is.EqualTo(TimeSpan.FromSeconds(20)));
        Assert.That(_book.Stamps, Is.EqualTo(new[] { "yes" }));
    }

    [Test]
    public async Task A_certificate_that_is_not_trusted_is_told_at_once()
    {
        await using var server = await StartAsync(0, tls: true);
        await using var client = Client(AddressOf(server));

        var error = await Assert.ThrowsAsync<SuiteException>(() => client.Orders.GetAsync("orders/it"));

        Assert.That(error!.Attempts, Is.EqualTo(1), "it will not be trusted the next time either");
        Assert.That(error.Message, Does.Contain("SSL"));
    }

    // A server behind a balancer that is being restarted looks the same, so the client does not give up on it; it tells of it.
    [Test]
    public async Task Plaintext_that_meets_tls_is_told_while_it_is_tried_again()
    {
        await using var server = await StartAsync(0, tls: true);
        await using var client = Client(AddressOf(server).Replace("https", "http", StringComparison.Ordinal));

        var error = await Assert.ThrowsAsync<SuiteException>(
            () => client.Orders.GetAsync("orders/it", new SuiteCallOptions { Timeout = TimeSpan.FromSeconds(3) }));

        Assert.That(error!.Message, Does.Contain("HTTP/2"));
        Assert.That(_retries.First().Detail, Does.Contain("HTTP/2"));
    }

    private SuiteClient Client(string address, Action<SuiteClientOptions>? configure = null)
    {
        var options = new SuiteClientOptions { Address = new Uri(address), OnRetry = _retries.Enqueue };
        configure?.Invoke(options);
        return new SuiteClient(options);
    }

    private async Task<WebApplication> StartAsync(int port, bool tls = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(_book);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.Zero);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (tls)
            {
                listen.UseHttps(SelfSigned());
            }
        }));
        var app = builder.Build();
        app.MapGrpcService<Orders>();
        await app.StartAsync();
        return app;
    }

    private static string AddressOf(WebApplication app) => app.Urls.Single();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=nobody", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private sealed class Stamp(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Add("x-stamp", "yes");
            return base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>What the servers of a test share.</summary>
    private sealed class OrderBook
    {
        public ConcurrentQueue<long> AfterVersions { get; } = new();

        public ConcurrentQueue<DateTime> Deadlines { get; } = new();

        public ConcurrentQueue<string> TraceParents { get; } = new();

        public ConcurrentQueue<string> Stamps { get; } = new();

        public TaskCompletionSource Finished { get; private set; } = new();

        public int Stopped { get; set; }

        public void Finish() => Finished.TrySetResult();

        public void Clear()
        {
            AfterVersions.Clear();
            Deadlines.Clear();
            TraceParents.Clear();
            Stamps.Clear();
            Finished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Stopped = 0;
        }
    }

    private sealed class Orders(OrderBook book) : OrderService.OrderServiceBase
    {
        public override async Task<Order> GetOrder(GetOrderRequest request, ServerCallContext context)
        {
            book.Deadlines.Enqueue(context.Deadline);
            book.TraceParents.Enqueue(context.RequestHeaders.GetValue("traceparent") ?? string.Empty);
            book.Stamps.Enqueue(context.RequestHeaders.GetValue("x-stamp") ?? string.Empty);
            if (request.Name == "orders/slow")
            {
                try
                {
                    await Task.Delay(Timeout.Infinite, context.CancellationToken);
                }
                finally
                {
                    book.Stopped++;
                }
            }

            return new Order { Name = request.Name };
        }

        public override async Task WatchOrder(
            WatchOrderRequest request, IServerStreamWriter<WatchOrderResponse> responseStream, ServerCallContext context)
        {
            book.AfterVersions.Enqueue(request.AfterVersion);
            if (request.AfterVersion == 0)
            {
                await responseStream.WriteAsync(new WatchOrderResponse { Order = new Order { Version = 1 } });
            }

            await book.Finished.Task.WaitAsync(context.CancellationToken);
            await responseStream.WriteAsync(new WatchOrderResponse { Order = new Order { Version = 2 } });
        }

        public override async Task ImportOrders(
            IAsyncStreamReader<ImportOrdersRequest> requestStream, IServerStreamWriter<ImportOrdersResponse> responseStream, ServerCallContext context)
        {
            await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
            {
                var id = request.Order.RequestId;
                await responseStream.WriteAsync(new ImportOrdersResponse { RequestId = id, Order = new Order { Name = "orders/" + id } });
            }
        }
    }
}
